// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {StakeDelegation, StakePool} from "../../src/stake/interfaces/IStakeBook.sol";
import {Player} from "../support/Player.sol";
import {StakeFixture} from "../support/StakeFixture.sol";

/// @dev Plays operators, delegators and the slashing role at random. It counts for itself what went in and out, and who owns what.
contract StakePlayer is StakeFixture, Player {
    struct Exit {
        address operator;
        address delegator;
        uint256 cohort;
        uint256 startedAt;
    }

    address[3] internal operators = [FIRST, SECOND, THIRD];
    address[5] internal delegators = [FIRST, SECOND, THIRD, ANNA, BORIS];
    Exit[] internal exits;
    uint256 public calls;
    uint256 public received;
    uint256 public paid;
    uint256 public taken;
    uint256 public gifts;

    constructor() {
        setUp();
        open(THIRD, MILLION);
        received = 3 * MILLION;
        expectReached("delegation");
        expectReached("dust");
        expectReached("exit");
        expectReached("redelegation");
        expectReached("withdrawal");
        expectReached("reward");
        expectReached("claim");
        expectReached("commission");
        expectReached("slash");
        expectReached("jail");
        expectReached("release");
    }

    function delegateSome(uint8 who, uint8 where, uint96 amount) external move {
        uint256 assets = bound(amount, 1, MILLION / 4);
        delegate(operatorAt(where), delegatorAt(who), assets);
        received += assets;
        reached("delegation");
        ++calls;
    }

    /// @dev Tiny amounts meet rates that slashing left odd.
    function delegateDust(uint8 who, uint8 where, uint8 amount) external move {
        delegate(operatorAt(where), delegatorAt(who), amount);
        received += amount;
        reached("dust");
        ++calls;
    }

    function undelegateSome(uint8 who, uint8 where, uint96 part) external move {
        (address operator, address delegator) = (operatorAt(where), delegatorAt(who));
        uint256 shares = bound(part, 1, freeOf(operator, delegator));
        exits.push(Exit(operator, delegator, book.currentCohort(), block.timestamp));
        undelegate(operator, delegator, shares);
        reached("exit");
        ++calls;
    }

    function redelegateSome(uint8 who, uint8 from, uint8 to, uint96 part) external move {
        (address source, address delegator) = (operatorAt(from), delegatorAt(who));
        uint256 shares = bound(part, 1, freeOf(source, delegator));
        redelegate(source, operatorAt(to), delegator, shares);
        reached("redelegation");
        ++calls;
    }

    function withdrawSome(uint8 which) external move {
        if (exits.length == 0) revert NothingToMove();
        Exit memory exit = exits[which % exits.length];
        uint256 assets = withdraw(exit.operator, exit.delegator, exit.cohort);
        exits[which % exits.length] = exits[exits.length - 1];
        exits.pop();
        assertTrue(block.timestamp >= exit.startedAt + UNBONDING, "K6: nobody leaves before the window");
        paid += assets;
        reached("withdrawal");
        ++calls;
    }

    function rewardSome(uint8 where, uint96 amount) external move {
        uint256 sum = bound(amount, 1, 1e24);
        book.reward(operatorAt(where), sum);
        received += sum;
        reached("reward");
        ++calls;
    }

    function claimSome(uint8 who, uint8 where) external move {
        vm.prank(delegatorAt(who));
        paid += book.claimRewards(operatorAt(where));
        reached("claim");
        ++calls;
    }

    function claimCommission(uint8 where) external move {
        vm.prank(operatorAt(where));
        paid += book.claimCommission();
        reached("commission");
        ++calls;
    }

    function slashSome(uint8 where, uint64 fraction, uint32 ago) external move {
        address operator = operatorAt(where);
        uint256 held = token.balanceOf(address(book));
        // Small slashes mostly, so that there stays something to play with.
        uint256 part = fraction % 16 == 0 ? bound(fraction, 1, 1e18) : bound(fraction, 1, 0.1e18);
        uint256 amount = book.slash(operator, part, uint40(block.timestamp - bound(ago, 0, WINDOW)));
        assertEq(held - token.balanceOf(address(book)), amount, "K4: what is taken is paid");
        taken += amount;
        reached("slash");
        ++calls;
    }

    function settle(uint8 who, uint8 where, uint8 maximum) external move {
        book.settleLiens(operatorAt(where), delegatorAt(who), maximum);
        ++calls;
    }

    function sync(uint8 who, uint8 where) external move {
        book.sync(operatorAt(where), delegatorAt(who));
        ++calls;
    }

    function give(uint64 amount) external move {
        token.transfer(address(book), amount);
        gifts += amount;
        ++calls;
    }

    function jailSome(uint8 where, uint32 duration) external move {
        book.jail(operatorAt(where), duration % 30 days);
        reached("jail");
        ++calls;
    }

    function unjailSome(uint8 where) external move {
        vm.prank(operatorAt(where));
        book.unjail();
        reached("release");
        ++calls;
    }

    function wait(uint32 time) external move {
        pass(spread(time, 6 days));
        ++calls;
    }

    function freeOf(address operator, address delegator) internal view returns (uint256 free) {
        StakeDelegation memory part = book.delegationOf(operator, delegator);
        free = part.shares - part.locked;
        if (free == 0) revert NothingToMove();
    }

    function operatorAt(uint256 index) internal view returns (address) {
        return operators[index % 3];
    }

    function delegatorAt(uint256 index) internal view returns (address) {
        return delegators[index % 5];
    }

    // ---- what must hold ----

    function assertMoney() external view {
        uint256 owned = 0;
        for (uint256 i = 0; i < 3; ++i) owned += moneyOf(operators[i]);
        uint256 held = token.balanceOf(address(book));
        assertEq(held, owned + gifts, "K1: held = assets + unbonding + rewards");
        assertEq(held + paid + taken + token.balanceOf(TREASURY), received + gifts, "K1: in = out + held");
    }

    function moneyOf(address operator) internal view returns (uint256) {
        StakePool memory pool = book.poolOf(operator);
        return pool.assets + pool.undistributed + pool.owed + pool.commissionEarned + unbondingOf(operator);
    }

    function unbondingOf(address operator) internal view returns (uint256 sum) {
        uint256 last = book.currentCohort() + 1;
        for (uint256 cohort = 1_900_000_000 / book.cohortLength(); cohort <= last; ++cohort) {
            (uint256 assets, uint256 shares) = cohortOf(operator, cohort);
            assertTrue(assets <= shares, "K2: cohorts");
            sum += assets;
        }
    }

    /// @dev A cohort has no getter of its own: its exits tell it, since the last one out takes all.
    function cohortOf(address operator, uint256 cohort) internal view returns (uint256 assets, uint256 shares) {
        bytes32 slot = keccak256(abi.encode(cohort, keccak256(abi.encode(operator, COHORTS_SLOT))));
        bytes32 word = vm.load(address(book), slot);
        assets = uint128(uint256(word));
        shares = uint256(word) >> 128;
    }

    uint256 internal constant COHORTS_SLOT = 7;

    function assertShares() external view {
        for (uint256 i = 0; i < 3; ++i) {
            StakePool memory pool = book.poolOf(operators[i]);
            assertTrue(pool.assets <= pool.shares, "K2: a share is worth at most one unit");
            assertTrue((pool.assets == 0) || (pool.shares != 0), "K2: no assets without shares");
            (uint256 shares, uint256 assets, uint256 rewards) = (0, 0, 0);
            for (uint256 j = 0; j < 5; ++j) {
                StakeDelegation memory part = book.delegationOf(operators[i], delegators[j]);
                (shares, assets, rewards) = (shares + part.shares, assets + part.assets, rewards + part.rewards);
                assertTrue(part.locked <= part.shares, "K8: locked shares are there");
                assertTrue(book.liensOf(operators[i], delegators[j]).length <= 8, "K8: few liens");
            }
            assertEq(shares, pool.shares, "shares add up");
            assertTrue(assets <= pool.assets, "K3: rounding favours the pool");
            assertTrue(rewards <= pool.owed, "K5: never more than was released");
        }
    }

    function assertVotes() external view {
        uint256 sum = 0;
        for (uint256 j = 0; j < 5; ++j) {
            sum += votes.getVotes(delegators[j]);
            uint256 worth = 0;
            for (uint256 i = 0; i < 3; ++i) worth += assetsOf(operators[i], delegators[j]);
            // What rounding leaves to a pool makes its shares dearer by less than a unit a call, and nobody is synced for that.
            assertTrue(votes.unitsOf(delegators[j]) + calls >= worth, "K14: never too few");
        }
        assertEq(sum, totalVotes(), "K14: votes add up");
    }

    function totalVotes() internal view returns (uint256 sum) {
        for (uint256 j = 0; j < 5; ++j) sum += votes.unitsOf(delegators[j]);
    }

    /// @dev From any position everybody gets out with all that is theirs; only what rounding took stays, below a unit for each call.
    function drain() external {
        pass(UNBONDING);
        uint256 cohort = book.currentCohort();
        for (uint256 i = 0; i < 3; ++i) {
            for (uint256 j = 0; j < 5; ++j) {
                book.settleLiens(operators[i], delegators[j], type(uint256).max);
                vm.startPrank(delegators[j]);
                try book.claimRewards(operators[i]) {} catch {}
                uint256 shares = sharesOf(operators[i], delegators[j]);
                if (shares != 0) {
                    try book.undelegate(operators[i], shares) {} catch {}
                }
                vm.stopPrank();
            }
        }
        pass(UNBONDING + 2 days);
        for (uint256 i = 0; i < 3; ++i) {
            for (uint256 j = 0; j < 5; ++j) {
                for (uint256 k = cohort - 22; k <= cohort + 1; ++k) {
                    vm.prank(delegators[j]);
                    try book.withdraw(operators[i], k) {} catch {}
                }
            }
        }
        for (uint256 k = 0; k < exits.length; ++k) {
            vm.prank(exits[k].delegator);
            try book.withdraw(exits[k].operator, exits[k].cohort) {} catch {}
        }
        for (uint256 i = 0; i < 3; ++i) {
            assertTrue(book.poolOf(operators[i]).assets < 6, "nobody's stake stays behind");
            assertTrue(unbondingOf(operators[i]) == 0, "nobody's exit stays behind");
        }
    }
}

