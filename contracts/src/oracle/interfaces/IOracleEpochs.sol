// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {OracleVote} from "./IOracleAdmission.sol";
import {IOracleSets} from "./IOracleSets.sol";

/// @notice What a quorum announces for an epoch.
/// @param epoch Its number, one more than the present.
/// @param tagCommitment Hash of the public commitments to the shares of the epoch's tag secret.
/// @param networkKey X25519 key to which records of the epoch may be sealed for the network as a whole, or zero.
/// @param membersHash keccak256(abi.encode(operators, signers)) of the active oracles in the order of the list: who got shares.
/// @param expiresAt Unix time after which the announcement no longer counts.
struct EpochKeys {
    uint64 epoch;
    bytes32 tagCommitment;
    bytes32 networkKey;
    bytes32 membersHash;
    uint64 expiresAt;
}

/// @notice An epoch as it was announced. It is kept for ever: a deal uses for life the epoch in which it was opened.
/// @param set Address of the code that holds its oracles.
struct OracleEpoch {
    address set;
    uint64 startsAt;
    bytes32 tagCommitment;
    bytes32 networkKey;
}

/// @title Epochs of the network: its secrets rotate, and its set of oracles is frozen for the signatures of one epoch.
interface IOracleEpochs is IOracleSets {
    /// @notice An epoch began.
    event EpochBegan(
        uint64 indexed epoch, address indexed set, bytes32 tagCommitment, bytes32 networkKey, uint64 startsAt
    );
    /// @notice An oracle of a set stopped or began to count.
    event EpochPlaceChanged(uint64 indexed epoch, uint256 indexed place, bool excluded);

    /// @notice The epoch is not the next.
    error EpochNumberInvalid(uint64 epoch, uint64 next);
    /// @notice The present epoch is not over, and all its oracles still count.
    error EpochTooSoon(uint256 allowedAt);
    /// @notice The announcement expired.
    error EpochExpired(uint64 expiresAt);
    /// @notice The commitment is zero.
    error EpochCommitmentMissing();
    /// @notice The oracles are others than those who were announced.
    error EpochMembersChanged(bytes32 expected, bytes32 actual);
    /// @notice The place is not in the set.
    error EpochPlaceUnknown(uint256 place);
    /// @notice Nothing about the place has changed.
    error EpochPlaceUnchanged(uint256 place);
    /// @notice There was no epoch at that time.
    error EpochUnknown(uint64 time);
    /// @notice A parameter of the contract makes no sense.
    error EpochParameterInvalid(string name);

    /// @notice Begins the next epoch by votes over EpochKeys. Anyone. Not before the present one has lasted its length, unless one of its oracles
    /// no longer counts: whoever has left must not know the next epoch's secrets longer than it takes to make new ones.
    function begin(EpochKeys calldata keys, OracleVote[] calldata votes) external;
    /// @notice Brings a place of a set up to date with whether its oracle counts. Anyone.
    function refresh(uint64 epoch, uint256 place) external;

    /// @notice Number of the present epoch; 0 before the first.
    function currentEpoch() external view returns (uint64);
    /// @notice An epoch.
    function epochOf(uint64 epoch) external view returns (OracleEpoch memory);
    /// @notice Number of the epoch that a time belongs to.
    function epochAt(uint64 time) external view returns (uint64);
    /// @notice membersHash of the oracles that are active now.
    function membersHash() external view returns (bytes32);
    /// @notice EIP-712 digest of an announcement.
    function hashEpoch(EpochKeys calldata keys) external view returns (bytes32);
}
