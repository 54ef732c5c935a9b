// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice What an operator says of itself when it registers; all in 1/10000 of rewards.
/// @param commissionBps Its cut of rewards before they are shared.
/// @param commissionCapBps Highest cut it may ever ask; never changes.
/// @param maximumChangeBps Largest increase at once; never changes.
struct StakeRegistration {
    uint16 commissionBps;
    uint16 commissionCapBps;
    uint16 maximumChangeBps;
}

/// @notice An operator's pool.
/// @param assets MED bonded, in the smallest unit.
/// @param shares Shares of all delegators.
/// @param undistributed Rewards that are not released yet.
/// @param owed Rewards that are released and not yet paid.
/// @param commissionEarned Commission that the operator has not yet taken.
/// @param commissionBps Commission in force.
/// @param pendingBps Commission announced, in force from pendingAt on.
/// @param pendingAt 0 when nothing is announced.
/// @param jailedUntil Unix time at which it may leave jail; 0 when it is free.
/// @param struckOff Whether it was struck off for ever.
struct StakePool {
    bool registered;
    bool struckOff;
    uint40 jailedUntil;
    uint16 commissionBps;
    uint16 commissionCapBps;
    uint16 maximumChangeBps;
    uint16 pendingBps;
    uint40 pendingAt;
    uint128 assets;
    uint128 shares;
    uint128 undistributed;
    uint128 owed;
    uint128 commissionEarned;
}

/// @notice One delegator's part of a pool.
/// @param shares Shares, those under liens included.
/// @param locked Shares under liens that have not ended.
/// @param assets What the shares are worth now.
/// @param rewards What may be claimed now.
struct StakeDelegation {
    uint128 shares;
    uint128 locked;
    uint128 assets;
    uint128 rewards;
}

/// @notice Stake that is answerable for an operator it was redelegated from.
/// @param source That operator.
/// @param startedAt Unix time of the redelegation.
/// @param shares Shares of the pool it went to.
/// @param settled Number of the source's slashes that were looked at.
struct StakeLien {
    address source;
    uint40 startedAt;
    uint128 shares;
    uint32 settled;
}

/// @notice A slash.
/// @param actedAt Unix time of the act.
/// @param fraction Part taken, of 1e18.
struct StakeSlash {
    uint40 actedAt;
    uint64 fraction;
}

/// @title Stake of operators: pools of delegated MED, rewards, slow exits and slashing.
/// @notice Amounts are MED in the smallest unit, times are Unix seconds, fractions are of 1e18.
interface IStakeBook {
    /// @notice An operator opened a pool.
    event OperatorRegistered(address indexed operator, StakeRegistration registration);
    /// @notice An operator announced a commission.
    event CommissionAnnounced(address indexed operator, uint16 commissionBps, uint40 inForceAt);
    /// @notice Stake was delegated.
    event Delegated(address indexed operator, address indexed delegator, uint256 assets, uint256 shares);
    /// @notice Stake began to unbond in a cohort.
    event Undelegated(
        address indexed operator, address indexed delegator, uint256 indexed cohort, uint256 assets, uint256 shares
    );
    /// @notice Stake went from one pool to another.
    event Redelegated(
        address indexed source, address indexed target, address indexed delegator, uint256 assets, uint256 shares
    );
    /// @notice Unbonded stake was paid out.
    event Withdrawn(address indexed operator, address indexed delegator, uint256 indexed cohort, uint256 assets);
    /// @notice A reward arrived; `commission` of it is the operator's.
    event Rewarded(address indexed operator, address indexed payer, uint256 amount, uint256 commission);
    /// @notice Rewards were paid out.
    event RewardsClaimed(address indexed operator, address indexed delegator, uint256 amount);
    /// @notice Commission was paid out.
    event CommissionClaimed(address indexed operator, uint256 amount);
    /// @notice Stake was taken: `bonded` of the pool, `unbonding` of its cohorts.
    event Slashed(
        address indexed operator, uint256 indexed index, uint256 fraction, uint40 actedAt, uint256 bonded, uint256 unbonding
    );
    /// @notice Redelegated stake was taken for its former operator.
    event LienTaken(
        address indexed source, address indexed operator, address indexed delegator, uint256 shares, uint256 assets
    );
    /// @notice An operator was jailed.
    event Jailed(address indexed operator, uint40 until);
    /// @notice An operator left jail.
    event Unjailed(address indexed operator);
    /// @notice An operator was struck off for ever.
    event StruckOff(address indexed operator);
    /// @notice The cap of power per operator changed.
    event PowerCapChanged(uint256 powerCap);
    /// @notice The least stake of an operator's own changed.
    event LeastSelfStakeChanged(uint256 leastSelfStake);
    /// @notice The treasury changed.
    event TreasuryChanged(address indexed treasury);

