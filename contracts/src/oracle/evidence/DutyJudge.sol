// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Delivery, Record, RecordStatus} from "../../exchange/types/ExchangeTypes.sol";
import {IConsentFacts, IExchangeFacts} from "../interfaces/IExchangeFacts.sol";
import {IDutyJudge} from "../interfaces/IDutyJudge.sol";
import {IPenaltyDesk, Offence} from "../interfaces/IPenaltyDesk.sol";

/// @title Punishes an oracle that misses too many duties within a period: deliveries that were claimed and not answered, and what other contracts
/// note.
contract DutyJudge is IDutyJudge, AccessManaged {
    /// @notice A missed duty was noted; the `count` of them within the period.
    event DutyMissed(address indexed operator, bytes32 indexed dutyId, uint256 count);

    /// @notice The record is not the one that the chain keeps, or its sale was undone, which frees its oracles. A stop does not.
    error DutyRecordMismatch(bytes32 recordId);
    /// @notice The delivery was not claimed, was answered, or is not due yet.
    error DutyNotMissed(bytes32 recordId, uint256 index);
    /// @notice It was due too long ago: misses can't be hoarded.
    error DutyTooOld(uint256 dueAt);
    /// @notice The duty was noted before.
    error DutyNoted(bytes32 dutyId);
    /// @notice A parameter of the contract makes no sense.
    error DutyParameterInvalid(string name);

    /// @notice How the exchange hashes records.
    IExchangeFacts public immutable exchange;
    /// @notice What became of records.
    IConsentFacts public immutable consents;
    /// @notice Carries out what is found.
    IPenaltyDesk public immutable desk;
    /// @notice Misses within the period that are punished.
    uint256 public immutable limit;
    /// @notice Seconds of the period.
    uint256 public immutable period;
    /// @notice Seconds after a delivery was due in which its miss may be noted.
    uint256 public constant NOTE_WINDOW = 3 days;

    /// @dev Times of the latest misses of an operator, the oldest at `next`.
    struct Misses {
        uint40[8] times;
        uint8 next;
    }

    mapping(address operator => Misses) private _misses;
    mapping(bytes32 dutyId => bool) private _noted;

    constructor(
        address authority,
        IExchangeFacts exchangeFacts,
        IConsentFacts consentFacts,
        IPenaltyDesk penaltyDesk,
        uint256 missLimit,
        uint256 missPeriod
    ) AccessManaged(authority) {
        if (missLimit == 0 || missLimit > 8) revert DutyParameterInvalid("limit");
        if (missPeriod == 0) revert DutyParameterInvalid("period");
        exchange = exchangeFacts;
        consents = consentFacts;
        desk = penaltyDesk;
        limit = missLimit;
        period = missPeriod;
    }

    /// @notice Shows that the oracle of record.shares[index] left a claim of delivery unanswered. The caller is the reporter.
    function report(Record calldata record, uint256 index) external {
        bytes32 recordId = exchange.recordIdOf(record.dealId, record.recordTag);
        (RecordStatus status, bytes31 commitment) = consents.recordOf(recordId);
        bool isDue = status == RecordStatus.Settled || status == RecordStatus.Revoked;
        if (!isDue || commitment != exchange.commitmentOf(record)) {
            revert DutyRecordMismatch(recordId);
        }
        Delivery memory delivery = consents.deliveryOf(record.dealId, record.personTag, record.ordinal);
        bool missed = delivery.answerBy != 0 && block.timestamp > delivery.answerBy
            && (delivery.answered >> index) & 1 == 0 && index < record.shares.length;
        if (!missed) revert DutyNotMissed(recordId, index);
        if (block.timestamp > uint256(delivery.answerBy) + NOTE_WINDOW) revert DutyTooOld(delivery.answerBy);
        bytes32 dutyId = keccak256(abi.encode("delivery", recordId, index));
        _note(record.shares[index].oracle, dutyId, record.consumer, msg.sender);
    }

    /// @inheritdoc IDutyJudge
    function miss(address operator, bytes32 dutyId, address injured, address reporter) external restricted {
        _note(operator, dutyId, injured, reporter);
    }

    /// @notice How many duties an operator missed within the period that ends now, at most the limit.
    function missesOf(address operator) public view returns (uint256 count) {
        Misses storage misses = _misses[operator];
        for (uint256 i = 0; i < limit; ++i) {
            if (misses.times[i] != 0 && misses.times[i] + period > block.timestamp) ++count;
        }
    }

    function _note(address operator, bytes32 dutyId, address injured, address reporter) private {
        if (_noted[dutyId]) revert DutyNoted(dutyId);
        _noted[dutyId] = true;
        Misses storage misses = _misses[operator];
        misses.times[misses.next] = uint40(block.timestamp);
        misses.next = uint8((misses.next + 1) % limit);
        uint256 count = missesOf(operator);
        emit DutyMissed(operator, dutyId, count);
        if (count < limit) return;
        // What was punished counts no more.
        delete _misses[operator];
        desk.punish(Offence.Downtime, operator, uint40(block.timestamp), injured, 0, reporter);
    }
}