contract StakeInvariantTest is StakeFixture {
    StakePlayer internal player;

    function setUp() public override {
        player = new StakePlayer();
        bytes4[] memory selectors = new bytes4[](21);
        selectors[0] = player.delegateSome.selector;
        selectors[1] = player.delegateDust.selector;
        selectors[2] = player.undelegateSome.selector;
        selectors[3] = player.redelegateSome.selector;
        selectors[4] = player.withdrawSome.selector;
        selectors[5] = player.rewardSome.selector;
        selectors[6] = player.claimSome.selector;
        selectors[7] = player.claimCommission.selector;
        selectors[8] = player.slashSome.selector;
        selectors[9] = player.settle.selector;
        selectors[10] = player.sync.selector;
        selectors[11] = player.give.selector;
        selectors[12] = player.jailSome.selector;
        selectors[13] = player.unjailSome.selector;
        selectors[14] = player.wait.selector;
        selectors[15] = player.delegateSome.selector;
        selectors[16] = player.undelegateSome.selector;
        selectors[17] = player.redelegateSome.selector;
        selectors[18] = player.wait.selector;
        selectors[19] = player.withdrawSome.selector;
        selectors[20] = player.withdrawSome.selector;
        targetContract(address(player), selectors);
    }

    function invariant_K1_money() public view {
        player.assertMoney();
    }

    function invariant_K2_K3_K5_K8_shares() public view {
        player.assertShares();
    }

    function invariant_K14_votes() public view {
        player.assertVotes();
    }

    function invariant_K4_K6_movesAgree() public view {
        player.assertAgreed();
    }

    function afterInvariant() public {
        player.reportReached("StakeInvariantTest");
        player.drain();
    }

    /// @dev That the player's moves are not refused for ever: each succeeds in this order.
    function test_player_canMakeEveryMove() public {
        player.delegateSome(3, 0, 2e23);
        player.delegateDust(4, 0, 7);
        player.redelegateSome(3, 0, 1, 1e20);
        player.undelegateSome(3, 0, 1e20);
        player.rewardSome(0, 1e20);
        player.wait(2 days);
        player.claimSome(3, 0);
        player.claimCommission(0);
        player.slashSome(0, 3, 1 days);
        player.settle(3, 1, 4);
        player.sync(3, 0);
        player.give(5);
        player.jailSome(1, 10);
        player.wait(2 days);
        player.unjailSome(1);
        for (uint256 i = 0; i < 20; ++i) player.wait(0);
        player.withdrawSome(0);
        player.assertAgreed();
        assertEq(player.refusals(), 0, "no move is refused");
        player.assertMoney();
        player.assertShares();
        player.assertVotes();
        player.drain();
    }
}
