// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {Certificate, Record, RecordStatus} from "../../exchange/types/ExchangeTypes.sol";
import {IConsentFacts, IExchangeFacts} from "../interfaces/IExchangeFacts.sol";
import {IOracleAdmission} from "../interfaces/IOracleAdmission.sol";
import {IQuorumVerifier} from "../interfaces/IQuorumVerifier.sol";
import {CertificateBatches} from "../libraries/CertificateBatches.sol";

/// @notice A way to the root of a tree of CertificateBatches.
/// @param turns Bit i: at step i of the path the sibling stands on the left.
/// @param path Siblings from the leaf to the root.
struct CertificatePath {
    uint256 turns;
    bytes32[] path;
}

/// @notice A certificate with what one oracle signed of it: the certificate itself, or the root of a batch that holds it. There are two kinds of
/// batch: one of a settlement (the DealBook's CertificateBatch), and one of an epoch, whose leaf is the certificate or a settlement's batch.
/// @param signature 65 bytes by the oracle's signing key.
/// @param settlement The way from the certificate to the root of the batch that was settled, where it was in one. At most one.
/// @param epoch Epoch of the epoch's batch; 0 where there is none.
/// @param way The way to the root of the epoch's batch. Not read where there is none.
struct SignedCertificate {
    Certificate certificate;
    bytes signature;
    CertificatePath[] settlement;
    uint64 epoch;
    CertificatePath way;
}

/// @title What judges share: who signed a certificate, what became of a record.
abstract contract CertificateEvidence {
    /// @notice No oracle ever had the key that signed.
    error EvidenceSignerUnknown(address signer);
    /// @notice The signature can't be read.
    error EvidenceSignatureInvalid();
    /// @notice A batch of batches is nothing that a settlement takes.
    error EvidenceBatchNested(uint256 batches);
    /// @notice This was judged before.
    error EvidenceUsed(bytes32 id);
    /// @notice The record is not the one that the chain keeps.
    error EvidenceRecordMismatch(bytes32 recordId);

    /// @notice How the exchange hashes what oracles sign.
    IExchangeFacts public immutable exchange;
    /// @notice What became of records.
    IConsentFacts public immutable consents;
    /// @notice Whose key is whose.
    IOracleAdmission public immutable admission;
    /// @notice Whose batches count.
    IQuorumVerifier public immutable quorumVerifier;

    mapping(bytes32 id => bool) private _used;

    constructor(
        IExchangeFacts exchangeFacts,
        IConsentFacts consentFacts,
        IOracleAdmission oracleAdmission,
        IQuorumVerifier verifier
    ) {
        exchange = exchangeFacts;
        consents = consentFacts;
        admission = oracleAdmission;
        quorumVerifier = verifier;
    }

    /// @dev The operator whose node signed a certificate: alone, in a settlement's batch, in an epoch's, or in both, one in the other.
    function _certifierOf(SignedCertificate calldata signed) internal view returns (address) {
        bytes32 digest = exchange.hashCertificate(signed.certificate);
        if (signed.settlement.length > 1) revert EvidenceBatchNested(signed.settlement.length);
        if (signed.settlement.length == 1) {
            digest = exchange.hashCertificateBatch(_rootFrom(digest, signed.settlement[0]));
        }
        if (signed.epoch != 0) digest = quorumVerifier.hashBatch(signed.epoch, _rootFrom(digest, signed.way));
        return _signerOf(digest, signed.signature);
    }

    function _rootFrom(bytes32 digest, CertificatePath calldata way) private pure returns (bytes32) {
        return CertificateBatches.rootFrom(digest, way.turns, way.path);
    }

    function _signerOf(bytes32 digest, bytes calldata signature) internal view returns (address operator) {
        (address signer, ECDSA.RecoverError failure,) = ECDSA.tryRecoverCalldata(digest, signature);
        if (failure != ECDSA.RecoverError.NoError) revert EvidenceSignatureInvalid();
        operator = admission.operatorOfSigner(signer);
        if (operator == address(0)) revert EvidenceSignerUnknown(signer);
    }

    /// @dev Id and status of a record that the chain keeps as it was passed.
    function _knownRecord(Record calldata record) internal view returns (bytes32 recordId, RecordStatus status) {
        recordId = exchange.recordIdOf(record.dealId, record.recordTag);
        bytes31 commitment;
        (status, commitment) = consents.recordOf(recordId);
        if (status == RecordStatus.None || commitment != exchange.commitmentOf(record)) {
            revert EvidenceRecordMismatch(recordId);
        }
    }

    function _use(bytes32 id) internal {
        if (_used[id]) revert EvidenceUsed(id);
        _used[id] = true;
    }

    /// @dev A time that lies in the past, for acts whose own time may be a little ahead.
    function _past(uint256 time) internal view returns (uint40) {
        return uint40(time < block.timestamp ? time : block.timestamp);
    }
}
