// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The members of a network: who holds its data and certifies its batches.
interface ICommittee {
    /// @notice A committee came into force.
    event CommitteeChanged(uint64 indexed epoch, address[] members, uint16 threshold, bytes32 encryptionKey);
    /// @notice A change was announced; from `inForceAt` on anybody may carry it out.
    event RotationScheduled(address[] members, uint16 threshold, bytes32 encryptionKey, uint64 inForceAt);
    /// @notice An announced change was withdrawn.
    event RotationCancelled();

    /// @notice Only the network's governor may do this.
    error CommitteeGovernorOnly(address caller);
    /// @notice There must be 1 to 64 members.
    error CommitteeSizeOutOfRange(uint256 members);
    /// @notice The threshold must be more than half of the members, and at most all.
    error CommitteeThresholdOutOfRange(uint16 threshold, uint256 members);
    /// @notice A member is zero or listed twice; members ascend.
    error CommitteeMembersUnordered(uint256 index);
    /// @notice An X25519 key is not zero.
    error CommitteeKeyMissing();
    /// @notice No change is announced, or it is not in force yet.
    error CommitteeRotationNotDue(uint64 inForceAt);
    /// @notice Signatures are 65 bytes each.
    error CommitteeSignaturesMalformed(uint256 length);
    /// @notice Signers must be members, in ascending order, none twice; the one at `index` is not.
    error CommitteeSignerRefused(uint256 index, address signer);
    /// @notice Fewer signatures than needed.
    error CommitteeSignaturesMissing(uint256 signatures, uint256 needed);

    /// @notice Announces another committee.
    function scheduleRotation(address[] calldata members, uint16 threshold, bytes32 encryptionKey) external;

    /// @notice Withdraws the announcement.
    function cancelRotation() external;

    /// @notice Carries out an announced change that is due.
    function rotate() external;

    /// @notice Reverts unless enough members signed the digest.
    /// @param signatures 65 bytes each, in ascending order of the signers.
    function assertCertified(bytes32 digest, bytes calldata signatures) external view;

    /// @notice Reverts unless every member signed the digest.
    function assertUnanimous(bytes32 digest, bytes calldata signatures) external view;

    /// @notice Whether an account is a member now.
    function isMember(address account) external view returns (bool);

    /// @notice The committee in force.
    function current()
        external
        view
        returns (uint64 epoch, address[] memory members, uint16 threshold, bytes32 encryptionKey);

    /// @notice X25519 key that inbox payloads are sealed to.
    function encryptionKey() external view returns (bytes32);
}
