// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IClaimResolver} from "../../rollup/interfaces/IClaimResolver.sol";
import {Checkpoint, Claim, DisputeRules, Game, GameStatus, Link, Proof} from "../types/DisputeTypes.sol";

/// @title Claims about private runs of programs, and the games over them.
interface IClaimBook is IClaimResolver {
    /// @notice A claim was made; it says nothing before enough recipients have its input.
    event ClaimMade(bytes32 indexed claim, address indexed claimant, Claim content, uint64 receiptsUntil);
    /// @notice Enough recipients have it; games can be opened before `windowEnd`, and it stands at `standsAt` at the earliest.
    event ClaimOpened(bytes32 indexed claim, uint64 windowEnd, uint64 standsAt);
    /// @notice It is false: its claimant lost a game.
    event ClaimFell(bytes32 indexed claim, address indexed winner);
    /// @notice The bond of a claim that stands or lapsed is its claimant's again.
    event BondReleased(bytes32 indexed claim, address indexed claimant, uint256 amount);
    event GameOpened(bytes32 indexed game, bytes32 indexed claim, address indexed challenger, Link link);
    /// @notice The states between `low` and `high`, both excluded, in their order.
    event StatesPosted(bytes32 indexed game, uint16 depth, bytes32[] states);
    /// @notice The game is about these two states now; `entered` where both sides had signed them.
    event PositionReached(
        bytes32 indexed game,
        uint16 depth,
        uint64 low,
        uint64 high,
        bytes32 lowState,
        bytes32 highState,
        bool entered
    );
    event GameEnded(bytes32 indexed game, bytes32 indexed claim, GameStatus status, address winner);
    event Withdrawn(address indexed account, uint256 amount);

    error RulesRefused(string field);
    error RecipientsUnordered(uint256 index);
    error ClaimRefused(string field);
    error ClaimExists(bytes32 claim);
    error ClaimUnknown(bytes32 claim);
    /// @notice What was asked for is not possible while it is so.
    error ClaimOutcomeRefused(bytes32 claim, uint8 outcome);
    error ClaimWindowOver(bytes32 claim, uint64 windowEnd);
    error ClaimBondReleased(bytes32 claim);
    error ReceiptsMalformed(uint256 length);
    error ReceiptsMissing(uint256 count, uint256 needed);
    /// @notice Not of a recipient, or not in the order of addresses.
    error ReceiptRefused(uint256 index, address signer);
    error ReceiptsLate(bytes32 claim, uint64 receiptsUntil);
    error GameUnknown(bytes32 game);
    error GameStatusRefused(bytes32 game, GameStatus status);
    /// @notice The move answers another position.
    error GameDepthMismatch(uint16 depth, uint16 current);
    error GameLinkMismatch(Link link);
    error GamePlayerOnly(address sender);
    /// @notice The side on turn has no time left.
    error GameClockRunOut(bytes32 game);
    /// @notice The side on turn has time left.
    error GameClockRunning(bytes32 game, uint256 until);
    error GameStatesRefused(uint256 count, uint256 expected);
    error GameSegmentRefused(uint256 segment, uint256 segments);
    error StateOutsideField(uint256 index);
    error ProofRefused(bytes32 game);
    error CheckpointRefused();
    error CheckpointSignatureRefused(address signer);

    // ---- claims ----

    /// @notice Claims a run, as the caller, for a bond.
    /// @param receipts Signatures of recipients, as in `postReceipts`; may be empty.
    function makeClaim(Claim calldata content, bytes calldata receipts) external returns (bytes32 claim);

    /// @notice Opens a claim that enough recipients signed
    /// `Receipt(bytes32 claim,bytes32 inputRoot,uint64 inputLength)` for, ordered by address, 65 bytes each.
    function postReceipts(address claimant, Claim calldata content, bytes calldata receipts) external;

    /// @notice Gives back the bond of a claim that stands or lapsed, and with it the rewards of the games that it won.
    function releaseBond(bytes32 claim) external;

    // ---- games ----

    /// @notice Opens a game, as the caller, for a bond.
    function challenge(address claimant, Claim calldata content, Link link) external returns (bytes32 game);

    /// @notice The claimant's move: the states between.
    /// @param depth Of the position that it answers.
    function split(bytes32 game, uint16 depth, bytes32[] calldata states) external;

    /// @notice The challenger's move: denies the end of a segment and accepts its beginning.
    /// @param states As posted.
    function pick(bytes32 game, uint16 depth, uint256 segment, bytes32[] calldata states) external;

    /// @notice Ends a game over the first state.
    function proveGenesis(bytes32 game, Claim calldata content, Proof calldata proof) external;

    /// @notice Ends a game that came down to one step.
    function proveStep(bytes32 game, uint16 depth, Claim calldata content, Proof calldata proof) external;

    /// @notice Ends a game over what the last state says.
    function proveFinal(bytes32 game, Claim calldata content, Proof calldata proof) external;

    /// @notice Ends a game whose side on turn has no time left.
    function callTime(bytes32 game) external;

    /// @notice Ends a game over a claim that fell in another.
    function leaveGame(bytes32 game) external;

    // ---- what was played off the chain ----

    /// @notice Continues from a deeper position that both sides signed.
    function enter(
        Checkpoint calldata checkpoint,
        bytes calldata asserterSignature,
        bytes calldata challengerSignature
    ) external;

    /// @notice Ends a game whose last position both sides signed, by the proof of its one step; nothing of the position is kept.
    function enterAndProve(
        Checkpoint calldata checkpoint,
        bytes calldata asserterSignature,
        bytes calldata challengerSignature,
        Claim calldata content,
        Proof calldata proof
    ) external;

    /// @notice Ends a game in which one side signed two positions of one depth; that side loses.
    function showEquivocation(
        Checkpoint calldata one,
        bytes calldata oneSignature,
        Checkpoint calldata other,
        bytes calldata otherSignature
    ) external;

    // ---- money ----

    /// @notice Pays the caller what is theirs.
    function withdraw() external returns (uint256 amount);

    function owedTo(address account) external view returns (uint256);

    // ---- views ----

    function rules() external view returns (DisputeRules memory);

    function isRecipient(address account) external view returns (bool);

    function claimId(address claimant, Claim calldata content) external view returns (bytes32);

    /// @notice When the window ends and when the claim stands at the earliest, Unix seconds; zero before its receipts. And games open.
    function timesOf(bytes32 claim) external view returns (uint64 windowEnd, uint64 standsAt, uint32 openGames);

    function gameOf(bytes32 game) external view returns (Game memory);

    /// @notice When the side on turn has no time left, Unix seconds: its last moment.
    function deadlineOf(bytes32 game) external view returns (uint256);
}
