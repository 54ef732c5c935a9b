// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IOracleMeasurements} from "./IOracleMeasurements.sol";
import {IOraclePower} from "./IOraclePower.sol";

/// @notice The keys of a node, for which its enclave vouches. EIP-712 type in docs/protocol/oracles.md, section 3.
/// @param operator Operator account that applies.
/// @param signer Account whose key signs certificates and releases.
/// @param encryptionKey X25519 key to which records are sealed.
/// @param admissionKey X25519 key made for this application alone, to which the others wrap the network's secrets.
/// @param blsKeyHash keccak256 of the BLS12-381 key, or zero.
/// @param measurement Program that runs.
/// @param nonce Hash of a block of the last 256 when the keys were made.
/// @param expiresAt Unix time after which the application no longer counts.
struct NodeKeys {
    address operator;
    address signer;
    bytes32 encryptionKey;
    bytes32 admissionKey;
    bytes32 blsKeyHash;
    bytes32 measurement;
    bytes32 nonce;
    uint64 expiresAt;
}

/// @notice An admitted node.
/// @param admittedAt Unix time of its latest admission; 0 when there is none or it left.
/// @param validUntil Unix time until which its evidence counts.
/// @param blsKey Address of a contract whose code is a zero byte and the BLS key; zero when it has none.
struct OracleNode {
    address signer;
    uint40 admittedAt;
    uint40 validUntil;
    bool listed;
    bytes32 encryptionKey;
    bytes32 measurement;
    address blsKey;
}

/// @notice A vote of an active oracle.
/// @param voter Its operator account.
/// @param signature 65 bytes by its node's signing key.
struct OracleVote {
    address voter;
    bytes signature;
}

/// @title Who may work as an oracle: admitted by a quorum of those who work already, each of whom has verified the newcomer's evidence.
interface IOracleAdmission {
    /// @notice An operator applied; the evidence is for everybody to verify.
    event OracleApplied(address indexed operator, bytes32 indexed keysDigest, NodeKeys keys, bytes evidence);
    /// @notice A node was admitted; its evidence counts until `validUntil`. A founder was admitted by the role, without votes.
    event OracleNodeAdmitted(address indexed operator, bytes32 indexed keysDigest, uint40 validUntil, bool founder);
    /// @notice A node left, or made room for a heavier one.
    event OracleNodeRemoved(address indexed operator);

    /// @notice The caller is not the operator named in the keys.
    error AdmissionOperatorMismatch(address operator, address caller);
    /// @notice A key is zero.
    error AdmissionKeyMissing();
    /// @notice The nonce is not the hash of that block, or the block is older than 256.
    error AdmissionNonceInvalid(uint256 blockNumber);
    /// @notice The application expired, or would last too long.
    error AdmissionExpiryInvalid(uint64 expiresAt);
    /// @notice The program may not run now.
    error AdmissionMeasurementInactive(bytes32 measurement);
    /// @notice The operator has no power: not staked enough, jailed or struck off.
    error AdmissionPowerMissing(address operator);
    /// @notice The evidence is empty or too large.
    error AdmissionEvidenceInvalid(uint256 sizeBytes);
    /// @notice The key was another operator's once.
    error AdmissionSignerTaken(address signer, address operator);
    /// @notice The signing key did not sign the keys' digest.
    error AdmissionSignerUnproven(address signer);
    /// @notice The BLS key does not hash to what the keys say, or its possession is not proven.
    error AdmissionBlsKeyInvalid();
    /// @notice There is no such application.
    error AdmissionUnknown(address operator, bytes32 keysDigest);
    /// @notice Votes are not ascending by voter.
    error AdmissionVotesUnordered(address voter);
    /// @notice The voter is not an active oracle, or votes for itself.
    error AdmissionVoterRefused(address voter);
    /// @notice The signature is not that of the voter's node.
    error AdmissionVoteInvalid(address voter);
    /// @notice The voters are too few, or weigh too little.
    error AdmissionQuorumMissing(uint256 count, uint256 ofCount, uint256 power, uint256 ofPower);
    /// @notice As many oracles are active as may be admitted without votes.
    error AdmissionFounded(uint256 active);
    /// @notice The list is full and the newcomer weighs no more than the lightest.
    error AdmissionListFull(uint256 maximum);
    /// @notice The node is not admitted.
    error AdmissionNodeUnknown(address operator);
    /// @notice The node still counts.
    error AdmissionNodeActive(address operator);
    /// @notice A parameter of the contract makes no sense.
    error AdmissionParameterInvalid(string name);

    /// @notice Applies with fresh keys; a later application replaces an earlier one. Also how a node whose keys were lost, or whose evidence
    /// ends, comes (back) in.
    /// @param nonceBlock Block whose hash is keys.nonce.
    /// @param blsKey 256 bytes, or empty.
    /// @param blsProof Signature of the keys' digest by the BLS key, or empty.
    /// @param possession Signature of 65 bytes of the keys' digest by the signing key.
    /// @param evidence Evidence whose report data is the keys' digest, at most 16 KiB.
    function applyWith(
        NodeKeys calldata keys,
        uint256 nonceBlock,
        bytes calldata blsKey,
        bytes calldata blsProof,
        bytes calldata possession,
        bytes calldata evidence
    ) external;
    /// @notice Admits an applicant by votes over AdmissionVote(keysDigest, expiresAt). Anyone.
    function admit(NodeKeys calldata keys, OracleVote[] calldata votes) external;
    /// @notice Admits an applicant without votes while fewer than `founders` oracles are active. Founding role only.
    function admitFounder(NodeKeys calldata keys) external;
    /// @notice The caller's node leaves.
    function leave() external;
    /// @notice Takes off the list a node whose evidence ended 30 days ago. Anyone; it may apply again.
    function prune(address operator) external;

    /// @notice Refuses unless the votes are a quorum of the active oracles, by count and by power, over a digest.
    /// @param except Operator that neither votes nor counts; zero for none.
    function assertQuorum(bytes32 digest, OracleVote[] calldata votes, address except) external view;
    /// @notice A node.
    function nodeOf(address operator) external view returns (OracleNode memory);
    /// @notice Whether a node counts now: admitted, its evidence not expired, its program active, its operator with power.
    function isActive(address operator) external view returns (bool);
    /// @notice Operators on the list, active or not.
    function members() external view returns (address[] memory);
    /// @notice The operator whose node has or had this signing key; zero when unknown. Never changes once set.
    function operatorOfSigner(address signer) external view returns (address);
    /// @notice Digest of the pending application of an operator, or zero.
    function applicationOf(address operator) external view returns (bytes32);
    /// @notice EIP-712 digest of keys: what an enclave vouches for.
    function hashKeys(NodeKeys calldata keys) external view returns (bytes32);
    /// @notice EIP-712 digest of a vote for keys.
    function hashVote(bytes32 keysDigest, uint64 expiresAt) external view returns (bytes32);
    /// @notice Programs that may run.
    function measurements() external view returns (IOracleMeasurements);
    /// @notice Weight of operators.
    function power() external view returns (IOraclePower);
}
