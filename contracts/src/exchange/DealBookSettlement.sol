// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {LowLevelCall} from "@openzeppelin/contracts/utils/LowLevelCall.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {DealBookDeals} from "./DealBookDeals.sol";
import {ICertificateVerifier} from "./interfaces/ICertificateVerifier.sol";
import {IDealBook} from "./interfaces/IDealBook.sol";
import {ExchangeHashes} from "./libraries/ExchangeHashes.sol";
import {Prices} from "./libraries/Prices.sol";
import {Certificate, Consent, Deal, DealState, DealTerms} from "./types/ExchangeTypes.sol";
import {OracleSignature, Record, Settlement, Share} from "./types/ExchangeTypes.sol";

/// @title Judging and paying of settlements.
/// @dev A settlement is judged whole before any of it is written. `settle` and `judge` share one judgement, so that whoever asks first gets
/// the answer that paying would get.
abstract contract DealBookSettlement is DealBookDeals {
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
        if (settled != 0 && deal.records == terms.maximumRecords) {
            // A deal that has ended stays what it is: an unwinding reopens only what was Active or Paused.
            if (deal.state == DealState.Active || deal.state == DealState.Paused) {
                deal.state = DealState.Completed;
                emit DealStateChanged(dealId, DealState.Completed, deal.stoppedAt);
            }
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
        if (judgement.reason.length == 0 && deal.available < judgement.price) {
            judgement.reason = _reason(DealBudgetShort.selector, judgement.price, deal.available);
        }
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
        (reason, commissions) = _askVerifier(terms, judgement.certificateHash, signatures);
        if (reason.length != 0) return reason;
        // Whatever the verifier says, shares go to listed oracles, to each once.
        if (!_areListed(signatures, terms.quorum, terms.oracles.length)) {
            return _reason(CertificateVerifierFailed.selector, terms.verifier);
        }
        uint256 net = judgement.price - settlement.relayerFee - _share(terms, signatures, commissions, judgement);
        if (net < settlement.consent.minimumNet) {
            return _reason(ConsentNetBelowMinimum.selector, settlement.consent.minimumNet, net);
        }
        judgement.net = net;
    }

    /// @dev A verifier is a contract of the consumer's choice: it gets bounded gas, and no more of its answer is copied than is read.
    function _askVerifier(DealTerms calldata terms, bytes32 certificateHash, OracleSignature[] calldata signatures)
        private
        view
        returns (bytes memory reason, uint256 commissions)
    {
        address verifier = terms.verifier;
        bytes memory data =
            abi.encodeCall(ICertificateVerifier.verify, (certificateHash, terms.oracles, terms.quorum, signatures));
        bool success;
        uint256 size;
        assembly ("memory-safe") {
            success := staticcall(VERIFIER_GAS, verifier, add(data, 0x20), mload(data), 0, 0x20)
            size := returndatasize()
            commissions := mload(0)
        }
        if (success && size >= 32) return (reason, commissions);
        if (!success && size >= 4 && size <= MAXIMUM_REFUSAL_BYTES) {
            reason = new bytes(size);
            assembly ("memory-safe") {
                returndatacopy(add(reason, 0x20), 0, size)
            }
            // A panic, a text or a reason without a code is no refusal.
            bytes4 code = bytes4(reason);
            if (code != 0 && code != 0x4e487b71 && code != 0x08c379a0) return (reason, 0);
        }
        return (_reason(CertificateVerifierFailed.selector, verifier), 0);
    }

    function _areListed(OracleSignature[] calldata signatures, uint256 quorum, uint256 count) private pure returns (bool) {
        if (signatures.length < quorum) return false;
        uint256 next = 0;
        for (uint256 i = 0; i < signatures.length; ++i) {
            uint256 index = signatures[i].index;
            if (index < next || index >= count) return false;
            next = index + 1;
        }
        return true;
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
}
