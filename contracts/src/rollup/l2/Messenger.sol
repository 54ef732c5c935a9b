// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {BitMaps} from "@openzeppelin/contracts/utils/structs/BitMaps.sol";
import {EntryContents, EntryProof, IMessenger} from "../interfaces/IMessenger.sol";
import {MessageTree} from "../libraries/MessageTree.sol";
import {RollupHashes} from "../libraries/RollupHashes.sol";
import {EntryKind, InboxEntry, OutboxMessage} from "../types/RollupTypes.sol";
import {TokenBridge} from "./TokenBridge.sol";

/// @title Messages between L1 and L2, on L2 at 0x…a001.
/// @dev Part of genesis: no constructor, no immutables. The tree of messages lies first, so that slot 0 is the outbox root, which the
/// guest reads.
contract Messenger is IMessenger {
    using BitMaps for BitMaps.BitMap;
    using MessageTree for MessageTree.Tree;

    TokenBridge private constant TOKEN_BRIDGE = TokenBridge(address(0xa002));
    /// @dev The contract of EIP-4788: each block's anchor by its timestamp.
    address private constant ANCHORS = 0x000F3df6D732807Ef1319fB7B8bB8522d0Beac02;

    MessageTree.Tree private _outbox;
    BitMaps.BitMap private _done;
    address private transient _sender;
    bool private transient _isEntered;

    /// @inheritdoc IMessenger
    function relay(InboxEntry calldata entry, EntryContents calldata contents, EntryProof calldata proof) external {
        _begin(entry, contents, proof);
        if (entry.kind == EntryKind.TokenReturn) {
            TOKEN_BRIDGE.release(entry.token, contents.to, entry.amount);
        } else if (entry.kind == EntryKind.Message) {
            _call(entry.sender, contents);
        } else {
            revert MessengerKindRefused(uint8(entry.kind));
        }
        _isEntered = false;
    }

    /// @inheritdoc IMessenger
    function relayToken(
        InboxEntry calldata entry,
        EntryContents calldata contents,
        EntryProof calldata proof,
        string calldata name,
        string calldata symbol,
        uint8 decimals
    ) external {
        _begin(entry, contents, proof);
        if (entry.kind != EntryKind.TokenDeposit) revert MessengerKindRefused(uint8(entry.kind));
        bytes32 metadataHash = RollupHashes.metadata(name, symbol, decimals);
        if (metadataHash != entry.metadataHash) revert MessengerContentsMismatch(entry.metadataHash);
        TOKEN_BRIDGE.mint(entry.token, contents.to, entry.amount, name, symbol, decimals);
        _isEntered = false;
    }

    /// @inheritdoc IMessenger
    function send(address target, bytes calldata data, bytes32 salt) external payable returns (uint64 index) {
        index = uint64(_outbox.count);
        OutboxMessage memory message = OutboxMessage(index, msg.sender, target, msg.value, data, salt);
        bytes32 root = _outbox.append(RollupHashes.message(message));
        emit MessageSent(index, msg.sender, target, msg.value, data, salt, root);
    }

    /// @inheritdoc IMessenger
    function sender() external view returns (address) {
        return _sender;
    }

    /// @inheritdoc IMessenger
    function isDone(uint64 index) external view returns (bool) {
        return _done.get(index);
    }

    /// @inheritdoc IMessenger
    function outbox() external view returns (bytes32, uint256) {
        return (_outbox.root, _outbox.count);
    }

    /// @dev Checks proof and contents and marks the entry as done; a revert later undoes that.
    function _begin(InboxEntry calldata entry, EntryContents calldata contents, EntryProof calldata proof) private {
        if (_isEntered) revert MessengerEntered();
        _isEntered = true;
        if (_done.get(entry.index)) revert MessengerEntryDone(entry.index);
        bytes32 expected = _anchorAt(proof.anchorTimestamp);
        bytes32 root = MessageTree.rootFrom(RollupHashes.entry(entry), entry.index, proof.path);
        bytes32 anchor = MessageTree.anchor(root, proof.count);
        if (anchor != expected || entry.index >= proof.count) revert MessengerProofRefused(anchor, expected);
        if (RollupHashes.commitment(contents.salt, contents.to, contents.data) != entry.commitment) {
            revert MessengerContentsMismatch(entry.commitment);
        }
        _done.set(entry.index);
        emit EntryRelayed(entry.index, msg.sender);
    }

    function _call(address l1Sender, EntryContents calldata contents) private {
        address to = contents.to;
        // These take the Messenger's word for what L1 said.
        if (to == address(TOKEN_BRIDGE) || to == address(this)) revert MessengerTargetRefused(to);
        _sender = l1Sender;
        (bool succeeded, bytes memory reason) = to.call(contents.data);
        if (!succeeded) revert MessengerCallFailed(reason);
        _sender = address(0);
    }

    function _anchorAt(uint64 timestamp) private view returns (bytes32) {
        (bool succeeded, bytes memory answer) = ANCHORS.staticcall(abi.encode(timestamp));
        if (!succeeded || answer.length != 32) revert MessengerAnchorUnknown(timestamp);
        return bytes32(answer);
    }
}
