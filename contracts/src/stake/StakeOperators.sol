// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IStakeBook, StakeRegistration} from "./interfaces/IStakeBook.sol";
import {StakeBase} from "./StakeBase.sol";

/// @title Operators: registration, commission, rewards, jail.
abstract contract StakeOperators is StakeBase {
    using SafeERC20 for IERC20;
    using SafeCast for uint256;

    /// @notice Seconds between two changes of a commission, and from announcing one to its being in force.
    uint40 public constant COMMISSION_NOTICE = 24 hours;
    /// @notice Highest commission cap, in 1/10000.
    uint16 public constant MAXIMUM_COMMISSION_BPS = 5000;

    /// @inheritdoc IStakeBook
    function registerOperator(StakeRegistration calldata registration) external {
        Pool storage pool = _pools[msg.sender];
        if (pool.registered) revert StakeOperatorKnown(msg.sender);
        _assertBelow(registration.commissionCapBps, MAXIMUM_COMMISSION_BPS);
        _assertBelow(registration.commissionBps, registration.commissionCapBps);
        _assertBelow(registration.maximumChangeBps, registration.commissionCapBps);
        pool.registered = true;
        pool.commissionBps = registration.commissionBps;
        pool.commissionCapBps = registration.commissionCapBps;
        pool.maximumChangeBps = registration.maximumChangeBps;
        pool.changeableAt = uint40(block.timestamp) + COMMISSION_NOTICE;
        emit OperatorRegistered(msg.sender, registration);
    }

    /// @inheritdoc IStakeBook
    function announceCommission(uint16 commissionBps) external {
        Pool storage pool = _known(msg.sender);
        if (block.timestamp < pool.changeableAt) revert StakeCommissionChangeTooSoon(pool.changeableAt);
        _assertBelow(commissionBps, pool.commissionCapBps);
        uint16 current = _commissionOf(pool);
        if (commissionBps > current && commissionBps - current > pool.maximumChangeBps) {
            revert StakeCommissionChangeTooLarge(commissionBps - current, pool.maximumChangeBps);
        }
        uint40 inForceAt = uint40(block.timestamp) + COMMISSION_NOTICE;
        pool.commissionBps = current;
        pool.pendingBps = commissionBps;
        pool.pendingAt = inForceAt;
        pool.changeableAt = inForceAt;
        emit CommissionAnnounced(msg.sender, commissionBps, inForceAt);
    }

    /// @inheritdoc IStakeBook
    function reward(address operator, uint256 amount) external nonReentrant {
        Pool storage pool = _known(operator);
        if (amount == 0) revert StakeAmountZero();
        _release(pool);
        // Also where too little was due to release: no time before its arrival counts for a reward.
        pool.releasedAt = uint40(block.timestamp);
        _take(amount);
        uint256 commission = amount * _commissionOf(pool) / BPS;
        pool.commissionEarned = (pool.commissionEarned + commission).toUint128();
        pool.undistributed = (pool.undistributed + amount - commission).toUint128();
        emit Rewarded(operator, msg.sender, amount, commission);
    }

    /// @inheritdoc IStakeBook
    function claimCommission() external nonReentrant returns (uint256 amount) {
        Pool storage pool = _known(msg.sender);
        amount = pool.commissionEarned;
        if (amount == 0) revert StakeAmountZero();
        pool.commissionEarned = 0;
        token.safeTransfer(msg.sender, amount);
        emit CommissionClaimed(msg.sender, amount);
    }

    /// @inheritdoc IStakeBook
    function unjail() external {
        Pool storage pool = _known(msg.sender);
        if (pool.struckOff) revert StakeStruckOff(msg.sender);
        if (pool.jailedUntil == 0) revert StakeNotJailed(msg.sender);
        if (block.timestamp < pool.jailedUntil) revert StakeStillJailed(pool.jailedUntil);
        uint256 selfStake = selfStakeOf(msg.sender);
        if (selfStake < _leastSelfStake) revert StakeSelfStakeLow(selfStake, _leastSelfStake);
        pool.jailedUntil = 0;
        emit Unjailed(msg.sender);
    }

    /// @inheritdoc IStakeBook
    function jail(address operator, uint40 duration) external restricted {
        Pool storage pool = _known(operator);
        uint40 until = Math.max(pool.jailedUntil, block.timestamp + duration).toUint40();
        pool.jailedUntil = until;
        emit Jailed(operator, until);
    }

    /// @inheritdoc IStakeBook
    function strikeOff(address operator) external restricted {
        Pool storage pool = _known(operator);
        if (pool.struckOff) revert StakeStruckOff(operator);
        pool.struckOff = true;
        emit StruckOff(operator);
    }

    /// @inheritdoc IStakeBook
    function selfStakeOf(address operator) public view returns (uint256) {
        return _valueOf(operator, _positions[operator][operator].shares);
    }

    /// @inheritdoc IStakeBook
    function isFit(address operator) public view returns (bool) {
        Pool storage pool = _pools[operator];
        if (!pool.registered || pool.struckOff || pool.jailedUntil != 0) return false;
        return selfStakeOf(operator) >= _leastSelfStake;
    }

    /// @dev Commission in force.
    function _commissionOf(Pool storage pool) internal view returns (uint16) {
        bool changed = pool.pendingAt != 0 && block.timestamp >= pool.pendingAt;
        return changed ? pool.pendingBps : pool.commissionBps;
    }

    function _assertBelow(uint256 commissionBps, uint256 capBps) private pure {
        if (commissionBps > capBps) revert StakeCommissionAboveCap(commissionBps, capBps);
    }
}
