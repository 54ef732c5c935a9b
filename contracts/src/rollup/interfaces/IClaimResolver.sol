// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice What has become of a claim.
enum ClaimOutcome {
    Unknown,
    /// @notice It may still be challenged, or a game over it is open.
    Open,
    /// @notice Its window and every game are over, and it lost none.
    Stands,
    /// @notice It lost a game: it is false.
    Falls,
    /// @notice It was never available to challengers, so it says nothing.
    Lapsed
}

/// @title Who decides on claims that a program of the machine answers a word with exit code 0.
/// @notice What the rollup needs of the dispute's contracts.
interface IClaimResolver {
    /// @notice Whether a claim is this account's, and says that this program ends with this exit code and this answer. False for an
    /// unknown claim.
    function says(bytes32 claim, address claimant, bytes32 programId, uint64 exitCode, bytes32 answer)
        external
        view
        returns (bool);

    /// @notice What has become of it.
    function outcomeOf(bytes32 claim) external view returns (ClaimOutcome);

    /// @notice Who won against a claim that falls.
    function winnerOf(bytes32 claim) external view returns (address);
}
