// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IStakeBook, StakeLien, StakeSlash} from "./interfaces/IStakeBook.sol";
import {IStakeVotes} from "./interfaces/IStakeVotes.sol";
import {StakeVotes} from "./StakeVotes.sol";

/// @notice What a StakeBook is made with.
/// @param unbondingPeriod Least seconds from undelegating to being paid.
/// @param slashWindow Seconds after an act in which it can be slashed; shorter than unbondingPeriod.
/// @param powerCap Cap of power per operator.
/// @param leastSelfStake Least stake of an operator's own.
/// @param treasury Where stake taken from liens goes.
struct StakeParameters {
    uint40 unbondingPeriod;
    uint40 slashWindow;
    uint256 powerCap;
    uint256 leastSelfStake;
    address treasury;
}

/// @title State of the stake, and the arithmetic of shares and rewards.
abstract contract StakeBase is IStakeBook, AccessManaged, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;
    using SafeCast for uint256;

    uint256 internal constant BPS = 10_000;
    uint256 internal constant ONE = 1e18;
    /// @dev Scale of rewards per share.
    uint256 internal constant SCALE = 1e27;
    /// @notice Seconds over which a reward is released.
    uint40 public constant REWARD_PERIOD = 7 days;
    /// @notice Cohorts into which the slash window is cut.
    uint40 public constant COHORTS_PER_WINDOW = 16;
    /// @notice A pool in which a share is worth less than one unit in this many takes no stake: its shares would outgrow their words.
    uint256 public constant LOWEST_RATE = 1e6;

    struct Pool {
        uint128 assets;
        uint128 shares;
        uint128 undistributed;
        uint128 owed;
        uint128 commissionEarned;
        uint40 releasedAt;
        uint40 jailedUntil;
        bool registered;
        bool struckOff;
        uint256 rewardPerShare;
        uint16 commissionBps;
        uint16 commissionCapBps;
        uint16 maximumChangeBps;
        uint16 pendingBps;
        uint40 pendingAt;
        uint40 changeableAt;
    }

    struct Position {
        uint128 shares;
        uint128 rewards;
        uint256 rewardPerSharePaid;
        uint256 votes;
    }

    struct Cohort {
        uint128 assets;
        uint128 shares;
    }

    /// @notice The token that is staked.
    IERC20 public immutable token;
    /// @notice Votes of bonded stake.
    IStakeVotes public immutable votes;
    /// @inheritdoc IStakeBook
    uint40 public immutable unbondingPeriod;
    /// @inheritdoc IStakeBook
    uint40 public immutable slashWindow;
    /// @notice Seconds whose exits share a cohort.
    uint40 public immutable cohortLength;

    uint256 internal _powerCap;
    uint256 internal _leastSelfStake;
    address internal _treasury;

    mapping(address operator => Pool) internal _pools;
    mapping(address operator => mapping(address delegator => Position)) internal _positions;
    mapping(address operator => mapping(address delegator => StakeLien[])) internal _liens;
    mapping(address operator => mapping(uint256 cohort => Cohort)) internal _cohorts;
    mapping(address operator => mapping(uint256 cohort => mapping(address delegator => uint128 shares))) internal _exits;
    mapping(address operator => StakeSlash[]) internal _slashes;

    constructor(address authority, IERC20 stakeToken, StakeParameters memory parameters) AccessManaged(authority) {
        if (parameters.slashWindow < COHORTS_PER_WINDOW) revert StakeParameterInvalid("slashWindow");
        if (parameters.unbondingPeriod <= parameters.slashWindow) revert StakeParameterInvalid("unbondingPeriod");
        if (address(stakeToken).code.length == 0) revert StakeParameterInvalid("token");
        token = stakeToken;
        votes = new StakeVotes();
        unbondingPeriod = parameters.unbondingPeriod;
        slashWindow = parameters.slashWindow;
        cohortLength = parameters.slashWindow / COHORTS_PER_WINDOW;
        _setPowerCap(parameters.powerCap);
        _setLeastSelfStake(parameters.leastSelfStake);
        _setTreasury(parameters.treasury);
    }

    // ---- shares ----

    /// @dev Gives shares for assets that have arrived. Rounded down, so that nobody else's share loses.
    function _mint(address operator, address delegator, uint256 assets) internal returns (uint256 shares) {
        Pool storage pool = _pools[operator];
        (uint256 held, uint256 issued) = (pool.assets, pool.shares);
        if (pool.struckOff || held * LOWEST_RATE < issued) revert StakePoolClosed(operator);
        shares = issued == 0 ? assets : Math.mulDiv(assets, issued, held);
        if (shares == 0) revert StakeAmountZero();
        pool.assets = (held + assets).toUint128();
        pool.shares = (issued + shares).toUint128();
        Position storage position = _positions[operator][delegator];
        position.shares += uint128(shares);
        _sync(operator, delegator);
    }

    /// @dev Takes shares and says what they were worth, rounded down.
    function _burn(address operator, address delegator, uint256 shares) internal returns (uint256 assets) {
        Pool storage pool = _pools[operator];
        assets = Math.mulDiv(shares, pool.assets, pool.shares);
        pool.assets -= uint128(assets);
        pool.shares -= uint128(shares);
        _positions[operator][delegator].shares -= uint128(shares);
        _sync(operator, delegator);
    }

    function _valueOf(address operator, uint256 shares) internal view returns (uint256) {
        Pool storage pool = _pools[operator];
        return shares == 0 ? 0 : Math.mulDiv(shares, pool.assets, pool.shares);
    }

    /// @dev Brings a delegator's votes to what its shares are worth.
    function _sync(address operator, address delegator) internal {
        Position storage position = _positions[operator][delegator];
        uint256 oldVotes = position.votes;
        uint256 newVotes = _valueOf(operator, position.shares);
        if (oldVotes == newVotes) return;
        position.votes = newVotes;
        votes.move(delegator, oldVotes, newVotes);
    }

    // ---- rewards ----

    /// @dev Releases what is due of a pool's rewards and credits a delegator with its part. Before every change of its shares.
    function _accrue(address operator, address delegator) internal returns (Position storage position) {
        Pool storage pool = _known(operator);
        _release(pool);
        position = _positions[operator][delegator];
        uint256 perShare = pool.rewardPerShare - position.rewardPerSharePaid;
        if (perShare == 0) return position;
        position.rewards += Math.mulDiv(position.shares, perShare, SCALE).toUint128();
        position.rewardPerSharePaid = pool.rewardPerShare;
    }

    function _release(Pool storage pool) internal {
        (uint256 perShare, uint256 released) = _due(pool);
        // What is too little for a whole unit of the scale waits, its time with it.
        if (perShare == 0 && pool.shares != 0 && pool.undistributed != 0) return;
        pool.releasedAt = uint40(block.timestamp);
        if (perShare == 0) return;
        pool.rewardPerShare += perShare;
        pool.undistributed -= uint128(released);
        pool.owed += uint128(released);
    }

    /// @return perShare What each share is due, times SCALE, rounded down.
    /// @return released What all shares are due together, rounded up; never more than there is.
    function _due(Pool storage pool) internal view returns (uint256 perShare, uint256 released) {
        uint256 issued = pool.shares;
        if (issued == 0) return (0, 0);
        uint256 elapsed = Math.min(block.timestamp - pool.releasedAt, REWARD_PERIOD);
        uint256 amount = pool.undistributed * elapsed / REWARD_PERIOD;
        perShare = Math.mulDiv(amount, SCALE, issued);
        released = Math.mulDiv(perShare, issued, SCALE, Math.Rounding.Ceil);
    }

    // ---- liens ----

    /// @dev Shares that are locked now.
    function _lockedOf(address operator, address delegator) internal view returns (uint256 locked) {
        StakeLien[] storage liens = _liens[operator][delegator];
        for (uint256 i = 0; i < liens.length; ++i) {
            if (block.timestamp < uint256(liens[i].startedAt) + unbondingPeriod) locked += liens[i].shares;
        }
    }

    /// @dev Takes what slashes of the liens' sources ask, and drops liens that have ended. Looks at up to `budget` slashes.
    function _settleLiens(address operator, address delegator, uint256 budget) internal {
        StakeLien[] storage liens = _liens[operator][delegator];
        uint256 taken = 0;
        // From the last to the first, so that dropping one moves none that is still to come.
        for (uint256 i = liens.length; i > 0; --i) {
            StakeLien storage lien = liens[i - 1];
            StakeSlash[] storage slashes = _slashes[lien.source];
            uint256 next = lien.settled;
            for (; next < slashes.length && budget > 0; ++next) {
                --budget;
                if (slashes[next].actedAt > lien.startedAt) continue;
                taken += _takeLien(operator, delegator, lien, slashes[next].fraction);
            }
            lien.settled = uint32(next);
            bool ended = block.timestamp >= uint256(lien.startedAt) + unbondingPeriod;
            if (next < slashes.length || (!ended && lien.shares != 0)) continue;
            liens[i - 1] = liens[liens.length - 1];
            liens.pop();
        }
        if (taken != 0) token.safeTransfer(_treasury, taken);
    }

    function _takeLien(address operator, address delegator, StakeLien storage lien, uint256 fraction)
        private
        returns (uint256 assets)
    {
        uint256 shares = Math.mulDiv(lien.shares, fraction, ONE, Math.Rounding.Ceil);
        if (shares == 0) return 0;
        _accrue(operator, delegator);
        lien.shares -= uint128(shares);
        assets = _burn(operator, delegator, shares);
        emit LienTaken(lien.source, operator, delegator, shares, assets);
    }

    // ---- what else all need ----

    function _known(address operator) internal view returns (Pool storage pool) {
        pool = _pools[operator];
        if (!pool.registered) revert StakeOperatorUnknown(operator);
    }

    /// @dev Takes tokens from the caller. What arrives is what was asked for, or nothing happens.
    function _take(uint256 amount) internal {
        uint256 before = token.balanceOf(address(this));
        token.safeTransferFrom(msg.sender, address(this), amount);
        uint256 received = token.balanceOf(address(this)) - before;
        if (received != amount) revert StakeTokenShort(amount, received);
    }

    function _setPowerCap(uint256 cap) internal {
        _powerCap = cap;
        emit PowerCapChanged(cap);
    }

    function _setLeastSelfStake(uint256 least) internal {
        _leastSelfStake = least;
        emit LeastSelfStakeChanged(least);
    }

    function _setTreasury(address receiver) internal {
        if (receiver == address(0) || receiver == address(this)) revert StakeParameterInvalid("treasury");
        _treasury = receiver;
        emit TreasuryChanged(receiver);
    }
}
