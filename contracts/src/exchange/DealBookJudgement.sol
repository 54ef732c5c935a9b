// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {DealBookDeals} from "./DealBookDeals.sol";
import {ICertificateVerifier} from "./interfaces/ICertificateVerifier.sol";
import {ExchangeHashes} from "./libraries/ExchangeHashes.sol";
import {PackedSettlement} from "./libraries/PackedSettlement.sol";
import {Prices} from "./libraries/Prices.sol";
import {Certificate, Consent, Deal, DealState, DealTerms, Share} from "./types/ExchangeTypes.sol";

/// @title Judging of settlements.
/// @dev A settlement is judged whole before any of it is written. `settle` and `judge` share one judgement, so that whoever asks first gets
/// the answer that paying would get. What deal and certificate imply is filled in, not compared: a message that says otherwise has another
/// digest, and no signature over it.
abstract contract DealBookJudgement is DealBookDeals {
    /// @dev Who certifies, and what they ask: of one settlement, or of all of a batch. An empty reason means that they do.
    struct Certification {
        bytes reason;
        uint256 signers;
        uint256 commissions;
    }

    /// @dev One settlement while it is judged. An empty reason means that it will be paid.
    struct Judgement {
        bytes reason;
        bytes32 dealId;
        bytes32 recordId;
        bytes32 certificateHash;
        bytes32 consentHash;
        address relayer;
        uint256 relayerFee;
        uint256 price;
        uint256 net;
        uint16 ordinal;
        Certificate certificate;
        Consent consent;
        Certification certification;
        Share[] shares;
    }

    /// @dev Bytes of a certification before the proof: the set of signers.
    uint256 private constant SIGNERS_SIZE = 2;

    /// @param batch Of the batch that the settlement is of; with signers of zero it certifies itself.
    function _judge(
        DealTerms calldata terms,
        bytes32 dealId,
        bytes calldata packed,
        Certification memory batch,
        address relayer
    ) internal view returns (Judgement memory judgement) {
        Deal memory deal = _deals[dealId];
        bool isAlone = batch.signers == 0 && batch.reason.length == 0;
        judgement.reason = _refuseSize(packed, isAlone);
        if (judgement.reason.length != 0) return judgement;
        judgement.dealId = dealId;
        judgement.relayer = relayer;
        judgement.relayerFee = PackedSettlement.relayerFee(packed);
        judgement.certificate = PackedSettlement.certificate(packed, dealId, terms);
        judgement.reason = _refuseDeal(terms, dealId, deal, judgement.certificate.asOf);
        if (judgement.reason.length == 0) judgement.reason = _refuseCertificate(terms, judgement);
        if (judgement.reason.length == 0 && deal.available < judgement.price) {
            judgement.reason = _reason(DealBudgetShort.selector, judgement.price, deal.available);
        }
        if (judgement.reason.length != 0) return judgement;
        judgement.consent = PackedSettlement.consent(packed, dealId, judgement.certificateHash, terms);
        judgement.reason = _refuseConsent(terms, judgement);
        if (judgement.reason.length == 0) judgement.reason = _refuseSlots(terms, packed, judgement);
        if (judgement.reason.length != 0) return judgement;
        Certification memory certification =
            isAlone ? _certify(terms, judgement.certificateHash, packed[PackedSettlement.SIZE:]) : batch;
        judgement.certification = certification;
        judgement.reason = certification.reason;
        if (judgement.reason.length == 0) judgement.reason = _refuseNet(terms, judgement);
    }

    /// @dev What stands behind the digest of a certificate or of a batch.
    /// @param packed 2 bytes with the set of signers, and their proof.
    function _certify(DealTerms calldata terms, bytes32 digest, bytes calldata packed)
        internal
        view
        returns (Certification memory certification)
    {
        if (packed.length < SIGNERS_SIZE) revert SettlementMalformed(packed.length, SIGNERS_SIZE);
        certification.signers = uint16(bytes2(packed));
        (certification.reason, certification.commissions) =
            _askVerifier(terms, digest, certification.signers, packed[SIGNERS_SIZE:]);
        // Whatever the verifier says, shares go to listed oracles, to each once.
        bool isListed = certification.signers >> terms.oracles.length == 0
            && _count(certification.signers) >= terms.quorum;
        if (certification.reason.length == 0 && !isListed) {
            certification.reason = _reason(CertificateVerifierFailed.selector, terms.verifier);
        }
    }

    function _refuseSize(bytes calldata packed, bool isAlone) private pure returns (bytes memory reason) {
        if (isAlone) {
            uint256 least = PackedSettlement.SIZE + SIGNERS_SIZE;
            if (packed.length < least) return _reason(SettlementMalformed.selector, packed.length, least);
        } else if (packed.length != PackedSettlement.SIZE) {
            return _reason(SettlementMalformed.selector, packed.length, PackedSettlement.SIZE);
        }
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

    function _refuseCertificate(DealTerms calldata terms, Judgement memory judgement)
        private
        view
        returns (bytes memory reason)
    {
        Certificate memory certificate = judgement.certificate;
        if (certificate.asOf > block.timestamp + CLOCK_TOLERANCE) {
            return _reason(CertificateFromFuture.selector, certificate.asOf, block.timestamp);
        }
        if (block.timestamp > certificate.validUntil) {
            return _reason(CertificateExpired.selector, certificate.validUntil, block.timestamp);
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

    /// @dev That this caller may use the consent now, for this fee.
    function _refuseConsent(DealTerms calldata terms, Judgement memory judgement)
        private
        view
        returns (bytes memory reason)
    {
        Consent memory consent = judgement.consent;
        if (consent.payout == address(0) || consent.payout == terms.token || consent.payout == address(this)) {
            return _reason(ConsentPayoutInvalid.selector, consent.payout);
        }
        if (consent.relayer != address(0) && consent.relayer != judgement.relayer) {
            return _reason(ConsentRelayerMismatch.selector, consent.relayer, judgement.relayer);
        }
        if (judgement.relayerFee > consent.maximumRelayerFee) {
            return _reason(
                ConsentRelayerFeeExceeded.selector, consent.maximumRelayerFee, judgement.relayerFee
            );
        }
        uint256 limit = judgement.price * MAXIMUM_RELAYER_FEE_BPS / BPS;
        if (judgement.relayerFee > limit) {
            return _reason(RelayerFeeOverLimit.selector, limit, judgement.relayerFee);
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

    function _refuseSlots(DealTerms calldata terms, bytes calldata packed, Judgement memory judgement)
        private
        view
        returns (bytes memory reason)
    {
        Certificate memory certificate = judgement.certificate;
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
        (bytes32 r, bytes32 vs) = PackedSettlement.consentSignature(packed);
        (address recovered,,) = ECDSA.tryRecover(judgement.consentHash, r, vs);
        // A signature that recovers nobody recovers zero, which is no provider either.
        if (recovered == address(0) || recovered != certificate.provider) {
            return _reason(ConsentSignatureInvalid.selector, certificate.provider);
        }
        if (used) return _reason(RecordTagUsed.selector, judgement.recordId);
        if (ordinal == terms.perPersonCap) {
            return _reason(PersonTagOverCap.selector, uint256(certificate.personTag), terms.perPersonCap);
        }
        judgement.ordinal = ordinal;
    }

    /// @dev What everybody gets, and that it is enough for the provider.
    function _refuseNet(DealTerms calldata terms, Judgement memory judgement)
        private
        pure
        returns (bytes memory reason)
    {
        uint256 net = judgement.price - judgement.relayerFee - _share(terms, judgement);
        if (net < judgement.consent.minimumNet) {
            return _reason(ConsentNetBelowMinimum.selector, judgement.consent.minimumNet, net);
        }
        judgement.net = net;
    }

    /// @dev A verifier is a contract of the consumer's choice: it gets bounded gas, and no more of its answer is copied than is read.
    function _askVerifier(DealTerms calldata terms, bytes32 digest, uint256 signers, bytes calldata proof)
        private
        view
        returns (bytes memory reason, uint256 commissions)
    {
        address verifier = terms.verifier;
        bytes memory data =
            abi.encodeCall(ICertificateVerifier.verify, (digest, terms.oracles, terms.quorum, signers, proof));
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

    /// @dev Splits the price equally and takes each oracle's commission from its part.
    /// @return total Sum of the shares.
    function _share(DealTerms calldata terms, Judgement memory judgement)
        private
        pure
        returns (uint256 total)
    {
        address[] calldata oracles = terms.oracles;
        uint256 cap = terms.commissionCapBps;
        uint256 price = judgement.price;
        uint256 commissions = judgement.certification.commissions;
        uint256 signers = judgement.certification.signers;
        uint256 count = _count(signers);
        Share[] memory shares = new Share[](count);
        uint256 next = 0;
        for (uint256 i = 0; signers >> i != 0; ++i) {
            if ((signers >> i) & 1 == 0) continue;
            uint256 amount = price * Math.min(uint16(commissions >> (16 * next)), cap) / (BPS * count);
            shares[next].oracle = oracles[i];
            shares[next].amount = uint128(amount);
            total += amount;
            ++next;
        }
        judgement.shares = shares;
    }

    function _count(uint256 signers) private pure returns (uint256 count) {
        for (; signers != 0; signers &= signers - 1) ++count;
    }
}
