// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC5805} from "@openzeppelin/contracts/interfaces/IERC5805.sol";

/// @title Votes of bonded stake, checkpointed by time (ERC-5805). An account that names nobody votes for itself.
interface IStakeVotes is IERC5805 {
    /// @notice Only the StakeBook writes here.
    error StakeVotesWriterOnly(address writer, address caller);

    /// @notice The StakeBook that writes.
    function stakeBook() external view returns (address);
    /// @notice Votes of an account's own stake, whoever casts them.
    function unitsOf(address account) external view returns (uint256);
    /// @notice Changes the votes of an account's own stake from `oldUnits` of one pool to `newUnits`. StakeBook only.
    function move(address account, uint256 oldUnits, uint256 newUnits) external;
}
