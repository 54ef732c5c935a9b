// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IConsentBook} from "./interfaces/IConsentBook.sol";
import {IDealBookErrors} from "./interfaces/IDealBookErrors.sol";
import {EnvelopeForm} from "./libraries/EnvelopeForm.sol";
import {ExchangeHashes} from "./libraries/ExchangeHashes.sol";
import {Delivery, Record, RecordStatus} from "./types/ExchangeTypes.sol";

/// @title Record slots, deliveries and revocations of one DealBook.
/// @dev Two new slots a settlement. A taken slot is never freed, so that neither the data nor the person's place can be sold twice.
contract ConsentBook is IConsentBook, IDealBookErrors {
    /// @notice A share divided by this is never refunded: it pays for the check of the record, also where consumer and provider undo the sale.
    uint256 public constant KEPT_DIVISOR = 10;
    /// @notice The price divided by this is the part of a claim's bond for each certifying oracle. Where relayers live on fees, a tenth of the
    /// price pays for a settlement, the cheapest of which costs 95,300 gas; the dearest answer costs 1.34 times as much.
    uint256 public constant BOND_DIVISOR = 7;

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
    function revoke(Record calldata record, bool returnPayment)
        external
        onlyDealBook
        returns (uint256 shares, uint256 bond)
    {
        (bytes32 recordId, RecordStatus status) = _known(record);
        // What was stopped can still be unwound, as long as the payment can return.
        bool again = status == RecordStatus.Revoked && !returnPayment;
        if (again || status == RecordStatus.Unwound) revert RecordStatusRefused(recordId, status);
        Delivery memory delivery = _delivery(record);
        uint256 end = _endOf(record, delivery);
        if (returnPayment) {
            if (block.timestamp > end) revert PaymentReturnLate(recordId, end);
            _records[recordId].status = RecordStatus.Unwound;
            for (uint256 i = 0; i < record.shares.length; ++i) shares += _refundable(record.shares[i].amount);
            if (delivery.answerBy != 0) (, bond) = _unanswered(record, delivery);
            emit ConsentRevoked(recordId, record.dealId, record.provider, true, 0);
        } else {
            _records[recordId].status = RecordStatus.Revoked;
            emit ConsentRevoked(recordId, record.dealId, record.provider, false, uint64(end));
        }
    }

    /// @inheritdoc IConsentBook
    function claimDelivery(address caller, Record calldata record) external onlyDealBook returns (uint256 bond) {
        bytes32 recordId = _notUnwound(record);
        if (caller != record.consumer) revert RecordConsumerOnly(record.consumer, caller);
        if (block.timestamp > record.deliveryEnd) revert DeliveryWindowEnded(recordId, record.deliveryEnd);
        Delivery storage delivery = _delivery(record);
        if (delivery.answerBy != 0) revert DeliveryClaimed(recordId, delivery.answerBy);
        delivery.answerBy = uint40(block.timestamp + (record.deliveryEnd - record.settledAt));
        bond = record.shares.length * _bondPart(record);
        emit DeliveryRequested(recordId, record.dealId, delivery.answerBy);
    }

    /// @inheritdoc IConsentBook
    function postDelivery(address caller, Record calldata record, bytes32 consumerKeyHash, bytes calldata envelope)
        external
        onlyDealBook
        returns (uint256 bond)
    {
        bytes32 recordId = _notUnwound(record);
        bool isFormed = consumerKeyHash == 0 ? envelope.length == 0 : EnvelopeForm.isEnvelope(envelope);
        if (!isFormed) revert DeliveryEnvelopeInvalid(envelope.length);
        uint16 bit = uint16(1 << _shareIndex(record, recordId, caller));
        Delivery storage delivery = _delivery(record);
        if (delivery.answerBy == 0) revert DeliveryNotClaimed(recordId);
        if (block.timestamp > delivery.answerBy) revert DeliveryAnswerLate(recordId, delivery.answerBy);
        if (delivery.answered & bit != 0) revert DeliveryAnswered(recordId, caller);
        delivery.answered |= bit;
        emit DeliveryPosted(recordId, record.dealId, caller, consumerKeyHash, envelope);
        return _bondPart(record);
    }

    /// @inheritdoc IConsentBook
    function refundDelivery(Record calldata record) external onlyDealBook returns (uint256 amount) {
        bytes32 recordId = _notUnwound(record);
        Delivery storage delivery = _delivery(record);
        if (delivery.answerBy == 0) revert DeliveryNotClaimed(recordId);
        if (block.timestamp <= delivery.answerBy) revert DeliveryAnswerPending(recordId, delivery.answerBy);
        (uint256 shares, uint256 bond) = _unanswered(record, delivery);
        amount = shares + bond;
        if (amount == 0 || delivery.refunded) revert RefundEmpty(recordId);
        delivery.refunded = true;
        emit DeliveryRefunded(recordId, record.dealId, amount);
    }

    /// @inheritdoc IConsentBook
    function takeShare(address oracle, Record calldata record) external onlyDealBook returns (uint256 amount) {
        (bytes32 recordId, RecordStatus status) = _known(record);
        bool unwound = status == RecordStatus.Unwound;
        Delivery storage delivery = _delivery(record);
        uint256 end = _endOf(record, delivery);
        if (!unwound && block.timestamp <= end) revert DeliveryWindowOpen(recordId, end);
        uint256 index = _shareIndex(record, recordId, oracle);
        uint16 bit = uint16(1 << index);
        if (delivery.taken & bit != 0) revert ShareUnavailable(recordId, oracle);
        delivery.taken |= bit;
        amount = record.shares[index].amount;
        bool unanswered = delivery.answerBy != 0 && delivery.answered & bit == 0;
        if (unwound || unanswered) amount -= _refundable(amount);
        emit ShareWithdrawn(recordId, record.dealId, oracle, amount);
    }

    /// @dev Until when the delivery that was paid for is completed, and the sale can be unwound.
    function _endOf(Record calldata record, Delivery memory delivery) private pure returns (uint256) {
        return delivery.answerBy == 0 ? record.deliveryEnd : delivery.answerBy;
    }

    /// @dev What goes back of a share; the rest pays for the check of the record, whatever comes after.
    function _refundable(uint256 share) private pure returns (uint256) {
        return share - share / KEPT_DIVISOR;
    }

    function _bondPart(Record calldata record) private pure returns (uint256) {
        return record.price / BOND_DIVISOR;
    }

    /// @dev What oracles without an answer lose of their shares, and the bond that they do not earn.
    function _unanswered(Record calldata record, Delivery memory delivery)
        private
        pure
        returns (uint256 shares, uint256 bond)
    {
        for (uint256 i = 0; i < record.shares.length; ++i) {
            if (delivery.answered & (1 << i) != 0) continue;
            shares += _refundable(record.shares[i].amount);
            bond += _bondPart(record);
        }
    }

    function _known(Record calldata record) private view returns (bytes32 recordId, RecordStatus status) {
        recordId = ExchangeHashes.recordId(record.dealId, record.recordTag);
        RecordSlot storage slot = _records[recordId];
        status = slot.status;
        if (status == RecordStatus.None || slot.commitment != bytes31(keccak256(abi.encode(record)))) {
            revert RecordUnknown(recordId);
        }
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
