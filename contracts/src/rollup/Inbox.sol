// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {ICommittee} from "./interfaces/ICommittee.sol";
import {IInbox} from "./interfaces/IInbox.sol";
import {MessageTree} from "./libraries/MessageTree.sol";
import {RollupHashes} from "./libraries/RollupHashes.sol";
import {EntryKind, InboxEntry} from "./types/RollupTypes.sol";

/// @title What L1 gives to L2: deposits, messages, forced transactions.
contract Inbox is IInbox, Initializable {
    using MessageTree for MessageTree.Tree;

    /// @notice Most entries that one record consumes.
    uint64 public constant MAXIMUM_ENTRIES = 1024;
    /// @notice Most forced transactions among them.
    uint64 public constant MAXIMUM_FORCED = 16;

    uint256 private constant SEAL_OVERHEAD = 48;
    uint256 private constant DEPOSIT_SEALED_BYTES = 32 + SEAL_OVERHEAD;

    // | 64 appended at | 64 forced transactions up to and including it |
    struct Place {
        uint64 timestamp;
        uint64 forced;
    }

    ICommittee private _committee;
    address private _bridge;
    uint64 private _delay;
    MessageTree.Tree private _tree;
    mapping(uint64 entries => bytes32 anchor) private _anchors;
    mapping(uint64 index => Place) private _places;

    constructor() {
        _disableInitializers();
    }

    function initialize(ICommittee committee, address bridge, uint64 inclusionDelay) external initializer {
        _committee = committee;
        _bridge = bridge;
        _delay = inclusionDelay;
        _tree.root = MessageTree.emptyRoot();
        _anchors[0] = MessageTree.anchor(_tree.root, 0);
    }

    /// @inheritdoc IInbox
    function sendMessage(bytes32 commitment, bytes calldata sealed_) external returns (uint64) {
        return _append(EntryKind.Message, msg.sender, address(0), 0, commitment, sealed_, 0);
    }

    /// @inheritdoc IInbox
    function forceTransaction(bytes calldata sealed_) external returns (uint64) {
        return _append(EntryKind.Forced, msg.sender, address(0), 0, 0, sealed_, 0);
    }

    /// @inheritdoc IInbox
    function append(
        EntryKind kind,
        address sender,
        address token,
        uint256 amount,
        bytes32 commitment,
        bytes calldata sealed_,
        bytes32 metadataHash
    ) external returns (uint64) {
        if (msg.sender != _bridge) revert InboxBridgeOnly(msg.sender);
        return _append(kind, sender, token, amount, commitment, sealed_, metadataHash);
    }

    /// @inheritdoc IInbox
    function count() public view returns (uint64) {
        return uint64(_tree.count);
    }

    /// @inheritdoc IInbox
    function anchorAt(uint64 entries) external view returns (bytes32) {
        if (entries > count()) revert InboxCountUnknown(entries, count());
        return _anchors[entries];
    }

    /// @inheritdoc IInbox
    function delay() external view returns (uint64) {
        return _delay;
    }

    /// @inheritdoc IInbox
    function reach(uint64 from) public view returns (uint64) {
        if (from > count()) revert InboxCountUnknown(from, count());
        uint64 furthest = count() - from > MAXIMUM_ENTRIES ? from + MAXIMUM_ENTRIES : count();
        uint64 limit = _forcedBefore(from) + MAXIMUM_FORCED;
        if (_forcedBefore(furthest) <= limit) return furthest;
        // The last count before the limit is passed: forced transactions only grow.
        (uint64 low, uint64 high) = (from, furthest);
        while (high - low > 1) {
            uint64 middle = low + (high - low) / 2;
            if (_forcedBefore(middle) <= limit) low = middle;
            else high = middle;
        }
        return low;
    }

    /// @inheritdoc IInbox
    function dueCount(uint64 from) external view returns (uint64) {
        (uint64 low, uint64 high) = (from, reach(from));
        // Times only grow, so the entries that are due are the first ones.
        while (low < high) {
            uint64 middle = low + (high - low) / 2;
            if (_isDue(middle)) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    function _isDue(uint64 index) private view returns (bool) {
        return uint256(_places[index].timestamp) + _delay <= block.timestamp;
    }

    function _forcedBefore(uint64 entries) private view returns (uint64) {
        return entries == 0 ? 0 : _places[entries - 1].forced;
    }

    function _append(
        EntryKind kind,
        address sender,
        address token,
        uint256 amount,
        bytes32 commitment,
        bytes calldata sealed_,
        bytes32 metadataHash
    ) private returns (uint64 index) {
        _assertSealed(kind, sealed_.length);
        index = count();
        InboxEntry memory entry = InboxEntry({
            kind: kind,
            index: index,
            timestamp: uint64(block.timestamp),
            sender: sender,
            token: token,
            amount: amount,
            commitment: commitment,
            sealedHash: keccak256(sealed_),
            encryptionKey: _committee.encryptionKey(),
            metadataHash: metadataHash
        });
        uint64 forced = _forcedBefore(index) + (kind == EntryKind.Forced ? 1 : 0);
        _places[index] = Place(entry.timestamp, forced);
        bytes32 anchor = MessageTree.anchor(_tree.append(RollupHashes.entry(entry)), index + 1);
        _anchors[index + 1] = anchor;
        emit EntryAppended(index, entry, sealed_, anchor);
    }

    /// @dev Sizes say nothing about what is inside: a deposit's is fixed, the others are powers of four.
    function _assertSealed(EntryKind kind, uint256 length) private pure {
        bool isPadded = length == 256 + SEAL_OVERHEAD || length == 1024 + SEAL_OVERHEAD || length == 4096 + SEAL_OVERHEAD
            || length == 16_384 + SEAL_OVERHEAD || length == 65_536 + SEAL_OVERHEAD;
        if (kind == EntryKind.Deposit ? length != DEPOSIT_SEALED_BYTES : !isPadded) {
            revert InboxSealedSizeRefused(length);
        }
    }
}
