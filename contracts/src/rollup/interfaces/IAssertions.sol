// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AssertionRules, RollupState} from "../types/RollupTypes.sol";

/// @notice What an assertion has come to.
enum AssertionStatus {
    Unknown,
    Pending,
    Confirmed,
    /// @notice Its claim lost.
    Refuted,
    /// @notice It can't be confirmed any more: its claim lapsed, its parent is not on the confirmed chain, or a sibling was confirmed.
    Dropped
}

/// @notice One assertion.
/// @param stateHash Hash of the state it leads to.
/// @param batchCount Records up to that state.
/// @param nextBatchCount Records that an assertion on it must reach.
/// @param rulesIndex Rules that assertions on it are judged by.
struct Assertion {
    bytes32 parent;
    bytes32 stateHash;
    bytes32 claim;
    bytes32 outboxRoot;
    address asserter;
    uint64 createdAt;
    uint32 rulesIndex;
    AssertionStatus status;
    uint64 batchCount;
    uint64 nextBatchCount;
    uint128 bond;
}

/// @title What is claimed of the chain, and what of it has become certain.
interface IAssertions {
    /// @notice An assertion was made.
    event AssertionMade(
        bytes32 indexed id, bytes32 indexed parent, address indexed asserter, bytes32 claim, RollupState state
    );
    /// @notice An assertion became certain. `byCommittee`: by every member, without waiting.
    event AssertionConfirmed(bytes32 indexed id, bytes32 outboxRoot, bool byCommittee);
    /// @notice The claim behind an assertion lost; half of its bond is the winner's, the rest is nobody's.
    /// @param reward What the winner gets.
    event AssertionRefuted(bytes32 indexed id, address indexed winner, uint256 reward);
    /// @notice An assertion can't be confirmed any more; `amount` of its bond went to `beneficiary`: all of it back to its asserter, or half
    /// of it to who was right.
    event AssertionDropped(bytes32 indexed id, address indexed beneficiary, uint256 amount);
    /// @notice Other rules will hold for assertions on parents made from now on.
    event RulesChanged(uint32 indexed index, AssertionRules rules);
    /// @notice Other rules were announced.
    event RulesScheduled(AssertionRules rules, uint64 inForceAt);
    /// @notice A bond was paid out.
    event BondWithdrawn(address indexed account, uint256 amount);

    /// @notice No assertion has this id.
    error AssertionUnknown(bytes32 id);
    /// @notice It exists already.
    error AssertionExists(bytes32 id);
    /// @notice It is not in a status in which this can be done.
    error AssertionStatusRefused(bytes32 id, AssertionStatus status);
    /// @notice An assertion on this parent reaches exactly this count.
    error AssertionReachRefused(uint64 batchCount, uint64 expected);
    /// @notice L1 has another accumulator for that count, or fewer records so far.
    error AssertionAccumulatorMismatch(bytes32 accumulator, bytes32 expected);
    /// @notice The claim is of another program, answers another word, or is another's.
    error AssertionClaimRefused(bytes32 claim);
    /// @notice The parent is not the latest confirmed assertion.
    error AssertionParentNotConfirmed(bytes32 parent, bytes32 newest);
    /// @notice The period is not over.
    error AssertionTooEarly(uint64 earliest);
    /// @notice The claim does not stand (yet).
    error AssertionClaimOpen(bytes32 claim);
    /// @notice Only the network's governor may do this.
    error AssertionGovernorOnly(address caller);
    /// @notice No rules are announced, or they are not in force yet.
    error AssertionRulesNotDue(uint64 inForceAt);
    /// @notice A rule is missing.
    error AssertionRulesMissing();

    /// @notice Asserts the state after the records that follow the parent, with a bond and a claim of the caller's behind it.
    function assertState(bytes32 parent, RollupState calldata next, bytes32 claim) external returns (bytes32 id);

    /// @notice Confirms an assertion whose period is over and whose claim stands.
    function confirm(bytes32 id) external;

    /// @notice Confirms an assertion that every member of the committee signed a FastConfirmation of.
    function fastConfirm(bytes32 id, bytes calldata signatures) external;

    /// @notice Ends an assertion whose claim lost.
    function refute(bytes32 id) external;

    /// @notice Ends an assertion that can't be confirmed any more.
    function drop(bytes32 id) external;

    /// @notice Pays out what the caller is owed.
    function withdrawBond() external returns (uint256 amount);

    /// @notice The newest confirmed assertion.
    function newest() external view returns (bytes32 id);

    /// @notice An assertion.
    function assertionOf(bytes32 id) external view returns (Assertion memory);

    /// @notice Rules by their index.
    function rulesAt(uint32 index) external view returns (AssertionRules memory);
}
