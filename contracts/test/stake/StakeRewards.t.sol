// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IStakeBook, StakePool} from "../../src/stake/interfaces/IStakeBook.sol";
import {StakeFixture} from "../support/StakeFixture.sol";

/// @dev K5 and what K10 says of rewards. A reward of 1000 pays 100 of commission.
contract StakeRewardsTest is StakeFixture {
    uint256 internal constant REWARD = 1000e18;

    function rewardsOf(address operator, address delegator) internal view returns (uint256) {
        return book.delegationOf(operator, delegator).rewards;
    }

    function test_reward_isReleasedOverAWeek_proRata() public {
        delegate(FIRST, ANNA, 3 * MILLION);
        book.reward(FIRST, REWARD);
        assertEq(rewardsOf(FIRST, ANNA), 0, "nothing yet");
        assertEq(book.poolOf(FIRST).commissionEarned, 100e18, "commission at once");
        pass(7 days / 2);
        assertEq(rewardsOf(FIRST, ANNA), 337.5e18, "half of three quarters");
        pass(7 days / 2);
        assertEq(rewardsOf(FIRST, ANNA), 675e18, "three quarters");
        pass(100 days);
        assertEq(rewardsOf(FIRST, ANNA), 675e18, "no more");
        assertEq(rewardsOf(FIRST, FIRST), 225e18, "the operator's own stake");
        uint256 balance = token.balanceOf(ANNA);
        vm.prank(ANNA);
        assertEq(book.claimRewards(FIRST), 675e18, "claimed");
        assertEq(token.balanceOf(ANNA) - balance, 675e18, "received");
        vm.expectRevert(abi.encodeWithSelector(IStakeBook.StakeAmountZero.selector));
        vm.prank(ANNA);
        book.claimRewards(FIRST);
    }

    /// @dev Who comes for the block of a reward and leaves takes nothing of it; who comes for an hour takes an hour's part.
    function test_reward_comingForABlock_takesNothing() public {
        delegate(FIRST, ANNA, 3 * MILLION);
        book.reward(FIRST, REWARD);
        undelegate(FIRST, ANNA, 3 * MILLION);
        pass(7 days);
        assertEq(rewardsOf(FIRST, ANNA), 0, "nothing");
        assertEq(rewardsOf(FIRST, FIRST), 900e18, "who stayed has it");
    }

    /// @dev Nor does time in which too little was due to be released count for a reward that comes later.
    function test_reward_afterIdleTime_isNotDueAtOnce() public {
        vm.prank(BORIS);
        book.reward(FIRST, 1);
        pass(365 days);
        delegate(FIRST, ANNA, 3 * MILLION);
        book.reward(FIRST, REWARD);
        assertTrue(rewardsOf(FIRST, ANNA) < 2, "nothing yet");
        pass(1);
        assertTrue(rewardsOf(FIRST, ANNA) < 0.002e18, "a second's part");
    }

    function test_reward_whileNobodyIsThere_waits() public {
        open(THIRD, 0);
        book.reward(THIRD, REWARD);
        pass(30 days);
        delegate(THIRD, ANNA, 1e18);
        assertEq(rewardsOf(THIRD, ANNA), 0, "nothing for the time before");
        pass(7 days);
        assertTrue(rewardsOf(THIRD, ANNA) + 1 >= 900e18, "all of it then");
    }

    function test_reward_followsShares_atEveryTime() public {
        book.reward(FIRST, REWARD);
        pass(7 days / 2);
        delegate(FIRST, ANNA, MILLION);
        pass(7 days);
        // Half was released to the operator alone; the rest begins its week anew with the change, and is released in it.
        assertTrue(rewardsOf(FIRST, FIRST) - 675e18 < 2, "half, and half of the rest");
        assertEq(rewardsOf(FIRST, ANNA), 225e18, "half of the rest");
        undelegate(FIRST, ANNA, MILLION);
        pass(1 days);
        assertEq(rewardsOf(FIRST, ANNA), 225e18, "kept after leaving");
        vm.prank(ANNA);
        book.claimRewards(FIRST);
    }

    function test_reward_slash_leavesRewards() public {
        delegate(FIRST, ANNA, MILLION);
        book.reward(FIRST, REWARD);
        pass(7 days);
        slashNow(FIRST, 1e18);
        vm.prank(ANNA);
        assertEq(book.claimRewards(FIRST), 450e18, "earned before");
    }

    /// @dev Anybody may give a little at any time; it dilutes and delays nobody by more than that the rest is released slower and slower.
    function test_reward_dust_doesNotStopTheStream() public {
        book.reward(FIRST, REWARD);
        for (uint256 i = 0; i < 70; ++i) {
            pass(7 days / 70);
            vm.prank(BORIS);
            book.reward(FIRST, 1);
        }
        // At worst 1 - 1/e of the whole instead of all of it.
        assertTrue(rewardsOf(FIRST, FIRST) > 900e18 * 63 / 100, "most of it");
    }

    function test_reward_zeroAndUnknown_revert() public {
        vm.expectRevert(abi.encodeWithSelector(IStakeBook.StakeAmountZero.selector));
        book.reward(FIRST, 0);
        vm.expectRevert(abi.encodeWithSelector(IStakeBook.StakeOperatorUnknown.selector, THIRD));
        book.reward(THIRD, 1);
    }

    function test_commission_isClaimedByTheOperatorAlone() public {
        book.reward(FIRST, REWARD);
        uint256 balance = token.balanceOf(FIRST);
        vm.prank(FIRST);
        assertEq(book.claimCommission(), 100e18, "claimed");
        assertEq(token.balanceOf(FIRST) - balance, 100e18, "received");
        vm.expectRevert(abi.encodeWithSelector(IStakeBook.StakeAmountZero.selector));
        vm.prank(FIRST);
        book.claimCommission();
        vm.expectRevert(abi.encodeWithSelector(IStakeBook.StakeOperatorUnknown.selector, ANNA));
        vm.prank(ANNA);
        book.claimCommission();
    }

    /// @dev K5: what all may claim is never more than what came, and what is lost to rounding stays below a unit each.
    function testFuzz_reward_sumsUp(uint96 a, uint96 b, uint96 amount, uint32 wait) public {
        delegate(FIRST, ANNA, bound(a, 1, MILLION));
        delegate(FIRST, BORIS, bound(b, 1, MILLION));
        uint256 sum = bound(amount, 1, 1e24);
        book.reward(FIRST, sum);
        pass(bound(wait, 0, 14 days));
        StakePool memory pool = book.poolOf(FIRST);
        uint256 claims = rewardsOf(FIRST, FIRST) + rewardsOf(FIRST, ANNA) + rewardsOf(FIRST, BORIS);
        assertEq(pool.owed + pool.undistributed + pool.commissionEarned, sum, "all of it is somewhere");
        assertTrue(claims <= pool.owed, "never more than owed");
        assertTrue(pool.owed - claims < 4, "rounding below a unit each");
    }
}
