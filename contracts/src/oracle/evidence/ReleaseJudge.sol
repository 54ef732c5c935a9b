// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Delivery, Record, RecordStatus} from "../../exchange/types/ExchangeTypes.sol";
import {IConsentFacts, IExchangeFacts} from "../interfaces/IExchangeFacts.sol";
import {IOracleAdmission} from "../interfaces/IOracleAdmission.sol";
import {IPenaltyDesk, Offence} from "../interfaces/IPenaltyDesk.sol";
import {IQuorumVerifier} from "../interfaces/IQuorumVerifier.sol";
import {CertificateEvidence, SignedCertificate} from "./CertificateEvidence.sol";

/// @notice A statement of release, as the oracle signed it beside the envelope.
struct SignedRelease {
    bytes32 recordId;
    bytes32 consumerKeyHash;
    bytes32 envelopeHash;
    uint64 blockNumber;
    bytes signature;
}

/// @title Punishes an oracle that released a key without a consent that the chain accepted, or after it was revoked.
/// @dev The chain keeps no block of a revocation: anybody may have one observed here, and what is released in a later block is an offence.
contract ReleaseJudge is CertificateEvidence {
    /// @notice A revocation was observed: releases of later blocks are offences.
    event RevocationObserved(bytes32 indexed recordId, uint64 blockNumber, uint64 time);

    /// @notice Release and certificate are not of one record.
    error ReleaseRecordMismatch(bytes32 recordId, bytes32 certified);
    /// @notice Release and certificate were signed by different oracles.
    error ReleaseSignersDiffer(address releaser, address certifier);
    /// @notice The record was sold, and no revocation had been observed when the key was released.
    error ReleaseConsented(bytes32 recordId);
    /// @notice The chain may still bring the settlement that the oracle saw.
    error ReleaseTooFresh(uint256 judgedFrom);
    /// @notice The record is not revoked, its delivery may still be completed, or its revocation was observed before.
    error ReleaseNotRevoked(bytes32 recordId);

    struct Observation {
        uint64 blockNumber;
        uint64 time;
    }

    /// @notice Carries out what is found.
    IPenaltyDesk public immutable desk;
    /// @notice Blocks after a release in which its settlement may still appear: twice the depth of Ethereum's finality.
    uint256 public immutable patience;
    /// @notice Seconds back to which stake answers.
    uint256 public immutable slashWindow;

    mapping(bytes32 recordId => Observation) private _observations;

    constructor(
        IExchangeFacts exchangeFacts,
        IConsentFacts consentFacts,
        IOracleAdmission oracleAdmission,
        IQuorumVerifier verifier,
        IPenaltyDesk penaltyDesk,
        uint256 patienceBlocks,
        uint256 slashWindowSeconds
    ) CertificateEvidence(exchangeFacts, consentFacts, oracleAdmission, verifier) {
        desk = penaltyDesk;
        patience = patienceBlocks;
        slashWindow = slashWindowSeconds;
    }

    /// @notice Notes that a record is revoked: its sale undone, or its consent stopped and the delivery that was paid for over. Anyone; once.
    function observe(Record calldata record) external {
        bytes32 recordId = exchange.recordIdOf(record.dealId, record.recordTag);
        if (!_isOver(recordId, record) || _observations[recordId].blockNumber != 0) revert ReleaseNotRevoked(recordId);
        _observations[recordId] = Observation({blockNumber: uint64(block.number), time: uint64(block.timestamp)});
        emit RevocationObserved(recordId, uint64(block.number), uint64(block.timestamp));
    }

    /// @notice Block in which a revocation was observed, or 0.
    function observedAt(bytes32 recordId) external view returns (uint64) {
        return _observations[recordId].blockNumber;
    }

    /// @notice Shows a release that no consent allowed, and the certificate of the same oracle that says whose record it is. The provider is paid, the
    /// caller is the reporter.
    function prove(SignedRelease calldata released, SignedCertificate calldata signed) external {
        bytes32 recordId = exchange.recordIdOf(signed.certificate.dealId, signed.certificate.recordTag);
        if (recordId != released.recordId) revert ReleaseRecordMismatch(released.recordId, recordId);
        address operator = _certifierOf(signed);
        address releaser = _releaserOf(released);
        if (releaser != operator) revert ReleaseSignersDiffer(releaser, operator);
        uint256 actedAt = _assertOffence(recordId, released.blockNumber, signed.certificate.asOf);
        _use(keccak256(abi.encode(operator, recordId)));
        address provider = signed.certificate.provider;
        desk.punish(Offence.ReleaseWithoutConsent, operator, _past(actedAt), provider, 0, msg.sender);
    }

    function _isOver(bytes32 recordId, Record calldata record) private view returns (bool) {
        (RecordStatus status, bytes31 commitment) = consents.recordOf(recordId);
        if (status == RecordStatus.Unwound) return true;
        if (status != RecordStatus.Revoked || commitment != exchange.commitmentOf(record)) return false;
        Delivery memory delivery = consents.deliveryOf(record.dealId, record.personTag, record.ordinal);
        return block.timestamp > (delivery.answerBy == 0 ? record.deliveryEnd : delivery.answerBy);
    }

    function _releaserOf(SignedRelease calldata released) private view returns (address) {
        bytes32 digest = exchange.hashRelease(
            released.recordId, released.consumerKeyHash, released.envelopeHash, released.blockNumber
        );
        return _signerOf(digest, released.signature);
    }

    /// @dev Refuses unless the release is an offence. A release says its block and not its time, so stake answers from the certificate on, or
    /// from as far back as it can.
    function _assertOffence(bytes32 recordId, uint64 blockNumber, uint64 asOf) private view returns (uint256 actedAt) {
        (RecordStatus status,) = consents.recordOf(recordId);
        Observation storage observed = _observations[recordId];
        uint256 earliest = block.timestamp - slashWindow;
        if (status == RecordStatus.None) {
            uint256 judgedFrom = uint256(blockNumber) + patience;
            if (block.number <= judgedFrom) revert ReleaseTooFresh(judgedFrom);
            return asOf > earliest ? asOf : earliest;
        }
        if (observed.blockNumber == 0 || blockNumber <= observed.blockNumber) revert ReleaseConsented(recordId);
        return observed.time > earliest ? observed.time : earliest;
    }
}
