// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {StakeRegistration} from "../../src/stake/interfaces/IStakeBook.sol";
import {IStakeVotes} from "../../src/stake/interfaces/IStakeVotes.sol";
import {StakeParameters} from "../../src/stake/StakeBase.sol";
import {StakeBook} from "../../src/stake/StakeBook.sol";
import {IOraclePower} from "../../src/oracle/interfaces/IOraclePower.sol";
import {MedToken} from "../../src/token/MedToken.sol";
import {Test} from "./Test.sol";

/// @dev A StakeBook with two operators, each with a million MED of its own, and delegators who hold a million each. This contract has every role.
abstract contract StakeFixture is Test {
    uint40 internal constant UNBONDING = 21 days;
    uint40 internal constant WINDOW = 16 days;
    uint256 internal constant LEAST = 1000e18;
    uint256 internal constant CAP = 5_000_000e18;
    uint256 internal constant MILLION = 1_000_000e18;
    address internal constant TREASURY = address(0x7ea5);
    address internal constant ANNA = address(0xa22a);
    address internal constant BORIS = address(0xb015);
    address internal constant STRANGER = address(0x57a9e);
    address internal constant FIRST = address(0x0901);
    address internal constant SECOND = address(0x0902);
    address internal constant THIRD = address(0x0903);

    AccessManager internal manager;
    MedToken internal token;
    StakeBook internal book;
    IStakeVotes internal votes;
    IOraclePower internal power;

    function setUp() public virtual {
        vm.warp(1_900_000_000);
        manager = AccessManager(shipped("accessManager", abi.encode(address(this))));
        token = MedToken(shipped("medToken", abi.encode(address(this), 1e27)));
        book = StakeBook(shipped("stakeBook", abi.encode(address(manager), token, parameters())));
        votes = book.votes();
        power = book;
        address[5] memory holders = [FIRST, SECOND, THIRD, ANNA, BORIS];
        for (uint256 i = 0; i < holders.length; ++i) {
            token.transfer(holders[i], 3 * MILLION);
            vm.prank(holders[i]);
            token.approve(address(book), type(uint256).max);
        }
        token.approve(address(book), type(uint256).max);
        open(FIRST, MILLION);
        open(SECOND, MILLION);
    }

    function parameters() internal pure returns (StakeParameters memory) {
        return StakeParameters({
            unbondingPeriod: UNBONDING,
            slashWindow: WINDOW,
            powerCap: CAP,
            leastSelfStake: LEAST,
            treasury: TREASURY
        });
    }

    function registration() internal pure returns (StakeRegistration memory) {
        return StakeRegistration({commissionBps: 1000, commissionCapBps: 3000, maximumChangeBps: 200});
    }

    function open(address operator, uint256 selfStake) internal {
        vm.prank(operator);
        book.registerOperator(registration());
        if (selfStake != 0) delegate(operator, operator, selfStake);
    }

    function delegate(address operator, address delegator, uint256 assets) internal returns (uint256) {
        vm.prank(delegator);
        return book.delegate(operator, assets);
    }

    function undelegate(address operator, address delegator, uint256 shares) internal returns (uint256) {
        vm.prank(delegator);
        return book.undelegate(operator, shares);
    }

    function redelegate(address source, address target, address delegator, uint256 shares) internal returns (uint256) {
        vm.prank(delegator);
        return book.redelegate(source, target, shares);
    }

    function withdraw(address operator, address delegator, uint256 cohort) internal returns (uint256) {
        vm.prank(delegator);
        return book.withdraw(operator, cohort);
    }

    function slashNow(address operator, uint256 fraction) internal returns (uint256) {
        return book.slash(operator, fraction, uint40(block.timestamp));
    }

    function sharesOf(address operator, address delegator) internal view returns (uint256) {
        return book.delegationOf(operator, delegator).shares;
    }

    function assetsOf(address operator, address delegator) internal view returns (uint256) {
        return book.delegationOf(operator, delegator).assets;
    }

    function pass(uint256 time) internal {
        vm.warp(block.timestamp + time);
    }
}
