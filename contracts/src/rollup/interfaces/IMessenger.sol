// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {InboxEntry} from "../types/RollupTypes.sol";

/// @notice What an inbox entry commits to and L1 does not have.
struct EntryContents {
    bytes32 salt;
    address to;
    bytes data;
}

/// @notice That an entry is under an anchor of L2.
/// @param anchorTimestamp Timestamp of a block that carries the anchor, among the last 8,191.
/// @param count Entries under the anchor.
/// @param path Siblings of the entry's leaf, from the leaf up.
struct EntryProof {
    uint64 anchorTimestamp;
    uint64 count;
    bytes32[32] path;
}

/// @title Messages between L1 and L2, on L2 at 0x…a001.
interface IMessenger {
    /// @notice A message for L1 was appended; `root` is the outbox root after it.
    event MessageSent(
        uint64 indexed index,
        address indexed sender,
        address indexed target,
        uint256 value,
        bytes data,
        bytes32 salt,
        bytes32 root
    );
    /// @notice An inbox entry was carried out.
    event EntryRelayed(uint64 indexed index, address indexed relayer);

    /// @notice The proof does not lead to the anchor of that block.
    error MessengerProofRefused(bytes32 anchor, bytes32 expected);
    /// @notice No recent block has this timestamp.
    error MessengerAnchorUnknown(uint64 timestamp);
    /// @notice The contents are not those committed to.
    error MessengerContentsMismatch(bytes32 commitment);
    /// @notice The entry was carried out already.
    error MessengerEntryDone(uint64 index);
    /// @notice Deposits and forced transactions are carried out by the blocks themselves.
    error MessengerKindRefused(uint8 kind);
    /// @notice A message may not call the contracts that trust the Messenger.
    error MessengerTargetRefused(address to);
    /// @notice The call of the target failed; the entry can be tried again.
    error MessengerCallFailed(bytes reason);
    /// @notice One message at a time.
    error MessengerEntered();

    /// @notice Carries out a message or a token's arrival from L1.
    function relay(InboxEntry calldata entry, EntryContents calldata contents, EntryProof calldata proof) external;

    /// @notice As `relay`, for a token of L1, whose metadata L2 may not know yet.
    function relayToken(
        InboxEntry calldata entry,
        EntryContents calldata contents,
        EntryProof calldata proof,
        string calldata name,
        string calldata symbol,
        uint8 decimals
    ) external;

    /// @notice Sends a message to L1; the value stays here and is paid there.
    /// @param salt A random one keeps the message from being guessed from the outbox root.
    function send(address target, bytes calldata data, bytes32 salt) external payable returns (uint64 index);

    /// @notice Who sent the message that is being carried out, on L1; zero outside of one.
    function sender() external view returns (address);

    /// @notice Whether an entry was carried out.
    function isDone(uint64 index) external view returns (bool);

    /// @notice The outbox root, and how many messages are under it.
    function outbox() external view returns (bytes32 root, uint256 count);
}
