// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {
    IStakeBook,
    StakeDelegation,
    StakeLien,
    StakePool,
    StakeSlash
} from "./interfaces/IStakeBook.sol";
import {IOraclePower} from "../oracle/interfaces/IOraclePower.sol";
import {StakeBase, StakeParameters} from "./StakeBase.sol";
import {StakeOperators} from "./StakeOperators.sol";

/// @title Stake of operators: delegating, leaving, redelegating, slashing, and what may be read.
contract StakeBook is StakeOperators, IOraclePower {
    using SafeERC20 for IERC20;
    using SafeCast for uint256;

    /// @notice Most liens of a delegator in one pool.
    uint256 public constant MAXIMUM_LIENS = 8;

    constructor(address authority, IERC20 stakeToken, StakeParameters memory parameters)
        StakeBase(authority, stakeToken, parameters)
    {}

    // ---- delegators ----

    /// @inheritdoc IStakeBook
    function delegate(address operator, uint256 assets) external nonReentrant returns (uint256 shares) {
        if (assets == 0) revert StakeAmountZero();
        _accrue(operator, msg.sender);
        _take(assets);
        shares = _mint(operator, msg.sender, assets);
        emit Delegated(operator, msg.sender, assets, shares);
    }

    /// @inheritdoc IStakeBook
    function undelegate(address operator, uint256 shares) external nonReentrant returns (uint256 assets) {
        assets = _leave(operator, shares);
        uint256 index = currentCohort();
        Cohort storage cohort = _cohorts[operator][index];
        // A cohort whose shares are worth next to nothing takes no more of them; the next one does.
        if (cohort.assets * LOWEST_RATE < cohort.shares) cohort = _cohorts[operator][++index];
        (uint256 held, uint256 issued) = (cohort.assets, cohort.shares);
        uint256 exitShares = issued == 0 ? assets : Math.mulDiv(assets, issued, held);
        cohort.assets = (held + assets).toUint128();
        cohort.shares = (issued + exitShares).toUint128();
        _exits[operator][index][msg.sender] += uint128(exitShares);
        emit Undelegated(operator, msg.sender, index, assets, exitShares);
    }

    /// @inheritdoc IStakeBook
    function redelegate(address source, address target, uint256 shares)
        external
        nonReentrant
        returns (uint256 targetShares)
    {
        if (source == target) revert StakeTargetInvalid(target);
        uint256 assets = _leave(source, shares);
        _accrue(target, msg.sender);
        _settleLiens(target, msg.sender, type(uint256).max);
        targetShares = _mint(target, msg.sender, assets);
        StakeLien[] storage liens = _liens[target][msg.sender];
        if (liens.length == MAXIMUM_LIENS) revert StakeLiensFull(MAXIMUM_LIENS);
        liens.push(
            StakeLien({
                source: source,
                startedAt: uint40(block.timestamp),
                shares: uint128(targetShares),
                settled: uint32(_slashes[source].length)
            })
        );
        emit Redelegated(source, target, msg.sender, assets, targetShares);
    }

    /// @inheritdoc IStakeBook
    function withdraw(address operator, uint256 cohort) external nonReentrant returns (uint256 assets) {
        uint256 maturesAt = _maturityOf(cohort);
        if (block.timestamp < maturesAt) revert StakeStillUnbonding(maturesAt);
        uint256 shares = _exits[operator][cohort][msg.sender];
        if (shares == 0) revert StakeAmountZero();
        Cohort storage group = _cohorts[operator][cohort];
        assets = Math.mulDiv(shares, group.assets, group.shares);
        delete _exits[operator][cohort][msg.sender];
        group.assets -= uint128(assets);
        group.shares -= uint128(shares);
        if (assets != 0) token.safeTransfer(msg.sender, assets);
        emit Withdrawn(operator, msg.sender, cohort, assets);
    }

    /// @inheritdoc IStakeBook
    function claimRewards(address operator) external nonReentrant returns (uint256 amount) {
        Position storage position = _accrue(operator, msg.sender);
        amount = position.rewards;
        if (amount == 0) revert StakeAmountZero();
        position.rewards = 0;
        _pools[operator].owed -= uint128(amount);
        _sync(operator, msg.sender);
        token.safeTransfer(msg.sender, amount);
        emit RewardsClaimed(operator, msg.sender, amount);
    }

    // ---- anyone ----

    /// @inheritdoc IStakeBook
    function settleLiens(address operator, address delegator, uint256 maximum) external nonReentrant {
        _settleLiens(operator, delegator, maximum);
    }

    /// @inheritdoc IStakeBook
    function sync(address operator, address delegator) external nonReentrant {
        _sync(operator, delegator);
    }

    // ---- roles ----

    /// @inheritdoc IStakeBook
    function slash(address operator, uint256 fraction, uint40 actedAt)
        external
        restricted
        nonReentrant
        returns (uint256 amount)
    {
        Pool storage pool = _known(operator);
        if (fraction == 0 || fraction > ONE) revert StakeFractionInvalid(fraction);
        uint256 from = block.timestamp - slashWindow;
        if (actedAt < from || actedAt > block.timestamp) {
            revert StakeActOutsideWindow(actedAt, from, block.timestamp);
        }
        uint256 bonded = Math.mulDiv(pool.assets, fraction, ONE);
        pool.assets -= uint128(bonded);
        uint256 unbonding = _slashCohorts(operator, fraction, actedAt / cohortLength);
        uint256 index = _slashes[operator].length;
        _slashes[operator].push(StakeSlash({actedAt: actedAt, fraction: uint64(fraction)}));
        _sync(operator, operator);
        amount = bonded + unbonding;
        if (amount != 0) token.safeTransfer(msg.sender, amount);
        emit Slashed(operator, index, fraction, actedAt, bonded, unbonding);
    }

    /// @inheritdoc IStakeBook
    function setPowerCap(uint256 cap) external restricted {
        _setPowerCap(cap);
    }

    /// @inheritdoc IStakeBook
    function setLeastSelfStake(uint256 least) external restricted {
        _setLeastSelfStake(least);
    }

    /// @inheritdoc IStakeBook
    function setTreasury(address receiver) external restricted {
        _setTreasury(receiver);
    }

    // ---- views ----

    /// @inheritdoc IStakeBook
    function poolOf(address operator) external view returns (StakePool memory answer) {
        Pool storage pool = _pools[operator];
        (, uint256 released) = _due(pool);
        bool announced = pool.pendingAt > block.timestamp;
        answer.registered = pool.registered;
        answer.struckOff = pool.struckOff;
        answer.jailedUntil = pool.jailedUntil;
        answer.commissionBps = _commissionOf(pool);
        answer.commissionCapBps = pool.commissionCapBps;
        answer.maximumChangeBps = pool.maximumChangeBps;
        answer.pendingBps = announced ? pool.pendingBps : 0;
        answer.pendingAt = announced ? pool.pendingAt : 0;
        answer.assets = pool.assets;
        answer.shares = pool.shares;
        answer.undistributed = pool.undistributed - uint128(released);
        answer.owed = pool.owed + uint128(released);
        answer.commissionEarned = pool.commissionEarned;
    }

    /// @inheritdoc IStakeBook
    function delegationOf(address operator, address delegator) external view returns (StakeDelegation memory answer) {
        Pool storage pool = _pools[operator];
        Position storage position = _positions[operator][delegator];
        (uint256 due,) = _due(pool);
        uint256 perShare = pool.rewardPerShare + due - position.rewardPerSharePaid;
        answer.shares = position.shares;
        answer.locked = uint128(_lockedOf(operator, delegator));
        answer.assets = uint128(_valueOf(operator, position.shares));
        answer.rewards = position.rewards + uint128(Math.mulDiv(position.shares, perShare, SCALE));
    }

    /// @inheritdoc IStakeBook
    function liensOf(address operator, address delegator) external view returns (StakeLien[] memory) {
        return _liens[operator][delegator];
    }

    /// @inheritdoc IStakeBook
    function exitOf(address operator, uint256 cohort, address delegator)
        external
        view
        returns (uint256 shares, uint256 assets, uint256 maturesAt)
    {
        Cohort storage group = _cohorts[operator][cohort];
        shares = _exits[operator][cohort][delegator];
        assets = shares == 0 ? 0 : Math.mulDiv(shares, group.assets, group.shares);
        maturesAt = _maturityOf(cohort);
    }

    /// @inheritdoc IStakeBook
    function slashOf(address operator, uint256 index) external view returns (StakeSlash memory) {
        return _slashes[operator][index];
    }

    /// @inheritdoc IStakeBook
    function slashCount(address operator) external view returns (uint256) {
        return _slashes[operator].length;
    }

    /// @inheritdoc IStakeBook
    function currentCohort() public view returns (uint256) {
        return block.timestamp / cohortLength;
    }

    /// @notice An oracle weighs what is bonded to it, up to the cap, while it is fit.
    /// @inheritdoc IOraclePower
    function powerOf(address operator) external view returns (uint256) {
        return isFit(operator) ? Math.min(_pools[operator].assets, _powerCap) : 0;
    }

    /// @inheritdoc IStakeBook
    function powerCap() external view returns (uint256) {
        return _powerCap;
    }

    /// @inheritdoc IStakeBook
    function leastSelfStake() external view returns (uint256) {
        return _leastSelfStake;
    }

    /// @inheritdoc IStakeBook
    function treasury() external view returns (address) {
        return _treasury;
    }

    // ---- steps ----

    /// @dev Takes shares of the caller that are free of liens.
    function _leave(address operator, uint256 shares) private returns (uint256 assets) {
        if (shares == 0) revert StakeAmountZero();
        Position storage position = _accrue(operator, msg.sender);
        _settleLiens(operator, msg.sender, type(uint256).max);
        uint256 available = position.shares - _lockedOf(operator, msg.sender);
        if (shares > available) revert StakeSharesMissing(shares, available);
        assets = _burn(operator, msg.sender, shares);
        if (assets == 0) revert StakeAmountZero();
    }

    /// @dev Takes a fraction, rounded down, of every cohort from `first` to the one after now's: at most COHORTS_PER_WINDOW + 3 of them.
    function _slashCohorts(address operator, uint256 fraction, uint256 first) private returns (uint256 taken) {
        uint256 last = currentCohort() + 1;
        for (uint256 index = first; index <= last; ++index) {
            Cohort storage cohort = _cohorts[operator][index];
            uint256 part = Math.mulDiv(cohort.assets, fraction, ONE);
            if (part == 0) continue;
            cohort.assets -= uint128(part);
            taken += part;
        }
    }

    function _maturityOf(uint256 cohort) private view returns (uint256) {
        return (cohort + 1) * cohortLength + unbondingPeriod;
    }
}
