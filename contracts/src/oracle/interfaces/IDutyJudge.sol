// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Counts duties that oracles missed.
interface IDutyJudge {
    /// @notice Notes a duty that an operator missed. Duty role only: courts and the like.
    /// @param dutyId Names the duty; each counts once.
    /// @param injured Who waited for it.
    /// @param reporter Who showed it.
    function miss(address operator, bytes32 dutyId, address injured, address reporter) external;
}
