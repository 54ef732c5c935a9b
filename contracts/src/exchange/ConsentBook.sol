// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IConsentBook} from "./interfaces/IConsentBook.sol";
import {IDealBookErrors} from "./interfaces/IDealBookErrors.sol";
import {ExchangeHashes} from "./libraries/ExchangeHashes.sol";
import {Delivery, Record, RecordStatus} from "./types/ExchangeTypes.sol";

/// @title Record slots, deliveries and revocations of one DealBook.
/// @dev Two new slots a settlement. A taken slot is never freed, so that neither the data nor the person's place can be sold twice.
contract ConsentBook is IConsentBook, IDealBookErrors {
    /// @notice Longest wrapped key that an oracle posts, in bytes.
    uint256 public constant MAXIMUM_ENVELOPE_BYTES = 1024;

    // | 248 bits commitment | 8 bits status |
    struct RecordSlot {
        bytes31 commitment;
        RecordStatus status;
    }

    /// @inheritdoc IConsentBook
    address public immutable dealBook;

    mapping(bytes32 recordId => RecordSlot) private _records;
    mapping(bytes32 personSlot => Delivery) private _deliveries;
    mapping(address provider => mapping(bytes32 consentHash => bool)) private _withdrawn;

    modifier onlyDealBook() {
        if (msg.sender != dealBook) revert ConsentBookWriterOnly(dealBook, msg.sender);
        _;
    }

    constructor() {
        dealBook = msg.sender;
    }

    /// @inheritdoc IConsentBook
    function recordOf(bytes32 recordId) external view returns (RecordStatus status, bytes31 commitment) {
        RecordSlot storage slot = _records[recordId];
        return (slot.status, slot.commitment);
    }

    /// @inheritdoc IConsentBook
    function deliveryOf(bytes32 dealId, bytes32 personTag, uint16 ordinal)
        external
        view
        returns (Delivery memory delivery)
    {
        return _deliveries[_personSlot(dealId, personTag, ordinal)];
    }

    /// @inheritdoc IConsentBook
    function isWithdrawn(address provider, bytes32 consentHash) external view returns (bool) {
        return _withdrawn[provider][consentHash];
    }

    /// @inheritdoc IConsentBook
    function look(
        address provider,
        bytes32 consentHash,
        bytes32 dealId,
        bytes32 personTag,
        bytes32 recordId,
        uint16 perPersonCap
    ) external view returns (bool withdrawn, bool used, uint16 ordinal) {
        withdrawn = _withdrawn[provider][consentHash];
        used = _records[recordId].status != RecordStatus.None;
        while (ordinal < perPersonCap && _deliveries[_personSlot(dealId, personTag, ordinal)].settledAt != 0) ++ordinal;
    }

    /// @inheritdoc IConsentBook
    function take(bytes32 dealId, bytes32 personTag, uint16 ordinal, bytes32 recordId, bytes31 commitment)
        external
        onlyDealBook
    {
        bytes32 personSlot = _personSlot(dealId, personTag, ordinal);
        Delivery storage delivery = _deliveries[personSlot];
        RecordSlot storage record = _records[recordId];
        if (record.status != RecordStatus.None) revert ConsentBookSlotTaken(recordId);
        if (delivery.settledAt != 0) revert ConsentBookSlotTaken(personSlot);
        // The other fields of a free slot are zero.
        delivery.settledAt = uint40(block.timestamp);
        (record.commitment, record.status) = (commitment, RecordStatus.Settled);
    }

    /// @inheritdoc IConsentBook
    function withdraw(address provider, bytes32 consentHash) external onlyDealBook {
        _withdrawn[provider][consentHash] = true;
        emit ConsentWithdrawn(consentHash, provider);
    }

    /// @inheritdoc IConsentBook
    function revoke(Record calldata record) external onlyDealBook returns (bool unwound) {
        bytes32 recordId = _settled(record);
        unwound = block.timestamp <= record.deliveryEnd;
        _records[recordId].status = unwound ? RecordStatus.Unwound : RecordStatus.Revoked;
        Delivery storage delivery = _delivery(record);
        // An oracle may no longer answer a claim, so it must not lose its share for that either.
        if (block.timestamp <= delivery.answerBy) delivery.answerBy = 0;
        emit ConsentRevoked(recordId, record.dealId, record.provider, unwound);
    }

    /// @inheritdoc IConsentBook
    function claimDelivery(address caller, Record calldata record) external onlyDealBook {
        bytes32 recordId = _settled(record);
        if (caller != record.consumer) revert RecordConsumerOnly(record.consumer, caller);
        if (block.timestamp > record.deliveryEnd) revert DeliveryWindowEnded(recordId, record.deliveryEnd);
        Delivery storage delivery = _delivery(record);
        if (delivery.answerBy != 0) revert DeliveryClaimed(recordId, delivery.answerBy);
        delivery.answerBy = uint40(block.timestamp + (record.deliveryEnd - record.settledAt));
        emit DeliveryRequested(recordId, record.dealId, delivery.answerBy);
    }

    /// @inheritdoc IConsentBook
    function postDelivery(address caller, Record calldata record, bytes calldata envelope) external onlyDealBook {
        bytes32 recordId = _settled(record);
        if (envelope.length == 0 || envelope.length > MAXIMUM_ENVELOPE_BYTES) {
            revert DeliveryEnvelopeInvalid(envelope.length, MAXIMUM_ENVELOPE_BYTES);
        }
        uint16 bit = uint16(1 << _shareIndex(record, recordId, caller));
        Delivery storage delivery = _delivery(record);
        if (delivery.answerBy == 0) revert DeliveryNotClaimed(recordId);
        if (block.timestamp > delivery.answerBy) revert DeliveryAnswerLate(recordId, delivery.answerBy);
        if (delivery.answered & bit != 0) revert DeliveryAnswered(recordId, caller);
        delivery.answered |= bit;
        emit DeliveryPosted(recordId, record.dealId, caller, envelope);
    }

    /// @inheritdoc IConsentBook
    function refundDelivery(Record calldata record) external onlyDealBook returns (uint256 amount) {
        bytes32 recordId = _notUnwound(record);
        Delivery storage delivery = _delivery(record);
        if (delivery.answerBy == 0) revert DeliveryNotClaimed(recordId);
        if (block.timestamp <= delivery.answerBy) revert DeliveryAnswerPending(recordId, delivery.answerBy);
        uint16 closed = delivery.answered | delivery.taken;
        uint16 taken = delivery.taken;
        for (uint256 i = 0; i < record.shares.length; ++i) {
            uint16 bit = uint16(1 << i);
            if (closed & bit != 0) continue;
            taken |= bit;
            amount += record.shares[i].amount;
        }
        if (amount == 0) revert RefundEmpty(recordId);
        delivery.taken = taken;
        emit DeliveryRefunded(recordId, record.dealId, amount);
    }

    /// @inheritdoc IConsentBook
    function takeShare(address oracle, Record calldata record) external onlyDealBook returns (uint256 amount) {
        bytes32 recordId = _notUnwound(record);
        if (block.timestamp <= record.deliveryEnd) revert DeliveryWindowOpen(recordId, record.deliveryEnd);
        uint256 index = _shareIndex(record, recordId, oracle);
        uint16 bit = uint16(1 << index);
        Delivery storage delivery = _delivery(record);
        bool unanswered = delivery.answerBy != 0 && delivery.answered & bit == 0;
        if (unanswered || delivery.taken & bit != 0) revert ShareUnavailable(recordId, oracle);
        delivery.taken |= bit;
        amount = record.shares[index].amount;
        emit ShareWithdrawn(recordId, record.dealId, oracle, amount);
    }

    function _known(Record calldata record) private view returns (bytes32 recordId, RecordStatus status) {
        recordId = ExchangeHashes.recordId(record.dealId, record.recordTag);
        RecordSlot storage slot = _records[recordId];
        status = slot.status;
        if (status == RecordStatus.None || slot.commitment != bytes31(keccak256(abi.encode(record)))) {
            revert RecordUnknown(recordId);
        }
    }

    function _settled(Record calldata record) private view returns (bytes32 recordId) {
        RecordStatus status;
        (recordId, status) = _known(record);
        if (status != RecordStatus.Settled) revert RecordStatusRefused(recordId, status);
    }

    function _notUnwound(Record calldata record) private view returns (bytes32 recordId) {
        RecordStatus status;
        (recordId, status) = _known(record);
        if (status == RecordStatus.Unwound) revert RecordStatusRefused(recordId, status);
    }

    function _delivery(Record calldata record) private view returns (Delivery storage) {
        return _deliveries[_personSlot(record.dealId, record.personTag, record.ordinal)];
    }

    function _shareIndex(Record calldata record, bytes32 recordId, address oracle) private pure returns (uint256) {
        for (uint256 i = 0; i < record.shares.length; ++i) {
            if (record.shares[i].oracle == oracle) return i;
        }
        revert RecordOracleUnknown(recordId, oracle);
    }

    function _personSlot(bytes32 dealId, bytes32 personTag, uint16 ordinal) private pure returns (bytes32) {
        return keccak256(abi.encode(dealId, personTag, ordinal));
    }
}
