// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IStakeBook, StakePool} from "../../src/stake/interfaces/IStakeBook.sol";
import {StakeFixture} from "../support/StakeFixture.sol";

/// @dev K3, K6 and K9: undelegating and withdrawing.
contract StakeLeaveTest is StakeFixture {
    function test_leave_isPaidAfterTheWindow_toTheSecond() public {
        delegate(FIRST, ANNA, 10e18);
        uint256 startedAt = block.timestamp;
        uint256 cohort = book.currentCohort();
        assertEq(undelegate(FIRST, ANNA, 4e18), 4e18, "assets");
        assertEq(sharesOf(FIRST, ANNA), 6e18, "what stays");
        (uint256 shares, uint256 assets, uint256 maturesAt) = book.exitOf(FIRST, cohort, ANNA);
        assertEq(shares, 4e18, "exit shares");
        assertEq(assets, 4e18, "exit assets");
        assertTrue(maturesAt >= startedAt + UNBONDING, "not before the window");
        assertTrue(maturesAt <= startedAt + UNBONDING + WINDOW / 16, "within a cohort after it");
        uint256 balance = token.balanceOf(ANNA);
        vm.warp(maturesAt - 1);
        vm.expectRevert(abi.encodeWithSelector(IStakeBook.StakeStillUnbonding.selector, maturesAt));
        withdraw(FIRST, ANNA, cohort);
        vm.warp(maturesAt);
        assertEq(withdraw(FIRST, ANNA, cohort), 4e18, "paid");
        assertEq(token.balanceOf(ANNA) - balance, 4e18, "received");
        vm.expectRevert(abi.encodeWithSelector(IStakeBook.StakeAmountZero.selector));
        withdraw(FIRST, ANNA, cohort);
    }

    function test_leave_moreThanThereIs_reverts() public {
        delegate(FIRST, ANNA, 10e18);
        vm.expectRevert(abi.encodeWithSelector(IStakeBook.StakeSharesMissing.selector, 10e18 + 1, 10e18));
        undelegate(FIRST, ANNA, 10e18 + 1);
        vm.expectRevert(abi.encodeWithSelector(IStakeBook.StakeAmountZero.selector));
        undelegate(FIRST, ANNA, 0);
        vm.expectRevert(abi.encodeWithSelector(IStakeBook.StakeSharesMissing.selector, 1, 0));
        undelegate(FIRST, BORIS, 1);
        vm.expectRevert(abi.encodeWithSelector(IStakeBook.StakeOperatorUnknown.selector, THIRD));
        undelegate(THIRD, ANNA, 1);
    }

    function test_leave_sharesOfNothing_reverts() public {
        delegate(FIRST, ANNA, 10);
        slashNow(FIRST, 0.5e18);
        vm.expectRevert(abi.encodeWithSelector(IStakeBook.StakeAmountZero.selector));
        undelegate(FIRST, ANNA, 1);
        assertEq(undelegate(FIRST, ANNA, 2), 1, "two are worth one");
    }

    /// @dev Exits of one cohort share it; each gets their own, others nothing.
    function test_leave_together_eachGetsHis() public {
        delegate(FIRST, ANNA, 10e18);
        delegate(FIRST, BORIS, 20e18);
        uint256 cohort = book.currentCohort();
        undelegate(FIRST, ANNA, 1e18);
        undelegate(FIRST, BORIS, 5e18);
        undelegate(FIRST, ANNA, 2e18);
        pass(UNBONDING + WINDOW / 16);
        vm.expectRevert(abi.encodeWithSelector(IStakeBook.StakeAmountZero.selector));
        withdraw(FIRST, STRANGER, cohort);
        vm.expectRevert(abi.encodeWithSelector(IStakeBook.StakeAmountZero.selector));
        withdraw(SECOND, ANNA, cohort);
        assertEq(withdraw(FIRST, BORIS, cohort), 5e18, "theirs");
        assertEq(withdraw(FIRST, ANNA, cohort), 3e18, "hers");
    }

    /// @dev K3: the last one out leaves nothing behind.
    function testFuzz_leave_everybody_emptiesThePool(uint96 a, uint96 b, uint64 fraction) public {
        open(THIRD, 0);
        delegate(THIRD, ANNA, bound(a, 1e9, MILLION));
        delegate(THIRD, BORIS, bound(b, 1e9, MILLION));
        uint256 taken = slashNow(THIRD, bound(fraction, 1, 0.99e18));
        uint256 cohort = book.currentCohort();
        undelegate(THIRD, ANNA, sharesOf(THIRD, ANNA));
        undelegate(THIRD, BORIS, sharesOf(THIRD, BORIS));
        StakePool memory pool = book.poolOf(THIRD);
        assertEq(pool.assets, 0, "no assets");
        assertEq(pool.shares, 0, "no shares");
        pass(UNBONDING + WINDOW / 16);
        uint256 paid = withdraw(THIRD, ANNA, cohort) + withdraw(THIRD, BORIS, cohort);
        assertEq(paid + taken, bound(a, 1e9, MILLION) + bound(b, 1e9, MILLION), "all of it");
    }

    /// @dev K9: jail, striking off and a slash of everything else stop nobody who waited.
    function test_leave_fromAClosedPool_isPaid() public {
        delegate(FIRST, ANNA, 10e18);
        uint256 cohort = book.currentCohort();
        undelegate(FIRST, ANNA, 4e18);
        book.jail(FIRST, 365 days);
        book.strikeOff(FIRST);
        uint256 later = book.currentCohort();
        undelegate(FIRST, ANNA, 6e18);
        assertEq(later, cohort, "same cohort");
        pass(UNBONDING + WINDOW / 16);
        slashNow(FIRST, 1e18);
        assertEq(withdraw(FIRST, ANNA, cohort), 10e18, "paid");
    }

    /// @dev A cohort whose shares are worth next to nothing would make those of whoever comes after it outgrow their word.
    function test_leave_afterACohortWasSlashedAway_usesTheNext() public {
        delegate(FIRST, ANNA, 10e18);
        uint256 cohort = book.currentCohort();
        undelegate(FIRST, ANNA, 10e18);
        slashNow(FIRST, 1e18);
        open(THIRD, 0);
        delegate(THIRD, BORIS, 8e18);
        delegate(THIRD, ANNA, 8e18);
        undelegate(THIRD, ANNA, 8e18);
        slashNow(THIRD, 1e18 - 1);
        undelegate(THIRD, BORIS, 8e18);
        (uint256 shares,,) = book.exitOf(THIRD, cohort, BORIS);
        assertEq(shares, 0, "not in the dead cohort");
        (shares,,) = book.exitOf(THIRD, cohort + 1, BORIS);
        assertEq(shares, 8, "in the next");
        // What waits there can still be slashed.
        assertEq(slashNow(THIRD, 0.5e18), 8, "half of it, and of the other");
        pass(UNBONDING + 2 * (WINDOW / 16));
        assertEq(withdraw(THIRD, BORIS, cohort + 1), 4, "the rest");
        assertEq(withdraw(THIRD, ANNA, cohort), 4, "and hers");
    }
}
