// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {LowLevelCall} from "@openzeppelin/contracts/utils/LowLevelCall.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ConsentBook} from "./ConsentBook.sol";
import {DealRules} from "./DealRules.sol";
import {ICertificateVerifier} from "./interfaces/ICertificateVerifier.sol";
import {IConsentBook} from "./interfaces/IConsentBook.sol";
import {IDealBook} from "./interfaces/IDealBook.sol";
import {ExchangeHashes} from "./libraries/ExchangeHashes.sol";
import {Prices} from "./libraries/Prices.sol";
import {
    Certificate,
    Consent,
    Deal,
    DealState,
    DealTerms,
    OracleSignature,
    Record,
    Settlement,
    Share,
    TokenPermit
} from "./types/ExchangeTypes.sol";

/// @title Deals, their escrow, and the payment of records under consent.
/// @dev Money is conserved per deal: every unit of the budget is available, or went to payout, relayer, oracle or consumer, or is locked
/// as a share or a credit. State is written before tokens move, and every function that moves them is guarded against reentry.
contract DealBook is IDealBook, AccessManaged, EIP712, ReentrancyGuardTransient {
    using SafeCast for uint256;

    /// @notice Seconds by which an asOf may lie ahead of the block, as clocks differ.
    uint256 public constant CLOCK_TOLERANCE = 300;
    /// @notice Most settlements in one call.
    uint256 public constant MAXIMUM_SETTLEMENTS = 200;
    /// @notice Most a relayer may take, in 1/10000 of the price: the one part of a price that an unwinding does not return.
    uint256 public constant MAXIMUM_RELAYER_FEE_BPS = 1000;
    /// @notice Gas for one pushed payment; a receiver that needs more gets a credit.
    uint256 public constant PUSH_GAS = 200_000;

    uint256 private constant BPS = 10_000;

    /// @dev One settlement while it is judged. An empty reason means that it will be paid.
    struct Judgement {
        bytes reason;
        bytes32 dealId;
        bytes32 recordId;
        bytes32 certificateHash;
        bytes32 consentHash;
        address relayer;
        uint256 price;
        uint256 net;
        uint16 ordinal;
        Share[] shares;
    }

    /// @inheritdoc IDealBook
    IConsentBook public immutable consentBook;
    /// @inheritdoc IDealBook
    uint256 public immutable minimumQuorum;

    DealRules private immutable _rules;

    mapping(bytes32 dealId => Deal) private _deals;
    mapping(address token => mapping(address account => uint256)) private _credits;
    mapping(address token => bool) private _allowed;

    /// @param authority AccessManager; its only power here is the allow-list of tokens for deals to come.
    /// @param development True allows a quorum of one.
    constructor(address authority, bool development) AccessManaged(authority) EIP712("DealBook", "1") {
        consentBook = new ConsentBook();
        _rules = new DealRules();
        minimumQuorum = development ? 1 : 2;
    }

    // ---- deals ----

    /// @inheritdoc IDealBook
    function createDeal(DealTerms calldata terms, bytes32 salt, uint256 budget)
        external
        nonReentrant
        returns (bytes32 dealId)
    {
        return _create(terms, salt, budget);
    }

    /// @inheritdoc IDealBook
    function createDealWithPermit(DealTerms calldata terms, bytes32 salt, uint256 budget, TokenPermit calldata permit)
        external
        nonReentrant
        returns (bytes32 dealId)
    {
        _usePermit(terms.token, msg.sender, permit);
        return _create(terms, salt, budget);
    }

    /// @inheritdoc IDealBook
    function topUp(DealTerms calldata terms, bytes32 salt, uint256 amount) external nonReentrant {
        _topUp(terms, salt, amount);
    }

    /// @inheritdoc IDealBook
    function topUpWithPermit(DealTerms calldata terms, bytes32 salt, uint256 amount, TokenPermit calldata permit)
        external
        nonReentrant
    {
        _usePermit(terms.token, msg.sender, permit);
        _topUp(terms, salt, amount);
    }

    /// @inheritdoc IDealBook
    function pause(DealTerms calldata terms, bytes32 salt) external {
        (bytes32 dealId, Deal storage deal) = _dealOfConsumer(terms, salt);
        if (deal.state != DealState.Active) revert DealStateRefused(dealId, deal.state);
        deal.state = DealState.Paused;
        deal.stoppedAt = Math.min(block.timestamp, terms.expiry).toUint32();
        emit DealStateChanged(dealId, DealState.Paused, deal.stoppedAt);
    }

    /// @inheritdoc IDealBook
    function resume(DealTerms calldata terms, bytes32 salt) external {
        (bytes32 dealId, Deal storage deal) = _dealOfConsumer(terms, salt);
        if (deal.state != DealState.Paused) revert DealStateRefused(dealId, deal.state);
        deal.state = DealState.Active;
        deal.gapStart = deal.stoppedAt;
        deal.gapEnd = block.timestamp.toUint32();
        deal.stoppedAt = 0;
        emit DealStateChanged(dealId, DealState.Active, 0);
    }

    /// @inheritdoc IDealBook
    function close(DealTerms calldata terms, bytes32 salt) external nonReentrant {
        (bytes32 dealId, Deal storage deal) = _dealOfConsumer(terms, salt);
        _end(terms, dealId, deal, DealState.Closed);
    }

    /// @inheritdoc IDealBook
    function expire(DealTerms calldata terms, bytes32 salt) external nonReentrant {
        (bytes32 dealId, Deal storage deal) = _knownDeal(terms, salt);
        if (block.timestamp <= terms.expiry) revert DealNotExpired(dealId, terms.expiry);
        _end(terms, dealId, deal, DealState.Expired);
    }

    /// @inheritdoc IDealBook
    function refund(DealTerms calldata terms, bytes32 salt) external nonReentrant {
        (bytes32 dealId, Deal storage deal) = _knownDeal(terms, salt);
        if (deal.state != DealState.Closed && deal.state != DealState.Expired) {
            revert DealStateRefused(dealId, deal.state);
        }
        if (_refund(terms, dealId, deal) == 0) {
            if (deal.available == 0) revert RefundEmpty(dealId);
            revert DealBudgetLocked(dealId, uint256(deal.stoppedAt) + terms.certificateLife);
        }
    }

    // ---- settlement ----

    /// @inheritdoc IDealBook
    function settle(DealTerms calldata terms, bytes32 salt, Settlement[] calldata settlements, bool strict)
        external
        nonReentrant
        returns (uint256 settled)
    {
        (bytes32 dealId, Deal storage deal) = _knownDeal(terms, salt);
        if (settlements.length == 0 || settlements.length > MAXIMUM_SETTLEMENTS) {
            revert DealTermOutOfRange("settlements", settlements.length, 1, MAXIMUM_SETTLEMENTS);
        }
        uint256 fees = 0;
        for (uint256 i = 0; i < settlements.length; ++i) {
            Judgement memory judgement = _judge(terms, dealId, deal, settlements[i], msg.sender);
            if (judgement.reason.length != 0) {
                if (strict) LowLevelCall.bubbleRevert(judgement.reason);
                emit SettlementRefused(dealId, bytes4(judgement.reason), i, judgement.reason);
                continue;
            }
            _pay(terms, deal, settlements[i], judgement);
            fees += settlements[i].relayerFee;
            ++settled;
        }
        _push(terms.token, msg.sender, fees);
        if (deal.records == terms.maximumRecords && deal.state != DealState.Completed) {
            deal.state = DealState.Completed;
            emit DealStateChanged(dealId, DealState.Completed, deal.stoppedAt);
            _refund(terms, dealId, deal);
        }
    }

    /// @inheritdoc IDealBook
    function judge(DealTerms calldata terms, bytes32 salt, Settlement calldata settlement, address relayer)
        external
        view
        returns (bytes4 code)
    {
        bytes32 dealId = dealIdOf(terms, salt);
        Deal storage deal = _deals[dealId];
        if (deal.state == DealState.None) return DealUnknown.selector;
        return bytes4(_judge(terms, dealId, deal, settlement, relayer).reason);
    }

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
    function dealIdOf(DealTerms calldata terms, bytes32 salt) public view returns (bytes32) {
        return ExchangeHashes.dealId(address(this), terms.consumer, salt, ExchangeHashes.terms(terms));
    }

    /// @inheritdoc IDealBook
    function recordIdOf(bytes32 dealId, bytes32 recordTag) public pure returns (bytes32) {
        return ExchangeHashes.recordId(dealId, recordTag);
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
    function hashCertificate(Certificate calldata certificate) public view returns (bytes32) {
        return _hashTypedDataV4(ExchangeHashes.certificate(certificate));
    }

    /// @inheritdoc IDealBook
    function hashConsent(Consent calldata consent) public view returns (bytes32) {
        return _hashTypedDataV4(ExchangeHashes.consent(consent));
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

    // ---- deals, inside ----

    function _create(DealTerms calldata terms, bytes32 salt, uint256 budget) private returns (bytes32 dealId) {
        if (msg.sender != terms.consumer) revert DealConsumerOnly(terms.consumer, msg.sender);
        if (!_allowed[terms.token]) revert DealTokenNotAllowed(terms.token);
        _rules.assertTerms(terms, budget, minimumQuorum);
        if (budget > type(uint120).max) revert DealTermOutOfRange("budget", budget, 0, type(uint120).max);
        dealId = dealIdOf(terms, salt);
        Deal storage deal = _deals[dealId];
        if (deal.state != DealState.None) revert DealExists(dealId);
        deal.state = DealState.Active;
        deal.available = uint120(budget);
        emit DealCreated(dealId, terms.consumer, terms.purpose, salt, budget, terms);
        _pull(terms.token, msg.sender, budget);
    }

    function _topUp(DealTerms calldata terms, bytes32 salt, uint256 amount) private {
        (bytes32 dealId, Deal storage deal) = _knownDeal(terms, salt);
        if (deal.state != DealState.Active && deal.state != DealState.Paused) {
            revert DealStateRefused(dealId, deal.state);
        }
        uint256 room = type(uint120).max - deal.available;
        if (amount == 0 || amount > room) revert DealTermOutOfRange("amount", amount, 1, room);
        deal.available += uint120(amount);
        emit DealToppedUp(dealId, msg.sender, amount);
        _pull(terms.token, msg.sender, amount);
    }

    function _knownDeal(DealTerms calldata terms, bytes32 salt)
        private
        view
        returns (bytes32 dealId, Deal storage deal)
    {
        bytes32 termsHash = ExchangeHashes.termsInCalldata(terms);
        dealId = ExchangeHashes.dealId(address(this), terms.consumer, salt, termsHash);
        deal = _deals[dealId];
        if (deal.state == DealState.None) revert DealUnknown(dealId);
    }

    function _dealOfConsumer(DealTerms calldata terms, bytes32 salt)
        private
        view
        returns (bytes32 dealId, Deal storage deal)
    {
        (dealId, deal) = _knownDeal(terms, salt);
        if (msg.sender != terms.consumer) revert DealConsumerOnly(terms.consumer, msg.sender);
    }

    function _end(DealTerms calldata terms, bytes32 dealId, Deal storage deal, DealState state) private {
        if (deal.state == DealState.Active) {
            deal.stoppedAt = Math.min(block.timestamp, terms.expiry).toUint32();
        } else if (deal.state != DealState.Paused) {
            revert DealStateRefused(dealId, deal.state);
        }
        deal.state = state;
        emit DealStateChanged(dealId, state, deal.stoppedAt);
        _refund(terms, dealId, deal);
    }

    /// @dev Sends back what no certificate can claim any more. A certificate settles until asOf + life, and asOf <= stoppedAt.
    function _refund(DealTerms calldata terms, bytes32 dealId, Deal storage deal) private returns (uint256 amount) {
        uint256 locked = 0;
        uint256 available = deal.available;
        if (block.timestamp <= uint256(deal.stoppedAt) + terms.certificateLife) {
            locked = Math.min(available, (terms.maximumRecords - deal.records) * Prices.highest(terms));
        }
        amount = available - locked;
        if (amount == 0) return 0;
        deal.available = uint120(locked);
        emit DealRefunded(dealId, terms.consumer, amount, locked);
        _push(terms.token, terms.consumer, amount);
    }

    // ---- judging ----

    function _judge(
        DealTerms calldata terms,
        bytes32 dealId,
        Deal memory deal,
        Settlement calldata settlement,
        address relayer
    ) private view returns (Judgement memory judgement) {
        judgement.dealId = dealId;
        judgement.relayer = relayer;
        judgement.reason = _refuseDeal(terms, dealId, deal, settlement.certificate.asOf);
        if (judgement.reason.length == 0) judgement.reason = _refuseCertificate(terms, settlement, judgement);
        if (judgement.reason.length == 0) judgement.reason = _refuseConsent(terms, settlement, judgement);
        if (judgement.reason.length == 0) judgement.reason = _refuseConsentUse(terms, settlement, judgement);
        if (judgement.reason.length == 0) judgement.reason = _refuseSlots(terms, settlement, judgement);
        if (judgement.reason.length == 0) judgement.reason = _refuseQuorum(terms, settlement, judgement);
    }

    function _refuseDeal(DealTerms calldata terms, bytes32 dealId, Deal memory deal, uint64 asOf)
        private
        pure
        returns (bytes memory reason)
    {
        DealState state = deal.state;
        if (deal.records >= terms.maximumRecords) {
            return _reason(DealFull.selector, uint256(dealId), terms.maximumRecords);
        }
        if (deal.gapStart < asOf && asOf < deal.gapEnd) {
            return _reason(DealPaused.selector, asOf, deal.gapStart);
        }
        uint64 stop = state == DealState.Active ? terms.expiry : deal.stoppedAt;
        if (asOf <= stop) return reason;
        if (state == DealState.Paused) return _reason(DealPaused.selector, asOf, stop);
        if (state == DealState.Closed) return _reason(DealClosed.selector, asOf, stop);
        return _reason(DealExpired.selector, asOf, stop);
    }

    function _refuseCertificate(DealTerms calldata terms, Settlement calldata settlement, Judgement memory judgement)
        private
        view
        returns (bytes memory reason)
    {
        Certificate calldata certificate = settlement.certificate;
        if (certificate.dealId != judgement.dealId) {
            return
                _reason(CertificateDealMismatch.selector, judgement.dealId, certificate.dealId);
        }
        if (certificate.validatorHash != terms.validatorHash) {
            return _reason(
                CertificateValidatorMismatch.selector, terms.validatorHash, certificate.validatorHash
            );
        }
        if (certificate.asOf > block.timestamp + CLOCK_TOLERANCE) {
            return _reason(CertificateFromFuture.selector, certificate.asOf, block.timestamp);
        }
        uint256 validUntil = uint256(certificate.asOf) + terms.certificateLife;
        if (certificate.validUntil != validUntil) {
            return _reason(CertificateLifeMismatch.selector, validUntil, certificate.validUntil);
        }
        if (block.timestamp > validUntil) {
            return _reason(CertificateExpired.selector, validUntil, block.timestamp);
        }
        bool found;
        (found, judgement.price) = Prices.ofScore(terms, certificate.score);
        if (!found) {
            return _reason(
                CertificateScoreBelowTiers.selector, certificate.score, terms.tiers[0].minimumScore
            );
        }
        judgement.certificateHash = hashCertificate(certificate);
    }

    /// @dev That the consent says what the deal and the certificate say.
    function _refuseConsent(DealTerms calldata terms, Settlement calldata settlement, Judgement memory judgement)
        private
        view
        returns (bytes memory reason)
    {
        Consent calldata consent = settlement.consent;
        if (consent.dealId != judgement.dealId) {
            return _reason(ConsentDealMismatch.selector, judgement.dealId, consent.dealId);
        }
        if (consent.certificateHash != judgement.certificateHash) {
            return _reason(
                ConsentCertificateMismatch.selector, judgement.certificateHash, consent.certificateHash
            );
        }
        if (consent.consumer != terms.consumer) {
            return _reason(ConsentConsumerMismatch.selector, terms.consumer, consent.consumer);
        }
        if (consent.agreementHash != terms.agreementHash) {
            return
                _reason(ConsentAgreementMismatch.selector, terms.agreementHash, consent.agreementHash);
        }
        if (consent.purpose != terms.purpose) {
            return _reason(ConsentPurposeMismatch.selector, terms.purpose, consent.purpose);
        }
        if (consent.token != terms.token) {
            return _reason(ConsentTokenMismatch.selector, terms.token, consent.token);
        }
        if (consent.payout == address(0) || consent.payout == terms.token || consent.payout == address(this)) {
            return _reason(ConsentPayoutInvalid.selector, consent.payout);
        }
    }

    /// @dev That this caller may use the consent now, for this fee.
    function _refuseConsentUse(DealTerms calldata terms, Settlement calldata settlement, Judgement memory judgement)
        private
        view
        returns (bytes memory reason)
    {
        Consent calldata consent = settlement.consent;
        if (consent.relayer != address(0) && consent.relayer != judgement.relayer) {
            return _reason(ConsentRelayerMismatch.selector, consent.relayer, judgement.relayer);
        }
        if (settlement.relayerFee > consent.maximumRelayerFee) {
            return _reason(
                ConsentRelayerFeeExceeded.selector, consent.maximumRelayerFee, settlement.relayerFee
            );
        }
        uint256 limit = judgement.price * MAXIMUM_RELAYER_FEE_BPS / BPS;
        if (settlement.relayerFee > limit) {
            return _reason(RelayerFeeOverLimit.selector, limit, settlement.relayerFee);
        }
        if (block.timestamp > consent.signedUntil) {
            return _reason(ConsentExpired.selector, consent.signedUntil, block.timestamp);
        }
        uint256 required = block.timestamp + 2 * uint256(terms.deliveryWindow);
        if (consent.consentUntil < required) {
            return _reason(ConsentTooShort.selector, consent.consentUntil, required);
        }
        judgement.consentHash = hashConsent(consent);
    }

    function _refuseSlots(DealTerms calldata terms, Settlement calldata settlement, Judgement memory judgement)
        private
        view
        returns (bytes memory reason)
    {
        Certificate calldata certificate = settlement.certificate;
        judgement.recordId = ExchangeHashes.recordId(judgement.dealId, certificate.recordTag);
        (bool withdrawn, bool used, uint16 ordinal) = consentBook.look(
            certificate.provider,
            judgement.consentHash,
            judgement.dealId,
            certificate.personTag,
            judgement.recordId,
            terms.perPersonCap
        );
        if (withdrawn) return _reason(ConsentCancelled.selector, judgement.consentHash);
        if (!_isSignedBy(certificate.provider, judgement.consentHash, settlement.consentSignature)) {
            return _reason(ConsentSignatureInvalid.selector, certificate.provider);
        }
        if (used) return _reason(RecordTagUsed.selector, judgement.recordId);
        if (ordinal == terms.perPersonCap) {
            return _reason(PersonTagOverCap.selector, uint256(certificate.personTag), terms.perPersonCap);
        }
        judgement.ordinal = ordinal;
    }

    /// @dev That the oracles certified, and what everybody gets.
    function _refuseQuorum(DealTerms calldata terms, Settlement calldata settlement, Judgement memory judgement)
        private
        view
        returns (bytes memory reason)
    {
        OracleSignature[] calldata signatures = settlement.oracleSignatures;
        uint256 commissions;
        try ICertificateVerifier(terms.verifier).verify(
            judgement.certificateHash, terms.oracles, terms.quorum, signatures
        ) returns (uint256 found) {
            commissions = found;
        } catch (bytes memory refusal) {
            // A reason without a code would be taken for success by whoever looks at its first four bytes.
            if (bytes4(refusal) != 0) return refusal;
            return _reason(CertificateVerifierFailed.selector, terms.verifier);
        }
        if (signatures.length < terms.quorum || signatures.length > terms.oracles.length) {
            return _reason(CertificateVerifierFailed.selector, terms.verifier);
        }
        uint256 net = judgement.price - settlement.relayerFee - _share(terms, signatures, commissions, judgement);
        if (net < settlement.consent.minimumNet) {
            return _reason(ConsentNetBelowMinimum.selector, settlement.consent.minimumNet, net);
        }
        judgement.net = net;
    }

    /// @dev Splits the price equally and takes each oracle's commission from its part.
    /// @return total Sum of the shares.
    function _share(
        DealTerms calldata terms,
        OracleSignature[] calldata signatures,
        uint256 commissions,
        Judgement memory judgement
    ) private pure returns (uint256 total) {
        address[] calldata oracles = terms.oracles;
        uint256 cap = terms.commissionCapBps;
        uint256 price = judgement.price;
        uint256 count = signatures.length;
        Share[] memory shares = new Share[](count);
        for (uint256 i = 0; i < count; ++i) {
            uint256 amount = price * Math.min(uint16(commissions >> (16 * i)), cap) / (BPS * count);
            shares[i].oracle = oracles[signatures[i].index];
            shares[i].amount = uint128(amount);
            total += amount;
        }
        judgement.shares = shares;
    }

    // One copy of each encoder instead of thirty keeps the contract below the size limit. The arguments of the errors are static, so that
    // a word each is their whole encoding.

    function _reason(bytes4 selector, uint256 first, uint256 second) private pure returns (bytes memory) {
        return abi.encodeWithSelector(selector, first, second);
    }

    function _reason(bytes4 selector, bytes32 first, bytes32 second) private pure returns (bytes memory) {
        return _reason(selector, uint256(first), uint256(second));
    }

    function _reason(bytes4 selector, address first, address second) private pure returns (bytes memory) {
        return _reason(selector, uint160(first), uint160(second));
    }

    function _reason(bytes4 selector, address only) private pure returns (bytes memory) {
        return _reason(selector, bytes32(uint256(uint160(only))));
    }

    function _reason(bytes4 selector, bytes32 only) private pure returns (bytes memory) {
        return abi.encodeWithSelector(selector, only);
    }

    // ---- paying ----

    function _pay(
        DealTerms calldata terms,
        Deal storage deal,
        Settlement calldata settlement,
        Judgement memory judgement
    ) private {
        Record memory record = _recordFrom(terms, settlement, judgement);
        // One write to the deal's slot.
        (uint120 available, uint32 records) = (deal.available, deal.records);
        (deal.available, deal.records) = (available - uint120(judgement.price), records + 1);
        bytes31 commitment = _emitSettled(judgement.recordId, record);
        consentBook.take(judgement.dealId, record.personTag, record.ordinal, judgement.recordId, commitment);
        _push(record.token, record.payout, record.net);
    }

    /// @dev Emits RecordSettled and returns the record's commitment, both from one encoding of the record: 4,000 gas less than two of
    /// abi.encode. The tests compare it with abi.encode.
    function _emitSettled(bytes32 recordId, Record memory record) private returns (bytes31) {
        // In memory a Record is 17 words and a pointer to its shares; abi.encode writes the same 17 words, an offset and the shares inline:
        // | relayer | 0x40 | 17 words | 0x240 | length | oracle, amount | ... |
        // With 0x20 in the second word, what follows the first is abi.encode(record).
        Share[] memory shares = record.shares;
        bytes32 topic = RecordSettled.selector;
        bytes32 dealId = record.dealId;
        address provider = record.provider;
        bytes32 hash;
        assembly ("memory-safe") {
            let start := mload(0x40)
            mstore(start, caller())
            mstore(add(start, 0x20), 0x40)
            mcopy(add(start, 0x40), record, 0x220)
            mstore(add(start, 0x260), 0x240)
            let count := mload(shares)
            mstore(add(start, 0x280), count)
            let end := add(start, 0x2a0)
            for { let i := 1 } iszero(gt(i, count)) { i := add(i, 1) } {
                mcopy(end, mload(add(shares, mul(i, 0x20))), 0x40)
                end := add(end, 0x40)
            }
            log4(start, sub(end, start), topic, recordId, dealId, provider)
            mstore(add(start, 0x20), 0x20)
            hash := keccak256(add(start, 0x20), sub(end, add(start, 0x20)))
        }
        return bytes31(hash);
    }

    function _recordFrom(DealTerms calldata terms, Settlement calldata settlement, Judgement memory judgement)
        private
        view
        returns (Record memory record)
    {
        Certificate calldata certificate = settlement.certificate;
        record.dealId = judgement.dealId;
        record.personTag = certificate.personTag;
        record.recordTag = certificate.recordTag;
        record.manifestHash = certificate.manifestHash;
        record.certificateHash = judgement.certificateHash;
        record.consentHash = judgement.consentHash;
        record.consumer = terms.consumer;
        record.token = terms.token;
        record.provider = certificate.provider;
        record.payout = settlement.consent.payout;
        record.ordinal = judgement.ordinal;
        record.price = uint128(judgement.price);
        record.net = uint128(judgement.net);
        record.relayerFee = uint128(settlement.relayerFee);
        record.settledAt = uint64(block.timestamp);
        record.deliveryEnd = uint64(block.timestamp + terms.deliveryWindow);
        record.consentUntil = settlement.consent.consentUntil;
        record.shares = judgement.shares;
    }

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

    // ---- tokens and signatures ----

    /// @dev Provider accounts sign with their key; contract signatures are not taken, as they could burn the gas of a whole batch.
    function _isSignedBy(address account, bytes32 digest, bytes calldata signature) private pure returns (bool) {
        (address recovered, ECDSA.RecoverError failure,) = ECDSA.tryRecoverCalldata(digest, signature);
        return failure == ECDSA.RecoverError.NoError && recovered == account;
    }

    /// @dev A permit that fails may have been used already by whoever saw it; the allowance decides.
    function _usePermit(address token, address owner, TokenPermit calldata permit) private {
        if (permit.v == 0) return;
        try IERC20Permit(token).permit(
            owner, address(this), permit.value, permit.deadline, permit.v, permit.r, permit.s
        ) {} catch {}
    }

    function _pull(address token, address from, uint256 amount) private {
        if (amount == 0) return;
        uint256 before = IERC20(token).balanceOf(address(this));
        SafeERC20.safeTransferFrom(IERC20(token), from, address(this), amount);
        uint256 received = IERC20(token).balanceOf(address(this)) - before;
        if (received != amount) revert DealTokenShortfall(token, amount, received);
    }

    /// @dev Pays, or credits what the receiver or the token refuses: no receiver can stop the others.
    function _push(address token, address to, uint256 amount) private {
        if (amount == 0) return;
        // A call gets at most 63/64 of the gas left. With less than PUSH_GAS a caller could make a fair payment fail.
        uint256 required = PUSH_GAS * 64 / 63 + 5000;
        if (gasleft() < required) revert PushGasInsufficient(gasleft(), required);
        (bool success, bytes memory answer) =
            token.call{gas: PUSH_GAS}(abi.encodeCall(IERC20.transfer, (to, amount)));
        if (success && (answer.length == 0 || (answer.length >= 32 && uint256(bytes32(answer)) == 1))) return;
        _credits[token][to] += amount;
        emit CreditGranted(token, to, amount);
    }
}