    /// @notice The account has no pool.
    error StakeOperatorUnknown(address operator);
    /// @notice The account has a pool already.
    error StakeOperatorKnown(address operator);
    /// @notice The pool takes no stake: struck off, or too much of it was slashed.
    error StakePoolClosed(address operator);
    /// @notice An amount or number of shares is zero, or rounds to it.
    error StakeAmountZero();
    /// @notice More shares than are there and free of liens.
    error StakeSharesMissing(uint256 wanted, uint256 available);
    /// @notice Stake can't be redelegated to where it is.
    error StakeTargetInvalid(address operator);
    /// @notice The delegator has its maximum of liens in this pool.
    error StakeLiensFull(uint256 maximum);
    /// @notice The cohort is paid out later.
    error StakeStillUnbonding(uint256 until);
    /// @notice The token delivered another amount than asked.
    error StakeTokenShort(uint256 expected, uint256 received);
    /// @notice The commission is above its cap.
    error StakeCommissionAboveCap(uint256 commissionBps, uint256 capBps);
    /// @notice The increase is larger than the operator's maximum change.
    error StakeCommissionChangeTooLarge(uint256 increaseBps, uint256 maximumChangeBps);
    /// @notice The commission changed less than 24 hours ago, or a change is announced.
    error StakeCommissionChangeTooSoon(uint256 allowedAt);
    /// @notice The act lies in the future or before the slash window.
    error StakeActOutsideWindow(uint256 actedAt, uint256 from, uint256 to);
    /// @notice The fraction is zero or above 1e18.
    error StakeFractionInvalid(uint256 fraction);
    /// @notice The operator is not in jail.
    error StakeNotJailed(address operator);
    /// @notice The operator stays in jail.
    error StakeStillJailed(uint256 until);
    /// @notice The operator was struck off.
    error StakeStruckOff(address operator);
    /// @notice The operator's own stake is below the least.
    error StakeSelfStakeLow(uint256 selfStake, uint256 least);
    /// @notice A parameter of the contract makes no sense.
    error StakeParameterInvalid(string name);

    // ---- operators ----

    /// @notice Opens a pool of the caller.
    function registerOperator(StakeRegistration calldata registration) external;
    /// @notice Announces another commission of the caller's pool, in force 24 hours later.
    function announceCommission(uint16 commissionBps) external;
    /// @notice Pays the caller its commission.
    function claimCommission() external returns (uint256 amount);
    /// @notice Leaves jail when the time is over and the caller has the least self-stake.
    function unjail() external;

    // ---- delegators ----

    /// @notice Delegates MED of the caller, by allowance.
    function delegate(address operator, uint256 assets) external returns (uint256 shares);
    /// @notice Begins to unbond shares of the caller; they are paid when their cohort matures.
    function undelegate(address operator, uint256 shares) external returns (uint256 assets);
    /// @notice Moves shares of the caller to another pool at once. They stay answerable for the former operator for the unbonding period, and locked.
    function redelegate(address source, address target, uint256 shares) external returns (uint256 targetShares);
    /// @notice Pays the caller what it undelegated in a cohort that is mature.
    function withdraw(address operator, uint256 cohort) external returns (uint256 assets);
    /// @notice Pays the caller its rewards of a pool.
    function claimRewards(address operator) external returns (uint256 amount);

    // ---- anyone ----

    /// @notice Pays a reward to a pool, by allowance of the caller.
    function reward(address operator, uint256 amount) external;
    /// @notice Takes from a delegator's liens what slashes of their sources ask, looking at up to `maximum` slashes.
    function settleLiens(address operator, address delegator, uint256 maximum) external;
    /// @notice Brings a delegator's votes up to date with what its shares are worth.
    function sync(address operator, address delegator) external;

    // ---- roles ----

    /// @notice Takes a fraction of the stake that answers for an act, and sends it to the caller. Slashing role only.
    function slash(address operator, uint256 fraction, uint40 actedAt) external returns (uint256 amount);
    /// @notice Jails an operator for at least this long. Slashing role only.
    function jail(address operator, uint40 duration) external;
    /// @notice Strikes an operator off. Slashing role only.
    function strikeOff(address operator) external;
    /// @notice Sets the cap of power per operator. Governance role only.
    function setPowerCap(uint256 powerCap) external;
    /// @notice Sets the least stake of an operator's own. Governance role only.
    function setLeastSelfStake(uint256 leastSelfStake) external;
    /// @notice Sets where stake taken from liens goes. Governance role only.
    function setTreasury(address treasury) external;

    // ---- views ----

    /// @notice A pool as it is now.
    function poolOf(address operator) external view returns (StakePool memory);
    /// @notice A delegator's part of a pool as it is now.
    function delegationOf(address operator, address delegator) external view returns (StakeDelegation memory);
    /// @notice A delegator's liens in a pool.
    function liensOf(address operator, address delegator) external view returns (StakeLien[] memory);
    /// @notice What a delegator undelegated in a cohort.
    /// @return shares Shares of the cohort.
    /// @return assets What they are worth now.
    /// @return maturesAt Unix time from which on it may be withdrawn.
    function exitOf(address operator, uint256 cohort, address delegator)
        external
        view
        returns (uint256 shares, uint256 assets, uint256 maturesAt);
    /// @notice A slash of an operator.
    function slashOf(address operator, uint256 index) external view returns (StakeSlash memory);
    /// @notice How often an operator was slashed.
    function slashCount(address operator) external view returns (uint256);
    /// @notice Stake of the operator's own in its pool.
    function selfStakeOf(address operator) external view returns (uint256);
    /// @notice Whether an operator may work: registered, free, not struck off, with the least self-stake.
    function isFit(address operator) external view returns (bool);
    /// @notice Cohort in which stake begins to unbond now.
    function currentCohort() external view returns (uint256);
    /// @notice Least seconds from undelegating to being paid.
    function unbondingPeriod() external view returns (uint40);
    /// @notice Seconds after an act in which it can be slashed.
    function slashWindow() external view returns (uint40);
    /// @notice Cap of power per operator.
    function powerCap() external view returns (uint256);
    /// @notice Least stake of an operator's own.
    function leastSelfStake() external view returns (uint256);
    /// @notice Where stake taken from liens goes.
    function treasury() external view returns (address);
}
