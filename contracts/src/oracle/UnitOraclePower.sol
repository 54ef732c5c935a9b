// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IOraclePower} from "./interfaces/IOraclePower.sol";

/// @title Every admitted oracle weighs 1.
contract UnitOraclePower is IOraclePower {
    /// @inheritdoc IOraclePower
    function powerOf(address) external pure returns (uint256) {
        return 1;
    }
}
