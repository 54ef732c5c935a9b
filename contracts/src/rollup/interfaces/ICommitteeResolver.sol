// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IClaimResolver} from "./IClaimResolver.sol";

/// @title Claims that the members of a committee decide on.
interface ICommitteeResolver is IClaimResolver {
    /// @notice A claim was made; it stands when nobody has denied it until then.
    event ClaimMade(bytes32 indexed claim, address indexed claimant, bytes32 programId, bytes32 answer, uint64 standsAt);
    /// @notice Enough members denied it; `winner` is whoever handed in their signatures.
    event ClaimDenied(bytes32 indexed claim, address indexed winner);

    /// @notice This account has made this claim before.
    error ClaimExists(bytes32 claim);
    /// @notice It is not open (any more).
    error ClaimNotOpen(bytes32 claim, uint64 standsAt);
    /// @notice A denial names who wins.
    error ClaimWinnerMissing();

    /// @notice Claims, as the caller, that the program answers this with exit code 0.
    function claim(bytes32 programId, bytes32 answer) external returns (bytes32 id);

    /// @notice Who made a claim, about which program, and the answer; zero for an unknown one.
    function claimOf(bytes32 id) external view returns (address claimant, bytes32 programId, bytes32 answer);

    /// @notice Ends a claim that enough members signed a Denial of.
    /// @param signatures Over `Denial(bytes32 claim,address winner)`, as `ICommittee` wants them.
    function deny(bytes32 id, address winner, bytes calldata signatures) external;
}
