// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {DealBookBase} from "./DealBookBase.sol";
import {DealBookSettlement} from "./DealBookSettlement.sol";
import {IDealBook} from "./interfaces/IDealBook.sol";
import {ExchangeHashes} from "./libraries/ExchangeHashes.sol";
import {Deal, DealTerms, Record, TokenPermit} from "./types/ExchangeTypes.sol";

/// @title Deals, their escrow, and the payment of records under consent.
/// @dev Money is conserved per deal: every unit of the budget is available, or went to payout, relayer, oracle or consumer, or is locked
/// as a share or a credit. State is written before tokens move, and every function that moves them is guarded against reentry.
/// Deals are in DealBookDeals, judging and paying in DealBookSettlement; here is what may follow a payment, governance and views.
contract DealBook is DealBookSettlement {
    /// @param authority AccessManager; its only power here is the allow-list of tokens for deals to come.
    /// @param development True allows a quorum of one.
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
    function revoke(Record calldata record, TokenPermit calldata permit) external nonReentrant {
        if (msg.sender != record.provider) revert RecordProviderOnly(record.provider, msg.sender);
        _revoke(record, permit);
    }

    /// @inheritdoc IDealBook
    function revokeWithSignature(
        Record calldata record,
        TokenPermit calldata permit,
        uint64 signedUntil,
        bytes calldata signature
    ) external nonReentrant {
        if (block.timestamp > signedUntil) revert RevocationExpired(signedUntil, block.timestamp);
        bytes32 digest = hashRevokeConsent(recordIdOf(record.dealId, record.recordTag), signedUntil);
        if (!_isSignedBy(record.provider, digest, signature)) revert RevocationSignatureInvalid(record.provider);
        _revoke(record, permit);
    }

    /// @inheritdoc IDealBook
    function claimDelivery(Record calldata record) external {
        consentBook.claimDelivery(msg.sender, record);
    }

    /// @inheritdoc IDealBook
    function postDelivery(Record calldata record, bytes calldata envelope) external {
        consentBook.postDelivery(msg.sender, record, envelope);
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
    function hashRevokeConsent(bytes32 recordId, uint64 signedUntil) public view returns (bytes32) {
        return _hashTypedDataV4(ExchangeHashes.revokeConsent(recordId, signedUntil));
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
        external
        view
        returns (bytes32)
    {
        bytes32 typehash = ExchangeHashes.RELEASE_TYPEHASH;
        return _hashTypedDataV4(keccak256(abi.encode(typehash, recordId, consumerKeyHash, envelopeHash, blockNumber)));
    }

    // ---- inside ----

    /// @dev The ConsentBook knows the record, refuses it twice and says whether the sale is to be unwound.
    function _revoke(Record calldata record, TokenPermit calldata permit) private {
        if (!consentBook.revoke(record)) return;
        uint256 credit = Math.min(_credits[record.token][record.payout], record.net);
        if (credit != 0) {
            _credits[record.token][record.payout] -= credit;
            emit CreditSpent(record.token, record.payout, address(this), credit);
        }
        uint256 amount = record.net;
        for (uint256 i = 0; i < record.shares.length; ++i) amount += record.shares[i].amount;
        emit RecordUnwound(recordIdOf(record.dealId, record.recordTag), record.dealId, amount);
        _usePermit(record.token, record.payout, permit);
        _pull(record.token, record.payout, record.net - credit);
        _push(record.token, record.consumer, amount);
    }
}
