// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Records of batches: what L1 has of the chain, which is not its data.
interface IBatches {
    /// @notice A record was appended; `commitment` is zero for one without data.
    event BatchRecorded(
        uint64 indexed index, bytes32 commitment, uint64 inboxCount, bytes32 anchor, uint64 l1Timestamp, bytes32 accumulator
    );

    /// @notice Batches are posted in order; the next one has another index.
    error BatchOutOfOrder(uint64 index, uint64 next);
    /// @notice A posted batch commits to something.
    error BatchCommitmentMissing();
    /// @notice The inbox count must lie between what is due and what one record may reach.
    error BatchInboxCountOutOfRange(uint64 inboxCount, uint64 least, uint64 most);
    /// @notice L1 has another anchor for that count: its past has changed since the batch was made.
    error BatchAnchorMismatch(bytes32 anchor, bytes32 expected);
    /// @notice This slot of the cadence has its batch.
    error BatchSlotTaken(uint64 slot);
    /// @notice No entry is due that is not consumed.
    error BatchNothingDue();
    /// @notice There are fewer records.
    error BatchCountUnknown(uint64 count, uint64 records);

    /// @notice Appends the record of a batch that the committee certified.
    /// @param signatures Of members over the BatchCertificate (docs/protocol/rollup.md, section 5), as `ICommittee` wants them.
    function post(
        uint64 index,
        bytes32 commitment,
        uint64 inboxCount,
        bytes32 anchor,
        bytes calldata signatures
    ) external;

    /// @notice Appends a record without data that consumes every entry that is due. Anybody may, when there is one.
    function force() external;

    /// @notice Records so far.
    function count() external view returns (uint64);

    /// @notice Inbox entries consumed so far.
    function inboxCount() external view returns (uint64);

    /// @notice Accumulator over the first `records` records.
    function accumulatorAt(uint64 records) external view returns (bytes32);

    /// @notice Length of a slot in seconds, when the first one began, and the last one that has its batch.
    function slots() external view returns (uint64 cadence, uint64 start, uint64 last);
}
