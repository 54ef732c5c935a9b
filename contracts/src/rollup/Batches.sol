// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {IBatches} from "./interfaces/IBatches.sol";
import {ICommittee} from "./interfaces/ICommittee.sol";
import {IInbox} from "./interfaces/IInbox.sol";
import {RollupHashes} from "./libraries/RollupHashes.sol";

/// @title Records of batches. There is no call that takes data, and none that could publish it.
contract Batches is IBatches, Initializable, EIP712 {
    // What a post reads and writes beside accumulators is one word:
    // | 64 records | 64 inbox count | 64 last slot + 1 |
    struct Head {
        uint64 count;
        uint64 inboxCount;
        uint64 nextSlot;
    }

    ICommittee private _committee;
    IInbox private _inbox;
    uint64 private _cadence;
    uint64 private _start;
    Head private _head;
    mapping(uint64 records => bytes32 accumulator) private _accumulators;

    constructor() EIP712("Batches", "1") {
        _disableInitializers();
    }

    function initialize(ICommittee committee, IInbox inbox, uint64 cadence) external initializer {
        _committee = committee;
        _inbox = inbox;
        _cadence = cadence;
        _start = uint64(block.timestamp);
    }

    /// @inheritdoc IBatches
    function post(
        uint64 index,
        bytes32 commitment,
        uint64 consumed,
        bytes32 anchor,
        bytes calldata signatures
    ) external {
        Head memory head = _head;
        if (index != head.count) revert BatchOutOfOrder(index, head.count);
        if (commitment == 0) revert BatchCommitmentMissing();
        uint64 slot = _slot();
        if (slot < head.nextSlot) revert BatchSlotTaken(slot);
        {
            (uint64 least, uint64 most) = (_inbox.dueCount(head.inboxCount), _inbox.reach(head.inboxCount));
            if (consumed < least || consumed > most) revert BatchInboxCountOutOfRange(consumed, least, most);
        }
        bytes32 expected = _inbox.anchorAt(consumed);
        if (anchor != expected) revert BatchAnchorMismatch(anchor, expected);
        bytes32 digest = _hashTypedDataV4(
            RollupHashes.batchCertificate(index, _accumulators[index], commitment, consumed, anchor)
        );
        _committee.assertCertified(digest, signatures);
        head.nextSlot = slot + 1;
        _record(head, commitment, consumed, anchor);
    }

    /// @inheritdoc IBatches
    function force() external {
        Head memory head = _head;
        uint64 due = _inbox.dueCount(head.inboxCount);
        if (due == head.inboxCount) revert BatchNothingDue();
        _record(head, 0, due, _inbox.anchorAt(due));
    }

    /// @inheritdoc IBatches
    function count() external view returns (uint64) {
        return _head.count;
    }

    /// @inheritdoc IBatches
    function inboxCount() external view returns (uint64) {
        return _head.inboxCount;
    }

    /// @inheritdoc IBatches
    function accumulatorAt(uint64 records) external view returns (bytes32) {
        if (records > _head.count) revert BatchCountUnknown(records, _head.count);
        return _accumulators[records];
    }

    /// @inheritdoc IBatches
    function slots() external view returns (uint64 cadence, uint64 start, uint64 last) {
        return (_cadence, _start, _head.nextSlot == 0 ? 0 : _head.nextSlot - 1);
    }

    function _record(Head memory head, bytes32 commitment, uint64 consumed, bytes32 anchor) private {
        uint64 index = head.count;
        uint64 l1Timestamp = uint64(block.timestamp);
        bytes32 accumulator =
            RollupHashes.accumulate(_accumulators[index], commitment, consumed, anchor, l1Timestamp);
        _head = Head(index + 1, consumed, head.nextSlot);
        _accumulators[index + 1] = accumulator;
        emit BatchRecorded(index, commitment, consumed, anchor, l1Timestamp, accumulator);
    }

    function _slot() private view returns (uint64) {
        return (uint64(block.timestamp) - _start) / _cadence;
    }
}
