// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {IOracleAdmission, NodeKeys, OracleNode, OracleVote} from "../interfaces/IOracleAdmission.sol";
import {IOracleMeasurements} from "../interfaces/IOracleMeasurements.sol";
import {IOraclePower} from "../interfaces/IOraclePower.sol";
import {Bls} from "../libraries/Bls.sol";
import {OracleSetCode} from "../libraries/OracleSetCode.sol";

/// @notice What an OracleAdmission is made with.
/// @param founders Number of active oracles below which the founding role may admit without votes.
/// @param quorumCountBps Part of the active oracles that must vote, in 1/10000.
/// @param quorumPowerBps Part of their power that must vote, in 1/10000.
/// @param evidenceLife Seconds that evidence counts from admission on.
struct AdmissionParameters {
    uint16 founders;
    uint16 quorumCountBps;
    uint16 quorumPowerBps;
    uint40 evidenceLife;
}

/// @title Admission of oracles by a quorum of oracles.
contract OracleAdmission is IOracleAdmission, AccessManaged, EIP712 {
    bytes32 private constant NODE_KEYS_TYPEHASH = keccak256(
        "NodeKeys(address operator,address signer,bytes32 encryptionKey,bytes32 admissionKey,bytes32 blsKeyHash,bytes32 measurement,bytes32 nonce,uint64 expiresAt)"
    );
    bytes32 private constant VOTE_TYPEHASH = keccak256("AdmissionVote(bytes32 keysDigest,uint64 expiresAt)");
    bytes private constant POSSESSION = "AMBROSIA-POSSESSION-V1-BLS12381G1_XMD:SHA-256_SSWU_RO_";
    uint256 private constant BPS = 10_000;

    /// @notice Longest life of an application, seconds.
    uint64 public constant MAXIMUM_APPLICATION_LIFE = 1 days;
    /// @notice Largest evidence, bytes.
    uint256 public constant MAXIMUM_EVIDENCE_SIZE = 16 * 1024;
    /// @notice Most nodes on the list: what a set holds.
    uint256 public constant MAXIMUM_MEMBERS = OracleSetCode.MAXIMUM;
    /// @notice Seconds after the end of its evidence in which a node stays on the list.
    uint40 public constant PRUNE_DELAY = 30 days;

    /// @inheritdoc IOracleAdmission
    IOracleMeasurements public immutable measurements;
    /// @inheritdoc IOracleAdmission
    IOraclePower public immutable power;
    /// @notice Number of active oracles below which the founding role may admit without votes.
    uint256 public immutable founders;
    /// @notice Part of the active oracles that must vote, in 1/10000.
    uint256 public immutable quorumCountBps;
    /// @notice Part of their power that must vote, in 1/10000.
    uint256 public immutable quorumPowerBps;
    /// @notice Seconds that evidence counts from admission on.
    uint40 public immutable evidenceLife;

    mapping(address operator => OracleNode) private _nodes;
    mapping(address operator => bytes32 keysDigest) private _applications;
    mapping(address operator => address blsKey) private _appliedBlsKeys;
    mapping(address signer => address operator) private _operatorOfSigner;
    address[] private _members;

    constructor(
        address authority,
        IOracleMeasurements allowedMeasurements,
        IOraclePower oraclePower,
        AdmissionParameters memory parameters
    ) AccessManaged(authority) EIP712("OracleAdmission", "1") {
        // At most half would let two disjoint quorums decide differently.
        _assertParameter(parameters.quorumCountBps > BPS / 2 && parameters.quorumCountBps <= BPS, "quorumCountBps");
        _assertParameter(parameters.quorumPowerBps > BPS / 2 && parameters.quorumPowerBps <= BPS, "quorumPowerBps");
        _assertParameter(parameters.founders != 0 && parameters.founders <= MAXIMUM_MEMBERS, "founders");
        _assertParameter(parameters.evidenceLife != 0, "evidenceLife");
        measurements = allowedMeasurements;
        power = oraclePower;
        founders = parameters.founders;
        quorumCountBps = parameters.quorumCountBps;
        quorumPowerBps = parameters.quorumPowerBps;
        evidenceLife = parameters.evidenceLife;
    }

    // ---- applying ----

    /// @inheritdoc IOracleAdmission
    function applyWith(
        NodeKeys calldata keys,
        uint256 nonceBlock,
        bytes calldata blsKey,
        bytes calldata blsProof,
        bytes calldata possession,
        bytes calldata evidence
    ) external {
        if (keys.operator != msg.sender) revert AdmissionOperatorMismatch(keys.operator, msg.sender);
        if (keys.signer == address(0) || keys.encryptionKey == 0 || keys.admissionKey == 0) revert AdmissionKeyMissing();
        if (keys.nonce == 0 || blockhash(nonceBlock) != keys.nonce) revert AdmissionNonceInvalid(nonceBlock);
        if (keys.expiresAt <= block.timestamp || keys.expiresAt > block.timestamp + MAXIMUM_APPLICATION_LIFE) {
            revert AdmissionExpiryInvalid(keys.expiresAt);
        }
        if (evidence.length == 0 || evidence.length > MAXIMUM_EVIDENCE_SIZE) {
            revert AdmissionEvidenceInvalid(evidence.length);
        }
        _assertFit(keys);
        bytes32 digest = hashKeys(keys);
        (address recovered,,) = ECDSA.tryRecoverCalldata(digest, possession);
        // A signature that recovers nobody recovers zero, which is no signing key.
        if (recovered != keys.signer) revert AdmissionSignerUnproven(keys.signer);
        _applications[msg.sender] = digest;
        _appliedBlsKeys[msg.sender] = _writeBlsKey(keys.blsKeyHash, digest, blsKey, blsProof);
        emit OracleApplied(msg.sender, digest, keys, evidence);
    }

    /// @dev What must hold when an application is made, and again when it is admitted.
    function _assertFit(NodeKeys calldata keys) private view {
        if (!measurements.isActive(keys.measurement)) revert AdmissionMeasurementInactive(keys.measurement);
        if (power.powerOf(keys.operator) == 0) revert AdmissionPowerMissing(keys.operator);
        address holder = _operatorOfSigner[keys.signer];
        if (holder != address(0) && holder != keys.operator) revert AdmissionSignerTaken(keys.signer, holder);
    }

    function _writeBlsKey(bytes32 keyHash, bytes32 digest, bytes calldata blsKey, bytes calldata proof)
        private
        returns (address)
    {
        if (keyHash == 0 && blsKey.length == 0) return address(0);
        if (keccak256(blsKey) != keyHash || !Bls.isSigned(proof, blsKey, digest, POSSESSION)) {
            revert AdmissionBlsKeyInvalid();
        }
        return OracleSetCode.writeKey(blsKey);
    }

    // ---- admitting ----

    /// @inheritdoc IOracleAdmission
    function admit(NodeKeys calldata keys, OracleVote[] calldata votes) external {
        bytes32 digest = _takeApplication(keys);
        assertQuorum(hashVote(digest, keys.expiresAt), votes, keys.operator);
        _admit(keys, digest, false);
    }

    /// @inheritdoc IOracleAdmission
    function admitFounder(NodeKeys calldata keys) external restricted {
        bytes32 digest = _takeApplication(keys);
        (uint256 active,) = _activeExcept(address(0));
        if (active >= founders) revert AdmissionFounded(active);
        _admit(keys, digest, true);
    }

    function _takeApplication(NodeKeys calldata keys) private returns (bytes32 digest) {
        digest = hashKeys(keys);
        if (_applications[keys.operator] != digest) revert AdmissionUnknown(keys.operator, digest);
        if (block.timestamp > keys.expiresAt) revert AdmissionExpiryInvalid(keys.expiresAt);
        delete _applications[keys.operator];
        _assertFit(keys);
    }

    function _admit(NodeKeys calldata keys, bytes32 digest, bool founder) private {
        OracleNode storage node = _nodes[keys.operator];
        if (!node.listed) _list(keys.operator);
        uint40 validUntil = uint40(block.timestamp) + evidenceLife;
        node.signer = keys.signer;
        node.admittedAt = uint40(block.timestamp);
        node.validUntil = validUntil;
        node.listed = true;
        node.encryptionKey = keys.encryptionKey;
        node.measurement = keys.measurement;
        node.blsKey = _appliedBlsKeys[keys.operator];
        _operatorOfSigner[keys.signer] = keys.operator;
        emit OracleNodeAdmitted(keys.operator, digest, validUntil, founder);
    }

    /// @dev Puts an operator on the list; on a full one it takes the place of the lightest, if that weighs less.
    function _list(address operator) private {
        if (_members.length < MAXIMUM_MEMBERS) {
            _members.push(operator);
            return;
        }
        uint256 lightest = 0;
        uint256 least = type(uint256).max;
        for (uint256 i = 0; i < _members.length; ++i) {
            uint256 weight = isActive(_members[i]) ? power.powerOf(_members[i]) : 0;
            if (weight < least) (lightest, least) = (i, weight);
        }
        if (power.powerOf(operator) <= least) revert AdmissionListFull(MAXIMUM_MEMBERS);
        address removed = _members[lightest];
        _members[lightest] = operator;
        _forget(removed);
    }

    /// @inheritdoc IOracleAdmission
    function leave() external {
        if (!_nodes[msg.sender].listed) revert AdmissionNodeUnknown(msg.sender);
        _unlist(msg.sender);
    }

    /// @inheritdoc IOracleAdmission
    function prune(address operator) external {
        OracleNode storage node = _nodes[operator];
        if (!node.listed) revert AdmissionNodeUnknown(operator);
        if (block.timestamp <= uint256(node.validUntil) + PRUNE_DELAY) revert AdmissionNodeActive(operator);
        _unlist(operator);
    }

    function _unlist(address operator) private {
        uint256 last = _members.length - 1;
        for (uint256 i = 0; i < last; ++i) {
            if (_members[i] != operator) continue;
            _members[i] = _members[last];
            break;
        }
        _members.pop();
        _forget(operator);
    }

    function _forget(address operator) private {
        OracleNode storage node = _nodes[operator];
        node.listed = false;
        node.admittedAt = 0;
        emit OracleNodeRemoved(operator);
    }

    // ---- voting ----

    /// @inheritdoc IOracleAdmission
    function assertQuorum(bytes32 digest, OracleVote[] calldata votes, address except) public view {
        (uint256 active, uint256 total) = _activeExcept(except);
        uint256 weight = 0;
        address previous = address(0);
        for (uint256 i = 0; i < votes.length; ++i) {
            address voter = votes[i].voter;
            if (voter <= previous) revert AdmissionVotesUnordered(voter);
            previous = voter;
            if (voter == except || !isActive(voter)) revert AdmissionVoterRefused(voter);
            (address signer, ECDSA.RecoverError failure,) = ECDSA.tryRecoverCalldata(digest, votes[i].signature);
            if (failure != ECDSA.RecoverError.NoError || signer != _nodes[voter].signer) {
                revert AdmissionVoteInvalid(voter);
            }
            weight += power.powerOf(voter);
        }
        bool enough = votes.length * BPS >= active * quorumCountBps && weight * BPS >= total * quorumPowerBps;
        if (!enough || votes.length == 0) revert AdmissionQuorumMissing(votes.length, active, weight, total);
    }

    /// @dev Number and power of the active oracles.
    function _activeExcept(address except) private view returns (uint256 count, uint256 total) {
        for (uint256 i = 0; i < _members.length; ++i) {
            address operator = _members[i];
            if (operator == except || !isActive(operator)) continue;
            ++count;
            total += power.powerOf(operator);
        }
    }

    // ---- views ----

    /// @inheritdoc IOracleAdmission
    function isActive(address operator) public view returns (bool) {
        OracleNode storage node = _nodes[operator];
        if (node.admittedAt == 0 || block.timestamp >= node.validUntil) return false;
        return measurements.isActive(node.measurement) && power.powerOf(operator) != 0;
    }

    /// @inheritdoc IOracleAdmission
    function nodeOf(address operator) external view returns (OracleNode memory) {
        return _nodes[operator];
    }

    /// @inheritdoc IOracleAdmission
    function members() external view returns (address[] memory) {
        return _members;
    }

    /// @inheritdoc IOracleAdmission
    function operatorOfSigner(address signer) external view returns (address) {
        return _operatorOfSigner[signer];
    }

    /// @inheritdoc IOracleAdmission
    function applicationOf(address operator) external view returns (bytes32) {
        return _applications[operator];
    }

    /// @inheritdoc IOracleAdmission
    function hashKeys(NodeKeys calldata keys) public view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(NODE_KEYS_TYPEHASH, keys)));
    }

    /// @inheritdoc IOracleAdmission
    function hashVote(bytes32 keysDigest, uint64 expiresAt) public view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(VOTE_TYPEHASH, keysDigest, expiresAt)));
    }

    function _assertParameter(bool holds, string memory name) private pure {
        if (!holds) revert AdmissionParameterInvalid(name);
    }
}
