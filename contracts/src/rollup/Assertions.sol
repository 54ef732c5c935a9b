// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Assertion, AssertionStatus, IAssertions} from "./interfaces/IAssertions.sol";
import {IBatches} from "./interfaces/IBatches.sol";
import {ClaimOutcome, IClaimResolver} from "./interfaces/IClaimResolver.sol";
import {ICommittee} from "./interfaces/ICommittee.sol";
import {IOutbox} from "./interfaces/IOutbox.sol";
import {RollupHashes} from "./libraries/RollupHashes.sol";
import {AssertionRules, RollupState} from "./types/RollupTypes.sol";

/// @title What is claimed of the chain, and what of it has become certain.
/// @dev Of two different assertions on one parent at least one is false, since how far they reach is fixed. So a sibling of a confirmed
/// assertion forfeits its bond unless it says the same.
contract Assertions is IAssertions, Initializable, EIP712 {
    using SafeERC20 for IERC20;

    /// @dev Nobody has its key, so what it is owed stays here.
    address private constant BURNT = 0x000000000000000000000000000000000000dEaD;

    ICommittee private _committee;
    IBatches private _batches;
    IOutbox private _outbox;
    IERC20 private _bondToken;
    address private _governor;
    uint64 private _delay;
    bytes32 private _newest;
    AssertionRules[] private _rules;
    AssertionRules private _announced;
    uint64 private _announcedInForceAt;
    mapping(bytes32 id => Assertion) private _assertions;
    mapping(bytes32 parent => bytes32 id) private _confirmedOn;
    mapping(address account => uint256 amount) private _owed;

    constructor() EIP712("Assertions", "1") {
        _disableInitializers();
    }

    function initialize(
        ICommittee committee,
        IBatches batches,
        IOutbox outbox,
        IERC20 bondToken,
        address governor,
        uint64 delay,
        AssertionRules calldata rules,
        bytes32 genesisCommitment
    ) external initializer {
        _committee = committee;
        _batches = batches;
        _outbox = outbox;
        _bondToken = bondToken;
        _governor = governor;
        _delay = delay;
        _assertRules(rules);
        _rules.push(rules);
        emit RulesChanged(0, rules);
        // No message was sent yet, so the slot of the outbox root is zero.
        RollupState memory state = RollupState(0, 0, genesisCommitment, 0);
        bytes32 stateHash = RollupHashes.state(state);
        bytes32 id = keccak256(abi.encode(bytes32(0), stateHash, bytes32(0)));
        Assertion storage genesis = _assertions[id];
        genesis.stateHash = stateHash;
        genesis.createdAt = uint64(block.timestamp);
        genesis.status = AssertionStatus.Confirmed;
        genesis.nextBatchCount = 1;
        _newest = id;
        emit AssertionMade(id, 0, address(0), 0, state);
        emit AssertionConfirmed(id, 0, false);
    }

    // ---- asserting ----

    /// @inheritdoc IAssertions
    function assertState(bytes32 parentId, RollupState calldata next, bytes32 claim) external returns (bytes32 id) {
        Assertion storage parent = _known(parentId);
        if (parent.status != AssertionStatus.Confirmed && parent.status != AssertionStatus.Pending) {
            revert AssertionStatusRefused(parentId, parent.status);
        }
        if (next.batchCount != parent.nextBatchCount) {
            revert AssertionReachRefused(next.batchCount, parent.nextBatchCount);
        }
        bytes32 accumulator = _batches.accumulatorAt(next.batchCount);
        if (next.accumulator != accumulator) revert AssertionAccumulatorMismatch(next.accumulator, accumulator);
        AssertionRules storage rules = _rules[parent.rulesIndex];
        bytes32 stateHash = RollupHashes.state(next);
        _assertClaim(rules, claim, RollupHashes.digest(rules.rulesHash, parent.stateHash, stateHash));
        id = keccak256(abi.encode(parentId, stateHash, claim));
        if (_assertions[id].status != AssertionStatus.Unknown) revert AssertionExists(id);
        uint128 bond = rules.bond;
        uint32 rulesIndex = uint32(_rules.length - 1);
        _assertions[id] = Assertion({
            parent: parentId,
            stateHash: stateHash,
            claim: claim,
            outboxRoot: next.outboxRoot,
            asserter: msg.sender,
            createdAt: uint64(block.timestamp),
            rulesIndex: rulesIndex,
            status: AssertionStatus.Pending,
            batchCount: next.batchCount,
            nextBatchCount: _nextReach(next.batchCount, _rules[rulesIndex].maximumBatches),
            bond: bond
        });
        emit AssertionMade(id, parentId, msg.sender, claim, next);
        if (bond > 0) _bondToken.safeTransferFrom(msg.sender, address(this), bond);
    }

    /// @inheritdoc IAssertions
    function confirm(bytes32 id) external {
        Assertion storage assertion = _pending(id);
        AssertionRules storage rules = _rulesFor(assertion);
        uint64 earliest = assertion.createdAt + rules.period;
        if (block.timestamp < earliest) revert AssertionTooEarly(earliest);
        if (IClaimResolver(rules.resolver).outcomeOf(assertion.claim) != ClaimOutcome.Stands) {
            revert AssertionClaimOpen(assertion.claim);
        }
        _confirm(id, assertion, false);
    }

    /// @inheritdoc IAssertions
    function fastConfirm(bytes32 id, bytes calldata signatures) external {
        Assertion storage assertion = _pending(id);
        _committee.assertUnanimous(_hashTypedDataV4(RollupHashes.fastConfirmation(id)), signatures);
        _confirm(id, assertion, true);
    }

    /// @inheritdoc IAssertions
    function refute(bytes32 id) external {
        Assertion storage assertion = _pending(id);
        IClaimResolver resolver = IClaimResolver(_rulesFor(assertion).resolver);
        if (resolver.outcomeOf(assertion.claim) != ClaimOutcome.Falls) revert AssertionClaimOpen(assertion.claim);
        address winner = resolver.winnerOf(assertion.claim);
        assertion.status = AssertionStatus.Refuted;
        emit AssertionRefuted(id, winner, _forfeit(assertion.bond, winner));
    }

    /// @inheritdoc IAssertions
    function drop(bytes32 id) external {
        Assertion storage assertion = _pending(id);
        (address beneficiary, bool isLost) = _beneficiary(assertion);
        assertion.status = AssertionStatus.Dropped;
        uint256 amount = assertion.bond;
        if (isLost) amount = _forfeit(assertion.bond, beneficiary);
        else _owed[beneficiary] += amount;
        emit AssertionDropped(id, beneficiary, amount);
    }

    /// @inheritdoc IAssertions
    function withdrawBond() external returns (uint256 amount) {
        amount = _owed[msg.sender];
        delete _owed[msg.sender];
        emit BondWithdrawn(msg.sender, amount);
        if (amount > 0) _bondToken.safeTransfer(msg.sender, amount);
    }

    // ---- rules ----

    /// @notice Announces rules for assertions on parents to come.
    function scheduleRules(AssertionRules calldata rules) external {
        if (msg.sender != _governor) revert AssertionGovernorOnly(msg.sender);
        _assertRules(rules);
        _announced = rules;
        _announcedInForceAt = uint64(block.timestamp) + _delay;
        emit RulesScheduled(rules, _announcedInForceAt);
    }

    /// @notice Puts announced rules that are due in force.
    function applyRules() external {
        uint64 inForceAt = _announcedInForceAt;
        if (inForceAt == 0 || block.timestamp < inForceAt) revert AssertionRulesNotDue(inForceAt);
        _announcedInForceAt = 0;
        _rules.push(_announced);
        emit RulesChanged(uint32(_rules.length - 1), _announced);
    }

    // ---- views ----

    /// @inheritdoc IAssertions
    function newest() external view returns (bytes32) {
        return _newest;
    }

    /// @inheritdoc IAssertions
    function assertionOf(bytes32 id) external view returns (Assertion memory) {
        return _known(id);
    }

    /// @inheritdoc IAssertions
    function rulesAt(uint32 index) external view returns (AssertionRules memory) {
        return _rules[index];
    }

    /// @notice What an account may withdraw.
    function owedTo(address account) external view returns (uint256) {
        return _owed[account];
    }

    // ---- steps ----

    function _confirm(bytes32 id, Assertion storage assertion, bool byCommittee) private {
        if (assertion.parent != _newest) revert AssertionParentNotConfirmed(assertion.parent, _newest);
        assertion.status = AssertionStatus.Confirmed;
        _confirmedOn[assertion.parent] = id;
        _newest = id;
        _owed[assertion.asserter] += assertion.bond;
        emit AssertionConfirmed(id, assertion.outboxRoot, byCommittee);
        _outbox.confirmRoot(assertion.outboxRoot);
    }

    /// @dev Who gets the bond of an assertion that can't be confirmed any more, and whether its asserter lost it; reverts while it can be.
    function _beneficiary(Assertion storage assertion) private view returns (address, bool) {
        bytes32 confirmed = _confirmedOn[assertion.parent];
        if (confirmed != 0) {
            Assertion storage sibling = _assertions[confirmed];
            bool isLost = sibling.stateHash != assertion.stateHash;
            return (isLost ? sibling.asserter : assertion.asserter, isLost);
        }
        AssertionStatus parentStatus = _assertions[assertion.parent].status;
        if (parentStatus == AssertionStatus.Refuted || parentStatus == AssertionStatus.Dropped) {
            return (assertion.asserter, false);
        }
        ClaimOutcome outcome = IClaimResolver(_rulesFor(assertion).resolver).outcomeOf(assertion.claim);
        if (outcome != ClaimOutcome.Lapsed) revert AssertionClaimOpen(assertion.claim);
        return (assertion.asserter, false);
    }

    function _assertClaim(AssertionRules storage rules, bytes32 claim, bytes32 digest) private view {
        bool isOurs = IClaimResolver(rules.resolver).says(claim, msg.sender, rules.programId, 0, digest);
        if (!isOurs) revert AssertionClaimRefused(claim);
    }

    /// @dev To every record there is, at least one more, at most `maximum` more.
    function _nextReach(uint64 batchCount, uint64 maximum) private view returns (uint64) {
        uint64 records = _batches.count();
        if (records <= batchCount) return batchCount + 1;
        return records - batchCount > maximum ? batchCount + maximum : records;
    }

    /// @dev Half of a bond that is lost is burnt: who loses to a friend, or to themselves, or asserts the truth beside the lie under
    /// another name, has paid that much.
    function _forfeit(uint256 bond, address to) private returns (uint256 reward) {
        reward = bond / 2;
        _owed[to] += reward;
        _owed[BURNT] += bond - reward;
    }

    function _rulesFor(Assertion storage assertion) private view returns (AssertionRules storage) {
        return _rules[_assertions[assertion.parent].rulesIndex];
    }

    function _known(bytes32 id) private view returns (Assertion storage assertion) {
        assertion = _assertions[id];
        if (assertion.status == AssertionStatus.Unknown) revert AssertionUnknown(id);
    }

    function _pending(bytes32 id) private view returns (Assertion storage assertion) {
        assertion = _known(id);
        if (assertion.status != AssertionStatus.Pending) revert AssertionStatusRefused(id, assertion.status);
    }

    function _assertRules(AssertionRules calldata rules) private pure {
        bool isWhole = rules.rulesHash != 0 && rules.programId != 0 && rules.resolver != address(0);
        if (!isWhole || rules.maximumBatches == 0) revert AssertionRulesMissing();
    }
}
