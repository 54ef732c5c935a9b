// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AssertionStatus, IAssertions} from "../../src/rollup/interfaces/IAssertions.sol";
import {IBatches} from "../../src/rollup/interfaces/IBatches.sol";
import {ClaimOutcome} from "../../src/rollup/interfaces/IClaimResolver.sol";
import {ICommittee} from "../../src/rollup/interfaces/ICommittee.sol";
import {NetworkParameters} from "../../src/rollup/interfaces/INetworkFactory.sol";
import {RollupHashes} from "../../src/rollup/libraries/RollupHashes.sol";
import {AssertionRules, RollupState} from "../../src/rollup/types/RollupTypes.sol";
import {RollupFixture, TestResolver} from "../support/RollupFixture.sol";

/// @dev R10 to R15.
contract AssertionsTest is RollupFixture {
    bytes32 internal constant TRUTH = keccak256("truth");
    bytes32 internal constant LIE = keccak256("lie");
    bytes32 internal constant ROOT = keccak256("root");
    bytes32 internal genesis;

    function setUp() public override {
        super.setUp();
        genesis = assertions.newest();
        postAll();
    }

    function test_confirm_afterThePeriod_succeeds() public {
        uint256 before = med.balanceOf(ASSERTER);
        (bytes32 id, bytes32 claim) = assertAs(ASSERTER, genesis, stateAfter(genesis, TRUTH, ROOT));
        assertEq(med.balanceOf(ASSERTER), before - BOND, "bond taken");
        uint64 earliest = uint64(block.timestamp) + PERIOD;
        resolver.decide(claim, ClaimOutcome.Stands, address(0));
        vm.warp(earliest - 1);
        vm.expectRevert(abi.encodeWithSelector(IAssertions.AssertionTooEarly.selector, earliest));
        assertions.confirm(id);
        vm.warp(earliest);
        assertions.confirm(id);
        assertEq(assertions.newest(), id, "newest");
        assertTrue(outbox.isConfirmed(ROOT), "messages are certain");
        vm.prank(ASSERTER);
        assertEq(assertions.withdrawBond(), BOND, "bond back");
        assertEq(med.balanceOf(ASSERTER), before, "to the unit");
    }

    function test_confirm_claimThatDoesNotStand_reverts() public {
        (bytes32 id, bytes32 claim) = assertAs(ASSERTER, genesis, stateAfter(genesis, TRUTH, ROOT));
        vm.warp(block.timestamp + PERIOD);
        ClaimOutcome[4] memory outcomes =
            [ClaimOutcome.Unknown, ClaimOutcome.Open, ClaimOutcome.Falls, ClaimOutcome.Lapsed];
        for (uint256 i = 0; i < outcomes.length; ++i) {
            resolver.decide(claim, outcomes[i], RIVAL);
            vm.expectRevert(abi.encodeWithSelector(IAssertions.AssertionClaimOpen.selector, claim));
            assertions.confirm(id);
        }
    }

    function test_fastConfirm_byEveryMember_succeeds() public {
        (bytes32 id,) = assertAs(ASSERTER, genesis, stateAfter(genesis, TRUTH, ROOT));
        bytes32 digest = typed("Assertions", address(assertions), RollupHashes.fastConfirmation(id));
        vm.expectRevert(abi.encodeWithSelector(ICommittee.CommitteeSignaturesMissing.selector, 2, 3));
        assertions.fastConfirm(id, signaturesOf(digest, 3));
        assertions.fastConfirm(id, signaturesOf(digest, 7));
        assertEq(assertions.newest(), id, "newest");
        assertTrue(outbox.isConfirmed(ROOT), "messages are certain");
    }

    function test_fastConfirm_ofAnother_reverts() public {
        (bytes32 id,) = assertAs(ASSERTER, genesis, stateAfter(genesis, TRUTH, ROOT));
        (bytes32 lie,) = assertAs(RIVAL, genesis, stateAfter(genesis, LIE, ROOT));
        bytes32 digest = typed("Assertions", address(assertions), RollupHashes.fastConfirmation(id));
        bytes memory signatures = signaturesOf(digest, 7);
        vm.expectRevert();
        assertions.fastConfirm(lie, signatures);
    }

    function test_refute_bondGoesToTheWinner() public {
        (bytes32 id, bytes32 claim) = assertAs(RIVAL, genesis, stateAfter(genesis, LIE, ROOT));
        vm.expectRevert(abi.encodeWithSelector(IAssertions.AssertionClaimOpen.selector, claim));
        assertions.refute(id);
        resolver.decide(claim, ClaimOutcome.Falls, ASSERTER);
        assertions.refute(id);
        assertTrue(assertions.assertionOf(id).status == AssertionStatus.Refuted, "refuted");
        vm.prank(ASSERTER);
        assertEq(assertions.withdrawBond(), BOND / 2, "the winner's");
        // It stays refuted, whatever the resolver says later.
        resolver.decide(claim, ClaimOutcome.Stands, address(0));
        vm.warp(block.timestamp + PERIOD);
        vm.expectRevert(
            abi.encodeWithSelector(IAssertions.AssertionStatusRefused.selector, id, AssertionStatus.Refuted)
        );
        assertions.confirm(id);
        vm.expectRevert(
            abi.encodeWithSelector(IAssertions.AssertionStatusRefused.selector, id, AssertionStatus.Refuted)
        );
        assertions.refute(id);
    }

    /// @dev A liar that sees it lost can be beaten by a friend, or by the own other hand, before anybody honest is.
    function test_friend_whoWinsAgainstTheLiar_bringsBackHalfTheBond() public {
        for (uint256 i = 0; i < 2; ++i) {
            RollupState memory lie = stateAfter(genesis, LIE, bytes32(uint256(ROOT) + i));
            (bytes32 id, bytes32 claim) = assertAs(RIVAL, genesis, lie);
            uint256 before = assertions.owedTo(RIVAL) + assertions.owedTo(USER);
            resolver.decide(claim, ClaimOutcome.Falls, i == 0 ? USER : RIVAL);
            assertions.refute(id);
            uint256 back = assertions.owedTo(RIVAL) + assertions.owedTo(USER) - before;
            assertEq(back, BOND / 2, "half is gone");
        }
    }

    function test_drop_lieBesideTheTruthOfTheSameAccount_costsHalfTheBond() public {
        (bytes32 id, bytes32 claim) = assertAs(RIVAL, genesis, stateAfter(genesis, TRUTH, ROOT));
        (bytes32 lie,) = assertAs(RIVAL, genesis, stateAfter(genesis, LIE, ROOT));
        resolver.decide(claim, ClaimOutcome.Stands, address(0));
        vm.warp(block.timestamp + PERIOD);
        assertions.confirm(id);
        assertions.drop(lie);
        assertEq(assertions.owedTo(RIVAL), uint256(BOND) + BOND / 2, "the truth's whole, the lie's half");
    }

    function test_refuted_hasNoChildren() public {
        (bytes32 id, bytes32 claim) = assertAs(RIVAL, genesis, stateAfter(genesis, LIE, ROOT));
        postAll();
        (bytes32 child, bytes32 childClaim) = assertAs(RIVAL, id, stateAfter(id, LIE, ROOT));
        resolver.decide(claim, ClaimOutcome.Falls, ASSERTER);
        assertions.refute(id);
        resolver.decide(childClaim, ClaimOutcome.Stands, address(0));
        vm.warp(block.timestamp + PERIOD);
        vm.expectRevert(abi.encodeWithSelector(IAssertions.AssertionParentNotConfirmed.selector, id, genesis));
        assertions.confirm(child);
        RollupState memory next = stateAfter(id, TRUTH, ROOT);
        bytes32 another = claimFor(RIVAL, id, next);
        vm.prank(RIVAL);
        vm.expectRevert(
            abi.encodeWithSelector(IAssertions.AssertionStatusRefused.selector, id, AssertionStatus.Refuted)
        );
        assertions.assertState(id, next, another);
        // The child's bond comes back: what it said of its parent's future was not judged.
        assertions.drop(child);
        vm.prank(RIVAL);
        assertEq(assertions.withdrawBond(), BOND, "back");
    }

    function test_drop_siblingOfAConfirmed_forfeitsUnlessItSaysTheSame() public {
        RollupState memory truth = stateAfter(genesis, TRUTH, ROOT);
        (bytes32 id, bytes32 claim) = assertAs(ASSERTER, genesis, truth);
        (bytes32 same,) = assertAs(USER, genesis, truth);
        (bytes32 lie,) = assertAs(RIVAL, genesis, stateAfter(genesis, LIE, ROOT));
        vm.expectRevert();
        assertions.drop(lie);
        resolver.decide(claim, ClaimOutcome.Stands, address(0));
        vm.warp(block.timestamp + PERIOD);
        assertions.confirm(id);
        assertions.drop(same);
        assertions.drop(lie);
        assertEq(assertions.owedTo(USER), BOND, "the same comes back");
        assertEq(assertions.owedTo(RIVAL), 0, "another is lost");
        assertEq(assertions.owedTo(ASSERTER), uint256(BOND) + BOND / 2, "to who was confirmed");
        vm.expectRevert(
            abi.encodeWithSelector(IAssertions.AssertionStatusRefused.selector, lie, AssertionStatus.Dropped)
        );
        assertions.drop(lie);
    }

    function test_drop_lapsedClaim_bondComesBack_andItCanBeAssertedAgain() public {
        RollupState memory truth = stateAfter(genesis, TRUTH, ROOT);
        (bytes32 id, bytes32 claim) = assertAs(ASSERTER, genesis, truth);
        resolver.decide(claim, ClaimOutcome.Lapsed, address(0));
        assertions.drop(id);
        assertEq(assertions.owedTo(ASSERTER), BOND, "back");
        bytes32 second = keccak256("second claim");
        bytes32 digest = digestOf(genesis, truth);
        resolver.set(second, TestResolver.Claim(ASSERTER, PROGRAM, 0, digest, ClaimOutcome.Open, address(0)));
        vm.prank(ASSERTER);
        assertTrue(assertions.assertState(genesis, truth, second) != id, "another assertion");
    }

    function test_assert_wrongClaim_reverts() public {
        RollupState memory truth = stateAfter(genesis, TRUTH, ROOT);
        bytes32 digest = digestOf(genesis, truth);
        TestResolver.Claim[5] memory wrong = [
            TestResolver.Claim(RIVAL, PROGRAM, 0, digest, ClaimOutcome.Open, address(0)),
            TestResolver.Claim(ASSERTER, keccak256("another"), 0, digest, ClaimOutcome.Open, address(0)),
            TestResolver.Claim(ASSERTER, PROGRAM, 1, digest, ClaimOutcome.Open, address(0)),
            TestResolver.Claim(ASSERTER, PROGRAM, 0, keccak256("another"), ClaimOutcome.Open, address(0)),
            TestResolver.Claim(address(0), 0, 0, 0, ClaimOutcome.Unknown, address(0))
        ];
        for (uint256 i = 0; i < wrong.length; ++i) {
            bytes32 claim = keccak256(abi.encode("claim", i));
            resolver.set(claim, wrong[i]);
            vm.prank(ASSERTER);
            vm.expectRevert(abi.encodeWithSelector(IAssertions.AssertionClaimRefused.selector, claim));
            assertions.assertState(genesis, truth, claim);
        }
    }

    /// @dev A claim that is true of one network says nothing of another, though they share everything but their inbox.
    function test_assert_claimOfAnotherNetwork_reverts() public {
        RollupState memory truth = stateAfter(genesis, TRUTH, ROOT);
        bytes32 claim = claimFor(ASSERTER, genesis, truth);
        uint256 before = block.timestamp;
        NetworkParameters memory other = parameters();
        other.chainId = CHAIN_ID + 1;
        use(create(bytes32(uint256(1)), other));
        vm.warp(before);
        bytes32 otherGenesis = assertions.newest();
        assertEq(otherGenesis, genesis, "the same genesis");
        postAll();
        truth.accumulator = batches.accumulatorAt(1);
        vm.prank(ASSERTER);
        vm.expectRevert(abi.encodeWithSelector(IAssertions.AssertionClaimRefused.selector, claim));
        assertions.assertState(otherGenesis, truth, claim);
    }

    function test_assert_wrongReach_reverts() public {
        postAll();
        postAll();
        RollupState memory state = stateAfter(genesis, TRUTH, ROOT);
        uint64[3] memory wrong = [uint64(0), 2, 3];
        for (uint256 i = 0; i < wrong.length; ++i) {
            state.batchCount = wrong[i];
            vm.prank(ASSERTER);
            vm.expectRevert(abi.encodeWithSelector(IAssertions.AssertionReachRefused.selector, wrong[i], 1));
            assertions.assertState(genesis, state, 0);
        }
    }

    function test_assert_wrongAccumulator_reverts() public {
        RollupState memory state = stateAfter(genesis, TRUTH, ROOT);
        bytes32 expected = state.accumulator;
        state.accumulator = keccak256("other batches");
        vm.prank(ASSERTER);
        vm.expectRevert(
            abi.encodeWithSelector(IAssertions.AssertionAccumulatorMismatch.selector, state.accumulator, expected)
        );
        assertions.assertState(genesis, state, 0);
    }

    function test_assert_beforeTheBatch_reverts() public {
        (bytes32 id,) = assertAs(ASSERTER, genesis, stateAfter(genesis, TRUTH, ROOT));
        RollupState memory state = RollupState(2, 0, TRUTH, ROOT);
        vm.prank(ASSERTER);
        vm.expectRevert(abi.encodeWithSelector(IBatches.BatchCountUnknown.selector, 2, 1));
        assertions.assertState(id, state, 0);
    }

    function test_assert_unknownParent_reverts() public {
        bytes32 nobody = keccak256("nobody");
        RollupState memory state = stateAfter(genesis, TRUTH, ROOT);
        vm.expectRevert(abi.encodeWithSelector(IAssertions.AssertionUnknown.selector, nobody));
        assertions.assertState(nobody, state, 0);
    }

    function test_assert_twice_reverts() public {
        RollupState memory state = stateAfter(genesis, TRUTH, ROOT);
        (bytes32 id, bytes32 claim) = assertAs(ASSERTER, genesis, state);
        vm.prank(ASSERTER);
        vm.expectRevert(abi.encodeWithSelector(IAssertions.AssertionExists.selector, id));
        assertions.assertState(genesis, state, claim);
    }

    /// @dev How far a child reaches is fixed when its parent is made: to the batches there are, at least one more, at most eight.
    function test_reach_isFixedByTheParent() public {
        for (uint256 i = 0; i < 3; ++i) postAll();
        (bytes32 id,) = assertAs(ASSERTER, genesis, stateAfter(genesis, TRUTH, ROOT));
        assertEq(assertions.assertionOf(id).nextBatchCount, 4, "every batch there was");
        for (uint256 i = 0; i < 12; ++i) postAll();
        (bytes32 second,) = assertAs(ASSERTER, id, stateAfter(id, TRUTH, ROOT));
        assertEq(assertions.assertionOf(second).nextBatchCount, 12, "at most eight more");
        (bytes32 third,) = assertAs(ASSERTER, second, stateAfter(second, TRUTH, ROOT));
        assertEq(assertions.assertionOf(third).nextBatchCount, 16, "the rest");
        (bytes32 fourth,) = assertAs(ASSERTER, third, stateAfter(third, TRUTH, ROOT));
        assertEq(assertions.assertionOf(fourth).nextBatchCount, 17, "at least one");
    }

    function test_rules_holdForChildrenOfParentsMadeLater() public {
        (bytes32 early,) = assertAs(ASSERTER, genesis, stateAfter(genesis, TRUTH, ROOT));
        AssertionRules memory next = assertions.rulesAt(0);
        next.programId = keccak256("next program");
        next.bond = 5e18;
        vm.expectRevert(abi.encodeWithSelector(IAssertions.AssertionGovernorOnly.selector, address(this)));
        assertions.scheduleRules(next);
        vm.prank(GOVERNOR);
        assertions.scheduleRules(next);
        uint64 inForceAt = uint64(block.timestamp) + DELAY;
        vm.warp(inForceAt - 1);
        vm.expectRevert(abi.encodeWithSelector(IAssertions.AssertionRulesNotDue.selector, inForceAt));
        assertions.applyRules();
        vm.warp(inForceAt);
        assertions.applyRules();
        vm.expectRevert(abi.encodeWithSelector(IAssertions.AssertionRulesNotDue.selector, 0));
        assertions.applyRules();
        postAll();
        // On the early parent the old program counts; on its child the new one does.
        uint256 before = med.balanceOf(ASSERTER);
        (bytes32 late,) = assertAs(ASSERTER, early, stateAfter(early, TRUTH, ROOT));
        assertEq(before - med.balanceOf(ASSERTER), BOND, "old bond");
        postAll();
        RollupState memory state = stateAfter(late, TRUTH, ROOT);
        bytes32 stale = claimFor(ASSERTER, late, state);
        vm.prank(ASSERTER);
        vm.expectRevert(abi.encodeWithSelector(IAssertions.AssertionClaimRefused.selector, stale));
        assertions.assertState(late, state, stale);
        bytes32 digest = digestOf(late, state);
        resolver.set(stale, TestResolver.Claim(ASSERTER, next.programId, 0, digest, ClaimOutcome.Open, address(0)));
        before = med.balanceOf(ASSERTER);
        vm.prank(ASSERTER);
        assertions.assertState(late, state, stale);
        assertEq(before - med.balanceOf(ASSERTER), 5e18, "new bond");
    }

    function test_rules_incomplete_revert() public {
        AssertionRules memory next = assertions.rulesAt(0);
        next.programId = 0;
        vm.prank(GOVERNOR);
        vm.expectRevert(abi.encodeWithSelector(IAssertions.AssertionRulesMissing.selector));
        assertions.scheduleRules(next);
    }

    function test_digest_bindsEverything() public view {
        RollupState memory state = stateAfter(genesis, TRUTH, ROOT);
        bytes32 digest = digestOf(genesis, state);
        state.outboxRoot = LIE;
        assertTrue(digestOf(genesis, state) != digest, "outbox root");
        state.outboxRoot = ROOT;
        state.blockCommitment = LIE;
        assertTrue(digestOf(genesis, state) != digest, "block");
    }
}
