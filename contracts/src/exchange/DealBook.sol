// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {DealBookBase} from "./DealBookBase.sol";
import {DealBookSettlement} from "./DealBookSettlement.sol";
import {IDealBook} from "./interfaces/IDealBook.sol";
import {ExchangeHashes} from "./libraries/ExchangeHashes.sol";
import {Deal, DealState, DealTerms, DeliveryAnswer, Payer, Record, TokenPermit} from "./types/ExchangeTypes.sol";

/// @title Deals, their escrow, and the payment of records under consent.
/// @dev Money is conserved per deal: every unit of the budget is available, or went to payout, relayer, oracle or consumer, or is locked
/// as a share or a credit. State is written before tokens move, and every function that moves them is guarded against reentry.
/// Deals are in DealBookDeals, judging and paying in DealBookSettlement; here is what may follow a payment, governance and views.
contract DealBook is DealBookSettlement {
    /// @param authority AccessManager; its only power here is the allow-list of tokens for deals to come.
    /// @param development True allows a quorum of one and short delivery windows.
    constructor(address authority, bool development) DealBookBase(authority, development) {}

    // ---- after settlement ----

    /// @inheritdoc IDealBook
    function cancelConsent(bytes32 consentHash) external {
        consentBook.withdraw(msg.sender, consentHash);
    }

    /// @inheritdoc IDealBook
    function cancelConsentWithSignature(
        address provider,
        bytes32 consentHash,
        uint64 signedUntil,
        bytes calldata signature
    ) external {
        if (block.timestamp > signedUntil) revert CancellationExpired(signedUntil, block.timestamp);
        if (!_isSignedBy(provider, hashCancelConsent(consentHash, signedUntil), signature)) {
            revert CancellationSignatureInvalid(provider);
        }
        consentBook.withdraw(provider, consentHash);
    }

    /// @inheritdoc IDealBook
    function revoke(Record calldata record, bool returnPayment, Payer calldata payer) external nonReentrant {
        if (msg.sender != record.provider) revert RecordProviderOnly(record.provider, msg.sender);
        _revoke(record, returnPayment, payer);
    }

    /// @inheritdoc IDealBook
    function revokeWithSignature(
        Record calldata record,
        bool returnPayment,
        Payer calldata payer,
        uint64 signedUntil,
        bytes calldata signature
    ) external nonReentrant {
        if (block.timestamp > signedUntil) revert RevocationExpired(signedUntil, block.timestamp);
        bytes32 recordId = recordIdOf(record.dealId, record.recordTag);
        if (!_isSignedBy(record.provider, hashRevokeConsent(recordId, returnPayment, signedUntil), signature)) {
            revert RevocationSignatureInvalid(record.provider);
        }
        _revoke(record, returnPayment, payer);
    }

    /// @inheritdoc IDealBook
    function claimDelivery(Record calldata record, TokenPermit calldata permit) external nonReentrant {
        uint256 bond = consentBook.claimDelivery(msg.sender, record);
        _usePermit(record.token, msg.sender, permit);
        _pull(record.token, msg.sender, bond);
    }

    /// @inheritdoc IDealBook
    function postDelivery(Record calldata record, DeliveryAnswer calldata answer) external nonReentrant {
        bytes32 keyHash = answer.consumerKeyHash;
        bytes32 recordId = recordIdOf(record.dealId, record.recordTag);
        bytes32 digest = hashRelease(recordId, keyHash, sha256(answer.envelope), answer.blockNumber);
        if (answer.blockNumber > block.number || !_isSignedBy(msg.sender, digest, answer.signature)) {
            revert DeliveryStatementInvalid(msg.sender);
        }
        _push(record.token, msg.sender, consentBook.postDelivery(msg.sender, record, keyHash, answer.envelope));
    }

    /// @inheritdoc IDealBook
    function refundDelivery(Record calldata record) external nonReentrant {
        _push(record.token, record.consumer, consentBook.refundDelivery(record));
    }

    /// @inheritdoc IDealBook
    function withdrawShares(Record[] calldata records) external nonReentrant {
        for (uint256 i = 0; i < records.length; ++i) {
            uint256 amount = consentBook.takeShare(msg.sender, records[i]);
            SafeERC20.safeTransfer(IERC20(records[i].token), msg.sender, amount);
        }
    }

    /// @inheritdoc IDealBook
    function withdrawCredit(address token, address account, address to) external nonReentrant {
        if (to != account && msg.sender != account) revert CreditOwnerOnly(account, msg.sender);
        uint256 amount = _credits[token][account];
        if (amount == 0) revert CreditEmpty(token, account);
        _credits[token][account] = 0;
        emit CreditSpent(token, account, to, amount);
        SafeERC20.safeTransfer(IERC20(token), to, amount);
    }

    // ---- governance ----

    /// @inheritdoc IDealBook
    function setTokenAllowed(address token, bool allowed) external restricted {
        _allowed[token] = allowed;
        emit TokenAllowed(token, allowed);
    }

    // ---- views ----

    /// @inheritdoc IDealBook
    function isTokenAllowed(address token) external view returns (bool) {
        return _allowed[token];
    }

    /// @inheritdoc IDealBook
    function dealOf(bytes32 dealId) external view returns (Deal memory) {
        return _deals[dealId];
    }

    /// @inheritdoc IDealBook
    function creditOf(address token, address account) external view returns (uint256) {
        return _credits[token][account];
    }

    /// @inheritdoc IDealBook
    function hashTerms(DealTerms calldata terms) external pure returns (bytes32) {
        return ExchangeHashes.terms(terms);
    }

    /// @inheritdoc IDealBook
    function commitmentOf(Record calldata record) external pure returns (bytes31) {
        return bytes31(keccak256(abi.encode(record)));
    }

    /// @inheritdoc IDealBook
    function DOMAIN_SEPARATOR() external view returns (bytes32) {
        return _domainSeparatorV4();
    }

    /// @inheritdoc IDealBook
    function hashCancelConsent(bytes32 consentHash, uint64 signedUntil) public view returns (bytes32) {
        return _hashTypedDataV4(ExchangeHashes.cancelConsent(consentHash, signedUntil));
    }

    /// @inheritdoc IDealBook
    function hashRevokeConsent(bytes32 recordId, bool returnPayment, uint64 signedUntil)
        public
        view
        returns (bytes32)
    {
        return _hashTypedDataV4(ExchangeHashes.revokeConsent(recordId, returnPayment, signedUntil));
    }

    /// @inheritdoc IDealBook
    function hashReturnPayment(bytes32 recordId, uint256 amount, uint64 signedUntil) public view returns (bytes32) {
        return _hashTypedDataV4(ExchangeHashes.paymentReturn(recordId, amount, signedUntil));
    }

    /// @inheritdoc IDealBook
    function hashStorageReceipt(
        address store,
        bytes32 manifestHash,
        uint64 sizeBytes,
        bytes32 dealId,
        uint64 storedUntil
    ) external view returns (bytes32) {
        bytes32 typehash = ExchangeHashes.STORAGE_RECEIPT_TYPEHASH;
        return _hashTypedDataV4(keccak256(abi.encode(typehash, store, manifestHash, sizeBytes, dealId, storedUntil)));
    }

    /// @inheritdoc IDealBook
    function hashSubmission(
        bytes32 dealId,
        address provider,
        bytes32 manifestHash,
        bytes32 criteriaHash,
        address oracle,
        bytes32 nonce,
        uint64 asOf
    ) external view returns (bytes32) {
        bytes32 typehash = ExchangeHashes.SUBMISSION_TYPEHASH;
        return _hashTypedDataV4(
            keccak256(abi.encode(typehash, dealId, provider, manifestHash, criteriaHash, oracle, nonce, asOf))
        );
    }

    /// @inheritdoc IDealBook
    function hashDelivery(bytes32 dealId, address consumer, bytes32 payloadRoot) external view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(ExchangeHashes.DELIVERY_TYPEHASH, dealId, consumer, payloadRoot)));
    }

    /// @inheritdoc IDealBook
    function hashRelease(bytes32 recordId, bytes32 consumerKeyHash, bytes32 envelopeHash, uint64 blockNumber)
        public
        view
        returns (bytes32)
    {
        bytes32 typehash = ExchangeHashes.RELEASE_TYPEHASH;
        return _hashTypedDataV4(keccak256(abi.encode(typehash, recordId, consumerKeyHash, envelopeHash, blockNumber)));
    }

    // ---- inside ----

    /// @dev The ConsentBook knows the record and says whether it may be revoked so, and what comes back from here.
    function _revoke(Record calldata record, bool returnPayment, Payer calldata payer) private {
        (uint256 shares, uint256 bond) = consentBook.revoke(record, returnPayment);
        if (!returnPayment) return;
        uint256 paid = uint256(record.net) + record.relayerFee;
        uint256 amount = paid + shares;
        bytes32 recordId = recordIdOf(record.dealId, record.recordTag);
        bool reopened = _reopen(record.dealId, amount);
        emit RecordUnwound(recordId, record.dealId, amount, reopened);
        _takeBack(record.token, recordId, record.provider, paid, payer);
        _push(record.token, record.consumer, reopened ? bond : bond + amount);
    }

    /// @dev Gives price and place of an unwound sale back to a deal that can use them. The tags of record and person stay used.
    function _reopen(bytes32 dealId, uint256 amount) private returns (bool) {
        Deal storage deal = _deals[dealId];
        DealState state = deal.state;
        if (state == DealState.Closed || state == DealState.Expired) return false;
        if (amount > type(uint120).max - deal.available) return false;
        deal.available += uint120(amount);
        deal.records -= 1;
        if (state == DealState.Completed) {
            state = deal.stoppedAt == 0 ? DealState.Active : DealState.Paused;
            deal.state = state;
            emit DealStateChanged(dealId, state, deal.stoppedAt);
        }
        return true;
    }

    /// @dev Takes what a sale paid from whoever said so for this record.
    function _takeBack(address token, bytes32 recordId, address provider, uint256 amount, Payer calldata payer) private {
        address account = payer.account;
        if (account != provider && account != msg.sender) {
            if (block.timestamp > payer.signedUntil) revert PaymentReturnExpired(payer.signedUntil, block.timestamp);
            bytes32 digest = hashReturnPayment(recordId, amount, payer.signedUntil);
            if (!_isSignedBy(account, digest, payer.signature)) revert PaymentReturnUnsigned(account);
        }
        uint256 credit = Math.min(_credits[token][account], amount);
        if (credit != 0) {
            _credits[token][account] -= credit;
            emit CreditSpent(token, account, address(this), credit);
        }
        _usePermit(token, account, payer.permit);
        uint256 held = Math.min(IERC20(token).balanceOf(account), IERC20(token).allowance(account, address(this)));
        if (held < amount - credit) revert PaymentReturnShort(account, amount, credit + held);
        _pull(token, account, amount - credit);
    }
}
