// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IOraclePower} from "../oracle/interfaces/IOraclePower.sol";
import {IStakeBook} from "./interfaces/IStakeBook.sol";

/// @title An oracle weighs what is bonded to it, up to the cap, while it is fit.
contract StakePower is IOraclePower {
    /// @notice Where the stake is.
    IStakeBook public immutable stakeBook;

    constructor(IStakeBook book) {
        stakeBook = book;
    }

    /// @inheritdoc IOraclePower
    function powerOf(address operator) external view returns (uint256) {
        if (!stakeBook.isFit(operator)) return 0;
        return Math.min(stakeBook.poolOf(operator).assets, stakeBook.powerCap());
    }
}
