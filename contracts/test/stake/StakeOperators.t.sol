// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IStakeBook, StakePool, StakeRegistration} from "../../src/stake/interfaces/IStakeBook.sol";
import {StakeFixture} from "../support/StakeFixture.sol";

/// @dev K10 to K13.
contract StakeOperatorsTest is StakeFixture {
    function test_register_limits() public {
        StakeRegistration memory wrong = registration();
        wrong.commissionCapBps = 5001;
        expectAboveCap(5001, 5000);
        register(THIRD, wrong);
        wrong = registration();
        wrong.commissionBps = 3001;
        expectAboveCap(3001, 3000);
        register(THIRD, wrong);
        wrong = registration();
        wrong.maximumChangeBps = 3001;
        expectAboveCap(3001, 3000);
        register(THIRD, wrong);
        register(THIRD, StakeRegistration({commissionBps: 5000, commissionCapBps: 5000, maximumChangeBps: 5000}));
        StakePool memory pool = book.poolOf(THIRD);
        assertTrue(pool.registered && !pool.struckOff, "registered");
        assertEq(pool.commissionBps, 5000, "commission");
        assertEq(pool.commissionCapBps, 5000, "cap");
        assertEq(pool.maximumChangeBps, 5000, "maximum change");
        vm.expectRevert(abi.encodeWithSelector(IStakeBook.StakeOperatorKnown.selector, THIRD));
        register(THIRD, registration());
    }

    function register(address operator, StakeRegistration memory value) private {
        vm.prank(operator);
        book.registerOperator(value);
    }

    function announce(uint16 commissionBps) private {
        vm.prank(FIRST);
        book.announceCommission(commissionBps);
    }

    function expectAboveCap(uint256 value, uint256 cap) private {
        vm.expectRevert(abi.encodeWithSelector(IStakeBook.StakeCommissionAboveCap.selector, value, cap));
    }

    function expectTooSoon(uint256 allowedAt) private {
        vm.expectRevert(abi.encodeWithSelector(IStakeBook.StakeCommissionChangeTooSoon.selector, allowedAt));
    }

    function test_commission_changesOnceADay_afterNotice() public {
        uint256 day = 24 hours;
        uint256 registeredAt = block.timestamp;
        expectTooSoon(registeredAt + day);
        announce(1100);
        vm.warp(registeredAt + day - 1);
        expectTooSoon(registeredAt + day);
        announce(1100);
        vm.warp(registeredAt + day);
        announce(1200);
        assertEq(book.poolOf(FIRST).commissionBps, 1000, "not in force");
        assertEq(book.poolOf(FIRST).pendingBps, 1200, "announced");
        assertEq(book.poolOf(FIRST).pendingAt, registeredAt + 2 * day, "when");
        vm.warp(registeredAt + 2 * day - 1);
        assertEq(book.poolOf(FIRST).commissionBps, 1000, "not yet");
        expectTooSoon(registeredAt + 2 * day);
        announce(1300);
        book.reward(FIRST, 1000);
        assertEq(book.poolOf(FIRST).commissionEarned, 100, "a reward pays what is in force");
        vm.warp(registeredAt + 2 * day);
        assertEq(book.poolOf(FIRST).commissionBps, 1200, "in force");
        assertEq(book.poolOf(FIRST).pendingAt, 0, "nothing announced");
        book.reward(FIRST, 1000);
        assertEq(book.poolOf(FIRST).commissionEarned, 220, "now the new one");
        announce(1250);
        assertEq(book.poolOf(FIRST).commissionBps, 1200, "the one before stays until then");
    }

    function test_commission_risesByTheMaximumChange_fallsByAny() public {
        pass(1 days);
        vm.expectRevert(abi.encodeWithSelector(IStakeBook.StakeCommissionChangeTooLarge.selector, 201, 200));
        announce(1201);
        announce(1200);
        pass(1 days);
        announce(0);
        pass(1 days);
        assertEq(book.poolOf(FIRST).commissionBps, 0, "fell");
        for (uint16 bps = 200; bps <= 3000; bps += 200) {
            announce(bps);
            pass(1 days);
        }
        expectAboveCap(3001, 3000);
        announce(3001);
        vm.expectRevert(abi.encodeWithSelector(IStakeBook.StakeOperatorUnknown.selector, THIRD));
        vm.prank(THIRD);
        book.announceCommission(1);
    }

    /// @dev K11.
    function test_power_isBondedStake_upToTheCap() public {
        assertEq(power.powerOf(FIRST), MILLION, "its own");
        delegate(FIRST, ANNA, 3 * MILLION);
        assertEq(power.powerOf(FIRST), 4 * MILLION, "and delegated");
        delegate(FIRST, BORIS, 2 * MILLION);
        assertEq(power.powerOf(FIRST), CAP, "capped");
        book.setPowerCap(2 * MILLION);
        assertEq(power.powerOf(FIRST), 2 * MILLION, "another cap");
        undelegate(FIRST, ANNA, 3 * MILLION);
        undelegate(FIRST, BORIS, 2 * MILLION);
        assertEq(power.powerOf(FIRST), MILLION, "unbonding weighs nothing");
        assertEq(power.powerOf(THIRD), 0, "unknown");
    }

    function test_power_needsTheLeastSelfStake() public {
        open(THIRD, LEAST);
        delegate(THIRD, ANNA, MILLION);
        assertEq(power.powerOf(THIRD), MILLION + LEAST, "enough");
        undelegate(THIRD, THIRD, 1);
        assertEq(power.powerOf(THIRD), 0, "one unit short");
        assertTrue(!book.isFit(THIRD), "unfit");
        book.setLeastSelfStake(LEAST - 1);
        assertEq(power.powerOf(THIRD), MILLION + LEAST - 1, "enough again");
        slashNow(THIRD, 0.5e18);
        assertEq(power.powerOf(THIRD), 0, "slashed below it");
    }

    /// @dev K12.
    function test_jail_endsByTimeAndCall() public {
        uint256 nowSec = block.timestamp;
        book.jail(FIRST, 10 days);
        assertEq(power.powerOf(FIRST), 0, "no power");
        book.jail(FIRST, 5 days);
        assertEq(book.poolOf(FIRST).jailedUntil, nowSec + 10 days, "a shorter term takes nothing off");
        vm.warp(nowSec + 10 days - 1);
        vm.expectRevert(abi.encodeWithSelector(IStakeBook.StakeStillJailed.selector, nowSec + 10 days));
        unjail(FIRST);
        vm.warp(nowSec + 10 days);
        assertEq(power.powerOf(FIRST), 0, "not by itself");
        unjail(FIRST);
        assertEq(power.powerOf(FIRST), MILLION, "free");
        vm.expectRevert(abi.encodeWithSelector(IStakeBook.StakeNotJailed.selector, FIRST));
        unjail(FIRST);
        vm.expectRevert(abi.encodeWithSelector(IStakeBook.StakeOperatorUnknown.selector, THIRD));
        book.jail(THIRD, 1);
    }

    function unjail(address operator) private {
        vm.prank(operator);
        book.unjail();
    }

    function test_unjail_needsTheLeastSelfStake() public {
        open(THIRD, LEAST);
        book.jail(THIRD, 1 days);
        undelegate(THIRD, THIRD, 1);
        pass(1 days);
        vm.expectRevert(abi.encodeWithSelector(IStakeBook.StakeSelfStakeLow.selector, LEAST - 1, LEAST));
        unjail(THIRD);
        delegate(THIRD, THIRD, 1);
        unjail(THIRD);
    }

    function test_jail_tooLong_reverts() public {
        vm.expectRevert();
        book.jail(FIRST, type(uint40).max);
        assertEq(book.poolOf(FIRST).jailedUntil, 0, "unchanged");
    }

    function test_strikeOff_isForEver() public {
        book.jail(FIRST, 1);
        book.strikeOff(FIRST);
        pass(1 days);
        vm.expectRevert(abi.encodeWithSelector(IStakeBook.StakeStruckOff.selector, FIRST));
        unjail(FIRST);
        vm.expectRevert(abi.encodeWithSelector(IStakeBook.StakeStruckOff.selector, FIRST));
        book.strikeOff(FIRST);
        book.strikeOff(SECOND);
        assertEq(power.powerOf(SECOND), 0, "no power");
        vm.expectRevert(abi.encodeWithSelector(IStakeBook.StakeOperatorKnown.selector, SECOND));
        register(SECOND, registration());
        undelegate(SECOND, SECOND, MILLION);
    }

    /// @dev K13.
    function test_roles_only() public {
        bytes[6] memory calls = [
            abi.encodeCall(IStakeBook.jail, (FIRST, 1)),
            abi.encodeCall(IStakeBook.strikeOff, (FIRST)),
            abi.encodeCall(IStakeBook.slash, (FIRST, 1, uint40(block.timestamp))),
            abi.encodeCall(IStakeBook.setPowerCap, (1)),
            abi.encodeCall(IStakeBook.setLeastSelfStake, (1)),
            abi.encodeCall(IStakeBook.setTreasury, (STRANGER))
        ];
        for (uint256 i = 0; i < calls.length; ++i) {
            vm.prank(STRANGER);
            (bool succeeded, bytes memory answer) = address(book).call(calls[i]);
            assertTrue(!succeeded, "refused");
            assertEq(bytes32(bytes4(answer)), bytes32(IAccessManaged.AccessManagedUnauthorized.selector), "by the manager");
            (succeeded,) = address(book).call(calls[i]);
            assertTrue(succeeded, "the role may");
        }
        assertEq(book.treasury(), STRANGER, "treasury");
        assertEq(book.powerCap(), 1, "power cap");
        assertEq(book.leastSelfStake(), 1, "least self-stake");
        vm.expectRevert(abi.encodeWithSelector(IStakeBook.StakeParameterInvalid.selector, "treasury"));
        book.setTreasury(address(book));
    }
}
