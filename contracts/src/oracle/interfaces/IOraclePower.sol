// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Weight of an oracle operator. Staking replaces the first implementation without touching the registry.
interface IOraclePower {
    /// @notice Power of an operator now.
    /// @param operator Operator account; whether it is admitted is the registry's business.
    function powerOf(address operator) external view returns (uint256);
}
