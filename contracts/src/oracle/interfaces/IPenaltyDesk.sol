// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice What an oracle can be punished for.
enum Offence {
    Equivocation,
    Overturned,
    ReleaseWithoutConsent,
    Downtime
}

/// @notice What an offence costs.
/// @param fraction Part of the stake that is taken, of 1e18; 0 takes nothing.
/// @param jailTime Seconds in jail; 0 for none.
/// @param strikeOff Whether the operator is struck off for ever.
/// @param injuredBps Part of what is taken that goes to the injured party, in 1/10000; more if its loss is larger.
/// @param reporterBps Part that goes to the reporter, in 1/10000.
/// @param reporterCap Most that goes to the reporter.
struct Penalty {
    uint64 fraction;
    uint40 jailTime;
    bool strikeOff;
    uint16 injuredBps;
    uint16 reporterBps;
    uint128 reporterCap;
}

/// @title Carries out what judges found: takes the stake, pays the injured and the reporter, jails.
interface IPenaltyDesk {
    /// @notice An operator was punished. What neither the injured nor the reporter got went to the treasury.
    event Punished(
        Offence indexed offence,
        address indexed operator,
        address indexed reporter,
        address injured,
        uint256 amount,
        uint256 toInjured,
        uint256 toReporter
    );
    /// @notice A penalty changed.
    event PenaltyChanged(Offence indexed offence, Penalty penalty);

    /// @notice A part is above its bound: all together 10000, a reporter's 2000, a fraction 1e18.
    error PenaltyInvalid(string name);

    /// @notice Punishes an operator. Judges only.
    /// @param actedAt Unix time of the act.
    /// @param injured Who is paid for it; zero for nobody.
    /// @param loss What the injured lost, in MED; 0 where it is not in MED.
    /// @param reporter Who showed it.
    /// @return amount What was taken.
    function punish(
        Offence offence,
        address operator,
        uint40 actedAt,
        address injured,
        uint256 loss,
        address reporter
    ) external returns (uint256 amount);
    /// @notice Changes a penalty for acts judged from now on. Governance role only.
    function setPenalty(Offence offence, Penalty calldata penalty) external;
    /// @notice A penalty.
    function penaltyOf(Offence offence) external view returns (Penalty memory);
}
