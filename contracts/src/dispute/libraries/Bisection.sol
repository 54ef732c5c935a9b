// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title How a range of steps is divided.
library Bisection {
    /// @notice Segments of a split, at most.
    uint64 internal constant ARITY = 32;

    /// @notice Segments of the range.
    function segmentsOf(uint64 low, uint64 high) internal pure returns (uint64) {
        uint64 length = high - low;
        return length < ARITY ? length : ARITY;
    }

    /// @notice Number of steps at which segment `index` begins; at `segments` that at which the last one ends.
    function pointOf(uint64 low, uint64 high, uint64 segments, uint64 index) internal pure returns (uint64) {
        return low + uint64(uint256(index) * (high - low) / segments);
    }
}
