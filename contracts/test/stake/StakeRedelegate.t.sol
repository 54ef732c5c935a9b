// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IStakeBook, StakeDelegation, StakeLien} from "../../src/stake/interfaces/IStakeBook.sol";
import {StakeFixture} from "../support/StakeFixture.sol";

/// @dev K8.
contract StakeRedelegateTest is StakeFixture {
    function setUp() public override {
        super.setUp();
        open(THIRD, MILLION);
        delegate(FIRST, ANNA, 100e18);
    }

    function test_redelegate_movesAtOnce_locked() public {
        assertEq(redelegate(FIRST, SECOND, ANNA, 40e18), 40e18, "shares");
        StakeDelegation memory here = book.delegationOf(SECOND, ANNA);
        assertEq(here.assets, 40e18, "assets");
        assertEq(here.locked, 40e18, "locked");
        assertEq(assetsOf(FIRST, ANNA), 60e18, "what stays");
        assertEq(book.poolOf(SECOND).assets, MILLION + 40e18, "works there");
        StakeLien[] memory liens = book.liensOf(SECOND, ANNA);
        assertEq(liens.length, 1, "one lien");
        assertEq(liens[0].source, FIRST, "source");
    }

    /// @dev No second hop, and no way out, until the period is over: to the second.
    function test_redelegate_hop_reverts_untilThePeriodIsOver() public {
        redelegate(FIRST, SECOND, ANNA, 40e18);
        uint256 end = block.timestamp + UNBONDING;
        vm.warp(end - 1);
        vm.expectRevert(abi.encodeWithSelector(IStakeBook.StakeSharesMissing.selector, 1, 0));
        redelegate(SECOND, THIRD, ANNA, 1);
        vm.expectRevert(abi.encodeWithSelector(IStakeBook.StakeSharesMissing.selector, 1, 0));
        undelegate(SECOND, ANNA, 1);
        vm.warp(end);
        redelegate(SECOND, THIRD, ANNA, 15e18);
        undelegate(SECOND, ANNA, 25e18);
        assertEq(book.liensOf(SECOND, ANNA).length, 0, "lien gone");
        assertEq(book.liensOf(THIRD, ANNA).length, 1, "a new one there");
    }

    function test_redelegate_ownStakeThere_staysFree() public {
        delegate(SECOND, ANNA, 10e18);
        redelegate(FIRST, SECOND, ANNA, 40e18);
        vm.expectRevert(abi.encodeWithSelector(IStakeBook.StakeSharesMissing.selector, 10e18 + 1, 10e18));
        undelegate(SECOND, ANNA, 10e18 + 1);
        undelegate(SECOND, ANNA, 10e18);
    }

    /// @dev K8: the slash of the former operator finds it; anyone may take it; the treasury receives it.
    function test_redelegate_slashOfSource_isTaken() public {
        pass(1 days);
        uint40 actedAt = uint40(block.timestamp);
        redelegate(FIRST, SECOND, ANNA, 40e18);
        pass(3 days);
        book.slash(FIRST, 0.25e18, actedAt);
        assertEq(assetsOf(SECOND, ANNA), 40e18, "not yet");
        vm.prank(STRANGER);
        book.settleLiens(SECOND, ANNA, 10);
        assertEq(assetsOf(SECOND, ANNA), 30e18, "a quarter less");
        assertEq(token.balanceOf(TREASURY), 10e18, "treasury");
        assertEq(book.poolOf(SECOND).assets, MILLION + 30e18, "pool");
        book.settleLiens(SECOND, ANNA, 10);
        assertEq(assetsOf(SECOND, ANNA), 30e18, "once");
    }

    /// @dev Leaving settles by itself: nobody has to hurry.
    function test_redelegate_leavingSettlesFirst() public {
        redelegate(FIRST, SECOND, ANNA, 40e18);
        book.slash(FIRST, 0.25e18, uint40(block.timestamp));
        pass(UNBONDING);
        vm.expectRevert(abi.encodeWithSelector(IStakeBook.StakeSharesMissing.selector, 40e18, 30e18));
        undelegate(SECOND, ANNA, 40e18);
        undelegate(SECOND, ANNA, 30e18);
        assertEq(token.balanceOf(TREASURY), 10e18, "treasury");
    }

    function test_redelegate_actsAfterIt_doNotConcernIt() public {
        redelegate(FIRST, SECOND, ANNA, 40e18);
        pass(1);
        slashNow(FIRST, 0.25e18);
        book.settleLiens(SECOND, ANNA, 10);
        assertEq(assetsOf(SECOND, ANNA), 40e18, "untouched");
        assertEq(book.liensOf(SECOND, ANNA)[0].settled, 1, "looked at");
    }

    function test_redelegate_slashesBeforeIt_areNotTakenTwice() public {
        slashNow(FIRST, 0.25e18);
        redelegate(FIRST, SECOND, ANNA, 100e18);
        assertEq(assetsOf(SECOND, ANNA), 75e18, "slashed in the pool");
        book.settleLiens(SECOND, ANNA, 10);
        assertEq(assetsOf(SECOND, ANNA), 75e18, "not again");
    }

    function test_redelegate_manySlashes_settleInSteps() public {
        redelegate(FIRST, SECOND, ANNA, 64e18);
        for (uint256 i = 0; i < 5; ++i) book.slash(FIRST, 0.5e18, uint40(block.timestamp));
        book.settleLiens(SECOND, ANNA, 2);
        assertEq(assetsOf(SECOND, ANNA), 16e18, "two of five");
        book.settleLiens(SECOND, ANNA, 2);
        assertEq(assetsOf(SECOND, ANNA), 4e18, "four of five");
        pass(UNBONDING);
        book.settleLiens(SECOND, ANNA, 0);
        assertEq(book.liensOf(SECOND, ANNA).length, 1, "not dropped before all were looked at");
        book.settleLiens(SECOND, ANNA, 1);
        assertEq(assetsOf(SECOND, ANNA), 2e18, "five of five");
        assertEq(book.liensOf(SECOND, ANNA).length, 0, "dropped");
    }

    function test_redelegate_severalLiens_dropOnlyWhatEnded() public {
        redelegate(FIRST, SECOND, ANNA, 10e18);
        pass(5 days);
        delegate(THIRD, ANNA, 50e18);
        redelegate(THIRD, SECOND, ANNA, 20e18);
        pass(5 days);
        redelegate(FIRST, SECOND, ANNA, 30e18);
        book.slash(THIRD, 0.5e18, uint40(block.timestamp - 5 days));
        pass(11 days);
        book.settleLiens(SECOND, ANNA, 10);
        StakeLien[] memory liens = book.liensOf(SECOND, ANNA);
        assertEq(liens.length, 2, "the first ended");
        StakeDelegation memory there = book.delegationOf(SECOND, ANNA);
        assertEq(there.locked, 40e18, "half of the second, all of the third");
        assertEq(there.assets, 50e18, "all");
        undelegate(SECOND, ANNA, 10e18);
    }

    /// @dev Both pools slashed: both fractions count.
    function test_redelegate_slashOfBoth() public {
        redelegate(FIRST, SECOND, ANNA, 40e18);
        book.slash(FIRST, 0.5e18, uint40(block.timestamp));
        book.slash(SECOND, 0.5e18, uint40(block.timestamp));
        book.settleLiens(SECOND, ANNA, 10);
        assertEq(assetsOf(SECOND, ANNA), 10e18, "a quarter");
        assertEq(token.balanceOf(TREASURY), 10e18, "half of what was left");
    }

    function test_redelegate_wholeLienTaken_isDropped() public {
        redelegate(FIRST, SECOND, ANNA, 40e18);
        book.slash(FIRST, 1e18, uint40(block.timestamp));
        book.settleLiens(SECOND, ANNA, 10);
        assertEq(sharesOf(SECOND, ANNA), 0, "nothing left");
        assertEq(book.liensOf(SECOND, ANNA).length, 0, "no lien");
        assertEq(token.balanceOf(TREASURY), 40e18, "treasury");
    }

    function test_redelegate_limits() public {
        vm.expectRevert(abi.encodeWithSelector(IStakeBook.StakeTargetInvalid.selector, FIRST));
        redelegate(FIRST, FIRST, ANNA, 1);
        vm.expectRevert(abi.encodeWithSelector(IStakeBook.StakeOperatorUnknown.selector, STRANGER));
        redelegate(FIRST, STRANGER, ANNA, 1);
        vm.expectRevert(abi.encodeWithSelector(IStakeBook.StakeAmountZero.selector));
        redelegate(FIRST, SECOND, ANNA, 0);
        book.strikeOff(THIRD);
        vm.expectRevert(abi.encodeWithSelector(IStakeBook.StakePoolClosed.selector, THIRD));
        redelegate(FIRST, THIRD, ANNA, 1);
        for (uint256 i = 0; i < 8; ++i) redelegate(FIRST, SECOND, ANNA, 1e18);
        vm.expectRevert(abi.encodeWithSelector(IStakeBook.StakeLiensFull.selector, 8));
        redelegate(FIRST, SECOND, ANNA, 1e18);
        pass(UNBONDING);
        redelegate(FIRST, SECOND, ANNA, 1e18);
    }

    /// @dev K8 as one number: with or without hops, an act before them costs the same fraction, up to rounding.
    function testFuzz_redelegate_neverCheaperThanStaying(uint96 stake, uint64 fraction, uint32 wait) public {
        uint256 amount = bound(stake, 1e6, MILLION);
        uint256 part = bound(fraction, 1, 1e18);
        delegate(FIRST, BORIS, amount);
        uint40 actedAt = uint40(block.timestamp);
        pass(bound(wait, 0, WINDOW));
        redelegate(FIRST, SECOND, BORIS, amount);
        book.slash(FIRST, part, actedAt);
        book.settleLiens(SECOND, BORIS, 1);
        assertTrue(assetsOf(SECOND, BORIS) <= amount - amount * part / 1e18, "at least the fraction");
        assertTrue(assetsOf(SECOND, BORIS) + 1 >= amount - amount * part / 1e18, "and no more than a unit above it");
    }
}
