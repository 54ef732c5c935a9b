// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IFinalVerifier, IGenesisVerifier, IStepVerifier} from "../interfaces/IVerifiers.sol";

/// @notice A run of a program of the machine, in commitments: docs/protocol/dispute.md.
struct Claim {
    bytes32 programId;
    /// @notice Root of the input region, its last line random.
    bytes32 inputRoot;
    /// @notice Hash of the state before the first step, which a salt hides.
    bytes32 firstState;
    /// @notice Hash of the state after `steps` steps.
    bytes32 lastState;
    /// @notice First 32 bytes of the output region at the end.
    bytes32 answer;
    uint64 exitCode;
    uint64 steps;
    /// @notice Lines of 128 bytes that the run stores at most; clocks are sized by it.
    uint64 lines;
    /// @notice Bytes of input.
    uint64 inputLength;
}

/// @notice Which statement of a claim a challenger denies; they accept those before it.
enum Link {
    /// @notice The first state is that of the program on the input.
    Genesis,
    /// @notice The steps lead from the first state to the last.
    Steps,
    /// @notice The last state has halted with the exit code and the answer.
    Final
}

/// @notice What a game waits for, or how it ended.
enum GameStatus {
    None,
    /// @notice The asserter posts states between the two that the game is about.
    Split,
    /// @notice The challenger names the segment that they deny.
    Pick,
    /// @notice The asserter proves the one statement that is left.
    Prove,
    AsserterWon,
    ChallengerWon,
    /// @notice The claim fell in another game, and nobody lost this one.
    Void
}

/// @notice A challenger against a claim.
struct Game {
    bytes32 claim;
    address challenger;
    GameStatus status;
    Link link;
    /// @notice Picks made.
    uint16 depth;
    /// @notice Seconds that a side has at least when its turn begins.
    uint32 extension;
    /// @notice Numbers of steps of the accepted and of the denied state.
    uint64 low;
    uint64 high;
    /// @notice When the turn began, Unix seconds.
    uint64 turnSince;
    /// @notice Seconds left to each side.
    uint32 asserterLeft;
    uint32 challengerLeft;
    bytes32 lowState;
    bytes32 highState;
    /// @notice Hash of the states posted last.
    bytes32 split;
}

/// @notice A position that both sides sign while they play off the chain.
struct Checkpoint {
    bytes32 game;
    uint64 depth;
    uint64 low;
    uint64 high;
    bytes32 lowState;
    bytes32 highState;
}

/// @notice Points of a Groth16 proof over BN254.
struct Proof {
    uint256[2] a;
    uint256[2][2] b;
    uint256[2] c;
}

/// @notice What holds for every claim of a ClaimBook; it never changes.
struct DisputeRules {
    IERC20 bondToken;
    /// @notice Where the part of a lost bond goes that is nobody's reward.
    address sink;
    IGenesisVerifier genesisVerifier;
    IStepVerifier stepVerifier;
    IFinalVerifier finalVerifier;
    /// @notice Bonds, and what the winner of a game gets of the loser's, in the token's smallest unit. The reward is below both bonds.
    uint128 claimBond;
    uint128 challengeBond;
    uint128 reward;
    /// @notice Seconds within which receipts must come, within which games can be opened, and that follow.
    uint64 availabilityPeriod;
    uint64 window;
    uint64 grace;
    /// @notice Seconds of each side's clock, and least at the beginning of a turn, for a run that stores nothing.
    uint32 clock;
    uint32 extension;
    /// @notice Lines that a player hashes in a second; both times grow by a claim's lines divided by it.
    uint32 linesPerSecond;
    /// @notice Most of a claim.
    uint64 stepLimit;
    uint64 lineLimit;
    /// @notice Recipients that must have received the input before a claim says anything.
    uint16 quorum;
}
