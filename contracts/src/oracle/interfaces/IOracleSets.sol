// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The set of oracles of each epoch. A set is a contract whose code holds it (OracleSetCode): read at the cost of a copy.
interface IOracleSets {
    /// @notice The set of an epoch, as long as its signatures count.
    /// @param epoch Number of the epoch.
    /// @return set Address of the set's code; zero when signatures of this epoch do not count now.
    /// @return excluded Bit i: the oracle at place i no longer counts.
    function setOf(uint64 epoch) external view returns (address set, uint256 excluded);
}
