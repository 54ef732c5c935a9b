// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IStakeBook, StakeSlash} from "../../src/stake/interfaces/IStakeBook.sol";
import {StakeFixture} from "../support/StakeFixture.sol";

/// @dev K4, K7 and K13.
contract StakeSlashTest is StakeFixture {
    function test_slash_takesFromEverybody_pays() public {
        delegate(FIRST, ANNA, MILLION);
        uint256 balance = token.balanceOf(address(this));
        assertEq(slashNow(FIRST, 0.1e18), MILLION / 5, "a tenth of two million");
        assertEq(token.balanceOf(address(this)) - balance, MILLION / 5, "received");
        assertEq(assetsOf(FIRST, ANNA), MILLION * 9 / 10, "hers");
        assertEq(book.selfStakeOf(FIRST), MILLION * 9 / 10, "the operator's");
        assertEq(book.poolOf(SECOND).assets, MILLION, "nobody else's");
        assertEq(book.slashCount(FIRST), 1, "counted");
        StakeSlash memory entry = book.slashOf(FIRST, 0);
        assertEq(entry.actedAt, block.timestamp, "time");
        assertEq(entry.fraction, 0.1e18, "fraction");
    }

    /// @dev K7: whoever was bonded when it happened pays, wherever they are; whoever had left before does not.
    function test_slash_reachesUnbonding_sinceTheAct() public {
        delegate(FIRST, ANNA, 100e18);
        delegate(FIRST, BORIS, 100e18);
        uint256 before = book.currentCohort();
        undelegate(FIRST, BORIS, 100e18);
        pass(2 days);
        uint40 actedAt = uint40(block.timestamp);
        pass(3 days);
        uint256 since = book.currentCohort();
        undelegate(FIRST, ANNA, 100e18);
        pass(5 days);
        uint256 amount = book.slash(FIRST, 0.5e18, actedAt);
        assertEq(amount, MILLION / 2 + 50e18, "bonded and unbonding");
        (, uint256 assets,) = book.exitOf(FIRST, before, BORIS);
        assertEq(assets, 100e18, "who had left before");
        (, assets,) = book.exitOf(FIRST, since, ANNA);
        assertEq(assets, 50e18, "who left after");
    }

    /// @dev The cohort of the act counts against who leaves, the one before does not.
    function test_slash_cohortOfTheAct() public {
        uint40 length = book.cohortLength();
        vm.warp((block.timestamp / length + 1) * length);
        delegate(FIRST, ANNA, 200e18);
        uint256 cohort = book.currentCohort();
        undelegate(FIRST, ANNA, 100e18);
        pass(length);
        undelegate(FIRST, ANNA, 100e18);
        uint40 lastOfFirst = uint40((cohort + 1) * length - 1);
        uint256 snapshot = book.slash(FIRST, 0.1e18, lastOfFirst + 1);
        assertEq(snapshot, MILLION / 10 + 10e18, "the second cohort alone");
        uint256 both = book.slash(FIRST, 0.1e18, lastOfFirst);
        assertEq(both, MILLION * 9 / 100 + 10e18 + 9e18, "both cohorts");
    }

    function test_slash_window_toTheSecond() public {
        uint256 nowSec = block.timestamp;
        expectOutside(nowSec - WINDOW - 1);
        book.slash(FIRST, 1, uint40(nowSec - WINDOW - 1));
        expectOutside(nowSec + 1);
        book.slash(FIRST, 1, uint40(nowSec + 1));
        book.slash(FIRST, 0.1e18, uint40(nowSec - WINDOW));
        book.slash(FIRST, 0.1e18, uint40(nowSec));
    }

    function expectOutside(uint256 actedAt) private {
        vm.expectRevert(
            abi.encodeWithSelector(
                IStakeBook.StakeActOutsideWindow.selector, actedAt, block.timestamp - WINDOW, block.timestamp
            )
        );
    }

    function test_slash_fraction_limits() public {
        vm.expectRevert(abi.encodeWithSelector(IStakeBook.StakeFractionInvalid.selector, 0));
        slashNow(FIRST, 0);
        vm.expectRevert(abi.encodeWithSelector(IStakeBook.StakeFractionInvalid.selector, 1e18 + 1));
        slashNow(FIRST, 1e18 + 1);
        assertEq(slashNow(FIRST, 1), MILLION / 1e18, "the least");
        assertEq(slashNow(FIRST, 1e18), MILLION - MILLION / 1e18, "all");
        assertEq(slashNow(FIRST, 1e18), 0, "nothing more");
        vm.expectRevert(abi.encodeWithSelector(IStakeBook.StakeOperatorUnknown.selector, THIRD));
        slashNow(THIRD, 1);
    }

    /// @dev K4.
    function testFuzz_slash_conserves(uint96 bonded, uint96 unbonding, uint64 one, uint64 two) public {
        uint256 stake = bound(bonded, 2, MILLION);
        delegate(FIRST, ANNA, stake);
        uint256 cohort = book.currentCohort();
        undelegate(FIRST, ANNA, bound(unbonding, 1, stake - 1));
        uint256 held = token.balanceOf(address(book));
        uint256 taken = slashNow(FIRST, bound(one, 1, 1e18)) + slashNow(FIRST, bound(two, 1, 1e18));
        assertEq(token.balanceOf(address(book)) + taken, held, "what is taken is paid");
        (, uint256 exit,) = book.exitOf(FIRST, cohort, ANNA);
        assertEq(book.poolOf(FIRST).assets + exit + MILLION, token.balanceOf(address(book)), "what is left is there");
    }

    function test_slash_rolesOnly() public {
        bytes memory refusal = abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, STRANGER);
        vm.expectRevert(refusal);
        vm.prank(STRANGER);
        book.slash(FIRST, 1, uint40(block.timestamp));
    }

    /// @dev Nothing that others can lengthen: a slash over a full window of exits by many costs what one by few costs.
    function test_slash_gas_isBounded() public {
        delegate(FIRST, ANNA, 100e18);
        delegate(FIRST, BORIS, 100e18);
        uint40 actedAt = uint40(block.timestamp);
        for (uint256 i = 0; i < 16; ++i) {
            undelegate(FIRST, ANNA, 1e18);
            undelegate(FIRST, BORIS, 1e18);
            pass(1 days);
        }
        uint256 gas = gasleft();
        book.slash(FIRST, 0.5e18, actedAt);
        gas -= gasleft();
        assertTrue(gas < 400_000, "bounded");
    }
}
