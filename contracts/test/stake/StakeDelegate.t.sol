// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IStakeBook, StakePool} from "../../src/stake/interfaces/IStakeBook.sol";
import {StakeBook} from "../../src/stake/StakeBook.sol";
import {StakeParameters} from "../../src/stake/StakeBase.sol";
import {StakeFixture} from "../support/StakeFixture.sol";
import {CallbackToken, FeeToken} from "../support/Tokens.sol";

/// @dev K1 to K3, where stake comes in.
contract StakeDelegateTest is StakeFixture {
    function test_delegate_givesShares_oneForOne() public {
        uint256 shares = delegate(FIRST, ANNA, 5e18);
        assertEq(shares, 5e18, "shares");
        assertEq(assetsOf(FIRST, ANNA), 5e18, "assets");
        StakePool memory pool = book.poolOf(FIRST);
        assertEq(pool.assets, MILLION + 5e18, "pool");
        assertEq(token.balanceOf(address(book)), 2 * MILLION + 5e18, "held");
    }

    function test_delegate_afterSlash_givesMoreShares() public {
        slashNow(FIRST, 0.5e18);
        uint256 shares = delegate(FIRST, ANNA, 5e18);
        assertEq(shares, 10e18, "shares");
        assertEq(assetsOf(FIRST, ANNA), 5e18, "assets");
    }

    function test_delegate_zero_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IStakeBook.StakeAmountZero.selector));
        delegate(FIRST, ANNA, 0);
    }

    function test_delegate_unknownOperator_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IStakeBook.StakeOperatorUnknown.selector, THIRD));
        delegate(THIRD, ANNA, 1);
    }

    function test_delegate_struckOff_reverts() public {
        book.strikeOff(FIRST);
        vm.expectRevert(abi.encodeWithSelector(IStakeBook.StakePoolClosed.selector, FIRST));
        delegate(FIRST, ANNA, 1);
    }

    /// @dev At a rate of one millionth the pool is open, below it is closed.
    function test_delegate_slashedAway_reverts() public {
        slashNow(FIRST, 1e18 - 1e12);
        assertEq(book.poolOf(FIRST).assets * 1e6, book.poolOf(FIRST).shares, "rate");
        delegate(FIRST, ANNA, 1);
        assertEq(sharesOf(FIRST, ANNA), 1e6, "shares");
        slashNow(FIRST, 1e6);
        vm.expectRevert(abi.encodeWithSelector(IStakeBook.StakePoolClosed.selector, FIRST));
        delegate(FIRST, ANNA, 1);
        slashNow(FIRST, 1e18);
        vm.expectRevert(abi.encodeWithSelector(IStakeBook.StakePoolClosed.selector, FIRST));
        delegate(FIRST, ANNA, 1e18);
    }

    /// @dev K2: whatever an attacker puts, sends and takes first, the next depositor loses less than a share, which is at most one unit.
    function testFuzz_delegate_firstDepositor_takesNothing(uint96 first, uint96 gift, uint96 left, uint96 next) public {
        open(THIRD, 0);
        uint256 stake = bound(first, 1, MILLION);
        uint256 shares = delegate(THIRD, ANNA, stake);
        vm.prank(ANNA);
        token.transfer(address(book), bound(gift, 0, MILLION));
        vm.prank(ANNA);
        book.reward(THIRD, 1 + gift % MILLION);
        pass(30 days);
        uint256 leaving = bound(left, 0, shares - 1);
        if (leaving != 0) undelegate(THIRD, ANNA, leaving);
        uint256 amount = bound(next, 1, MILLION);
        delegate(THIRD, BORIS, amount);
        assertEq(assetsOf(THIRD, BORIS), amount, "nothing lost");
    }

    /// @dev The same after slashes, when shares are worth less than one.
    function testFuzz_delegate_afterSlashes_losesLessThanAUnit(uint64 one, uint64 two, uint96 first, uint96 next) public {
        open(THIRD, 0);
        delegate(THIRD, ANNA, bound(first, 1e6, MILLION));
        slashNow(THIRD, bound(one, 1, 0.9e18));
        slashNow(THIRD, bound(two, 1, 0.9e18));
        uint256 amount = bound(next, 1, MILLION);
        delegate(THIRD, BORIS, amount);
        assertTrue(assetsOf(THIRD, BORIS) + 1 >= amount, "less than a unit");
        assertTrue(assetsOf(THIRD, BORIS) <= amount, "never a gain");
        StakePool memory pool = book.poolOf(THIRD);
        assertTrue(pool.assets <= pool.shares, "a share is worth at most one");
    }

    function test_delegate_tokenThatKeepsAFee_reverts() public {
        FeeToken fee = new FeeToken(address(this));
        StakeBook other = StakeBook(shipped("stakeBook", abi.encode(address(manager), fee, parameters())));
        fee.approve(address(other), type(uint256).max);
        other.registerOperator(registration());
        vm.expectRevert(abi.encodeWithSelector(IStakeBook.StakeTokenShort.selector, 100, 99));
        other.delegate(address(this), 100);
        vm.expectRevert(abi.encodeWithSelector(IStakeBook.StakeTokenShort.selector, 100, 99));
        other.reward(address(this), 100);
    }

    function test_delegate_tokenThatCallsBack_findsTheDoorClosed() public {
        CallbackToken callback = new CallbackToken(address(this));
        StakeBook other = StakeBook(shipped("stakeBook", abi.encode(address(manager), callback, parameters())));
        callback.approve(address(other), type(uint256).max);
        other.registerOperator(registration());
        other.delegate(address(this), 100);
        bytes[8] memory calls = [
            abi.encodeCall(IStakeBook.delegate, (address(this), 1)),
            abi.encodeCall(IStakeBook.undelegate, (address(this), 1)),
            abi.encodeCall(IStakeBook.redelegate, (address(this), address(1), 1)),
            abi.encodeCall(IStakeBook.withdraw, (address(this), 0)),
            abi.encodeCall(IStakeBook.claimRewards, (address(this))),
            abi.encodeCall(IStakeBook.reward, (address(this), 1)),
            abi.encodeCall(IStakeBook.settleLiens, (address(this), address(this), 1)),
            abi.encodeCall(IStakeBook.sync, (address(this), address(this)))
        ];
        for (uint256 i = 0; i < calls.length; ++i) {
            callback.arm(address(other), calls[i]);
            other.delegate(address(this), 1);
            assertTrue(callback.called() && !callback.succeeded(), "refused");
            assertEq(
                bytes32(bytes4(callback.answer())),
                bytes32(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector),
                "by the guard"
            );
        }
    }

    /// @dev K1: what is sent without a call belongs to nobody and moves nothing.
    function test_gift_changesNothing() public {
        StakePool memory before = book.poolOf(FIRST);
        token.transfer(address(book), 7e18);
        assertEq(keccak256(abi.encode(book.poolOf(FIRST))), keccak256(abi.encode(before)), "pool");
        assertEq(delegate(FIRST, ANNA, 1e18), 1e18, "shares");
    }

    function test_construct_refusesParameters() public {
        StakeParameters memory wrong = parameters();
        wrong.slashWindow = 15;
        expectInvalid("slashWindow");
        shipped("stakeBook", abi.encode(address(manager), token, wrong));
        wrong = parameters();
        wrong.unbondingPeriod = WINDOW;
        expectInvalid("unbondingPeriod");
        shipped("stakeBook", abi.encode(address(manager), token, wrong));
        wrong = parameters();
        wrong.treasury = address(0);
        expectInvalid("treasury");
        shipped("stakeBook", abi.encode(address(manager), token, wrong));
        expectInvalid("token");
        shipped("stakeBook", abi.encode(address(manager), IERC20(address(1)), parameters()));
        wrong = parameters();
        wrong.slashWindow = 16;
        wrong.unbondingPeriod = 17;
        assertEq(StakeBook(shipped("stakeBook", abi.encode(address(manager), token, wrong))).cohortLength(), 1, "smallest");
    }

    function expectInvalid(string memory name) private {
        vm.expectRevert(abi.encodeWithSelector(IStakeBook.StakeParameterInvalid.selector, name));
    }
}
