// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EntryKind, InboxEntry} from "../types/RollupTypes.sol";

/// @title What L1 gives to L2, in one list.
interface IInbox {
    /// @notice An entry was appended; `anchor` stands for all entries up to and including it.
    event EntryAppended(uint64 indexed index, InboxEntry entry, bytes sealed_, bytes32 anchor);

    /// @notice Only the network's Bridge may append this kind.
    error InboxBridgeOnly(address caller);
    /// @notice A sealed payload has one of the padded sizes, or that of a deposit.
    error InboxSealedSizeRefused(uint256 length);
    /// @notice There are fewer entries.
    error InboxCountUnknown(uint64 count, uint64 entries);

    /// @notice Calls a contract on L2. `commitment` is over salt, target and data (docs/protocol/rollup.md, section 3).
    /// @param sealed_ Salt, target and data for whoever relays, sealed to the committee.
    function sendMessage(bytes32 commitment, bytes calldata sealed_) external returns (uint64 index);

    /// @notice Hands in a signed L2 transaction, sealed to the committee. After `delay` no batch can leave it out.
    function forceTransaction(bytes calldata sealed_) external returns (uint64 index);

    /// @notice For the Bridge: appends an entry of its caller.
    function append(
        EntryKind kind,
        address sender,
        address token,
        uint256 amount,
        bytes32 commitment,
        bytes calldata sealed_,
        bytes32 metadataHash
    ) external returns (uint64 index);

    /// @notice Entries so far.
    function count() external view returns (uint64);

    /// @notice The anchor of the first `entries` entries.
    function anchorAt(uint64 entries) external view returns (bytes32);

    /// @notice Seconds after which an entry must be included.
    function delay() external view returns (uint64);

    /// @notice The furthest count that one record after `from` may consume.
    function reach(uint64 from) external view returns (uint64);

    /// @notice The count that a record after `from` must consume at least: every entry that is due, as far as it may reach.
    function dueCount(uint64 from) external view returns (uint64);
}
