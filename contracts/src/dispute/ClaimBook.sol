// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {ClaimOutcome} from "../rollup/interfaces/IClaimResolver.sol";
import {ClaimBookBase} from "./ClaimBookBase.sol";
import {IClaimBook} from "./interfaces/IClaimBook.sol";
import {Bisection} from "./libraries/Bisection.sol";
import {DisputeHashes} from "./libraries/DisputeHashes.sol";
import {Checkpoint, Claim, DisputeRules, Game, GameStatus, Link, Proof} from "./types/DisputeTypes.sol";

/// @title Games over claims: one challenger against one claimant, down to one statement that is proven or not.
/// @dev Whoever's turn it is when a clock ends loses. A game that the claimant loses ends the claim; one that they win ends nothing but
/// itself. No call loops over claims or games.
contract ClaimBook is ClaimBookBase {
    using SafeERC20 for IERC20;

    mapping(bytes32 id => Game) private _games;

    constructor(DisputeRules memory chosen, address[] memory recipients) ClaimBookBase(chosen, recipients) {}

    // ---- moves ----

    /// @inheritdoc IClaimBook
    function challenge(address claimant, Claim calldata content, Link link) external returns (bytes32 id) {
        bytes32 claim = DisputeHashes.claim(claimant, content);
        ClaimRecord storage record = _known(claim);
        ClaimOutcome outcome = _outcome(record);
        bool isOpen = outcome == ClaimOutcome.Open && record.phase == Phase.Opened;
        if (!isOpen) revert ClaimOutcomeRefused(claim, uint8(outcome));
        uint64 windowEnd = _windowEnd(record);
        if (block.timestamp >= windowEnd) revert ClaimWindowOver(claim, windowEnd);
        id = DisputeHashes.game(claim, msg.sender, link, record.games++);
        ++record.openGames;
        uint32 work = uint32(content.lines / _rules.linesPerSecond);
        Game storage game = _games[id];
        game.claim = claim;
        game.challenger = msg.sender;
        game.status = link == Link.Steps && content.steps > 1 ? GameStatus.Split : GameStatus.Prove;
        game.link = link;
        game.extension = _rules.extension + work;
        game.turnSince = uint64(block.timestamp);
        game.asserterLeft = _rules.clock + work;
        game.challengerLeft = _rules.clock + work;
        emit GameOpened(id, claim, msg.sender, link);
        if (link == Link.Steps) {
            game.high = content.steps;
            game.lowState = content.firstState;
            game.highState = content.lastState;
        }
        _rules.bondToken.safeTransferFrom(msg.sender, address(this), _rules.challengeBond);
    }

    /// @inheritdoc IClaimBook
    function split(bytes32 id, uint16 depth, bytes32[] calldata states) external {
        Game storage game = _waiting(id, GameStatus.Split, depth);
        if (msg.sender != _claims[game.claim].claimant) revert GamePlayerOnly(msg.sender);
        uint64 segments = Bisection.segmentsOf(game.low, game.high);
        if (states.length != segments - 1) revert GameStatesRefused(states.length, segments - 1);
        for (uint256 i = 0; i < states.length; ++i) {
            if (!DisputeHashes.isElement(states[i])) revert StateOutsideField(i);
        }
        _passTurn(id, game);
        game.split = keccak256(abi.encodePacked(states));
        game.status = GameStatus.Pick;
        emit StatesPosted(id, depth, states);
    }

    /// @inheritdoc IClaimBook
    function pick(bytes32 id, uint16 depth, uint256 segment, bytes32[] calldata states) external {
        Game storage game = _waiting(id, GameStatus.Pick, depth);
        if (msg.sender != game.challenger) revert GamePlayerOnly(msg.sender);
        (uint64 low, uint64 high) = (game.low, game.high);
        uint64 segments = Bisection.segmentsOf(low, high);
        if (keccak256(abi.encodePacked(states)) != game.split) revert GameStatesRefused(states.length, segments - 1);
        if (segment >= segments) revert GameSegmentRefused(segment, segments);
        _passTurn(id, game);
        uint64 index = uint64(segment);
        if (index > 0) game.lowState = states[index - 1];
        if (index < segments - 1) game.highState = states[index];
        _reach(
            id,
            game,
            depth + 1,
            Bisection.pointOf(low, high, segments, index),
            Bisection.pointOf(low, high, segments, index + 1),
            false
        );
    }

    /// @inheritdoc IClaimBook
    function proveGenesis(bytes32 id, Claim calldata content, Proof calldata proof) external {
        Game storage game = _proving(id, Link.Genesis, 0);
        _assertClaimOf(game, content);
        uint256[3] memory signals =
            [uint256(content.programId), uint256(content.inputRoot), uint256(content.firstState)];
        if (!_rules.genesisVerifier.verifyProof(proof.a, proof.b, proof.c, signals)) revert ProofRefused(id);
        _endForAsserter(id, game);
    }

    /// @inheritdoc IClaimBook
    function proveStep(bytes32 id, uint16 depth, Claim calldata content, Proof calldata proof) external {
        Game storage game = _proving(id, Link.Steps, depth);
        _assertClaimOf(game, content);
        _assertStep(id, [uint256(content.programId), uint256(game.lowState), uint256(game.highState)], proof);
        _endForAsserter(id, game);
    }

    /// @inheritdoc IClaimBook
    function proveFinal(bytes32 id, Claim calldata content, Proof calldata proof) external {
        Game storage game = _proving(id, Link.Final, 0);
        _assertClaimOf(game, content);
        uint256 answer = uint256(content.answer);
        uint256[4] memory signals =
            [uint256(content.lastState), content.exitCode, answer >> 128, answer & type(uint128).max];
        if (!_rules.finalVerifier.verifyProof(proof.a, proof.b, proof.c, signals)) revert ProofRefused(id);
        _endForAsserter(id, game);
    }

    /// @inheritdoc IClaimBook
    function callTime(bytes32 id) external {
        Game storage game = _running(id);
        uint256 deadline = _deadline(game);
        if (block.timestamp <= deadline) revert GameClockRunning(id, deadline);
        if (game.status == GameStatus.Pick) _endForAsserter(id, game);
        else _endForChallenger(id, game);
    }

    /// @inheritdoc IClaimBook
    function leaveGame(bytes32 id) external {
        Game storage game = _games[id];
        if (!_isRunning(game.status)) revert GameStatusRefused(id, game.status);
        bytes32 claim = game.claim;
        ClaimRecord storage record = _claims[claim];
        if (record.phase != Phase.Fallen) revert ClaimOutcomeRefused(claim, uint8(_outcome(record)));
        game.status = GameStatus.Void;
        --record.openGames;
        _owed[game.challenger] += _rules.challengeBond;
        emit GameEnded(id, claim, GameStatus.Void, address(0));
    }

    // ---- what was played off the chain ----

    /// @inheritdoc IClaimBook
    function enter(Checkpoint calldata one, bytes calldata asserterSignature, bytes calldata challengerSignature)
        external
    {
        bytes32 id = one.game;
        Game storage game = _coSigned(one, asserterSignature, challengerSignature);
        // The asserter moves next, whoever was on turn.
        _charge(id, game);
        _begin(game, true);
        game.lowState = one.lowState;
        game.highState = one.highState;
        _reach(id, game, uint16(one.depth), one.low, one.high, true);
    }

    /// @inheritdoc IClaimBook
    function enterAndProve(
        Checkpoint calldata one,
        bytes calldata asserterSignature,
        bytes calldata challengerSignature,
        Claim calldata content,
        Proof calldata proof
    ) external {
        bytes32 id = one.game;
        Game storage game = _coSigned(one, asserterSignature, challengerSignature);
        if (one.high - one.low != 1) revert CheckpointRefused();
        // Whoever was on turn had the time for it; nothing of the position has to be kept.
        if (block.timestamp > _deadline(game)) revert GameClockRunOut(id);
        _assertClaimOf(game, content);
        _assertStep(id, [uint256(content.programId), uint256(one.lowState), uint256(one.highState)], proof);
        _endForAsserter(id, game);
    }

    /// @inheritdoc IClaimBook
    function showEquivocation(
        Checkpoint calldata one,
        bytes calldata oneSignature,
        Checkpoint calldata other,
        bytes calldata otherSignature
    ) external {
        bytes32 id = one.game;
        Game storage game = _running(id);
        bytes32 oneHash = DisputeHashes.checkpoint(one);
        bytes32 otherHash = DisputeHashes.checkpoint(other);
        if (other.game != id || one.depth != other.depth || oneHash == otherHash) revert CheckpointRefused();
        address signer = ECDSA.recoverCalldata(_hashTypedDataV4(oneHash), oneSignature);
        if (ECDSA.recoverCalldata(_hashTypedDataV4(otherHash), otherSignature) != signer) revert CheckpointRefused();
        if (signer == game.challenger) _endForAsserter(id, game);
        else if (signer == _claims[game.claim].claimant) _endForChallenger(id, game);
        else revert CheckpointSignatureRefused(signer);
    }

    // ---- views ----

    /// @inheritdoc IClaimBook
    function gameOf(bytes32 id) external view returns (Game memory) {
        if (_games[id].status == GameStatus.None) revert GameUnknown(id);
        return _games[id];
    }

    /// @inheritdoc IClaimBook
    function deadlineOf(bytes32 id) external view returns (uint256) {
        return _deadline(_running(id));
    }

    // ---- steps ----

    /// @dev A running game over steps, and a deeper position of it that both its sides signed.
    function _coSigned(
        Checkpoint calldata one,
        bytes calldata asserterSignature,
        bytes calldata challengerSignature
    ) private view returns (Game storage game) {
        game = _running(one.game);
        bool isDeeper = one.depth > game.depth && one.depth <= type(uint16).max;
        if (game.link != Link.Steps || !isDeeper || one.low >= one.high) revert CheckpointRefused();
        bytes32 digest = _hashTypedDataV4(DisputeHashes.checkpoint(one));
        address asserter = ECDSA.recoverCalldata(digest, asserterSignature);
        if (asserter != _claims[game.claim].claimant) revert CheckpointSignatureRefused(asserter);
        address challenger = ECDSA.recoverCalldata(digest, challengerSignature);
        if (challenger != game.challenger) revert CheckpointSignatureRefused(challenger);
    }

    function _waiting(bytes32 id, GameStatus status, uint16 depth) private view returns (Game storage game) {
        game = _running(id);
        if (game.status != status) revert GameStatusRefused(id, game.status);
        if (game.depth != depth) revert GameDepthMismatch(depth, game.depth);
    }

    function _proving(bytes32 id, Link link, uint16 depth) private view returns (Game storage game) {
        game = _waiting(id, GameStatus.Prove, depth);
        if (game.link != link) revert GameLinkMismatch(game.link);
        if (block.timestamp > _deadline(game)) revert GameClockRunOut(id);
    }

    /// @dev A game over a claim that fell in another has no more moves.
    function _running(bytes32 id) private view returns (Game storage game) {
        game = _games[id];
        if (game.status == GameStatus.None) revert GameUnknown(id);
        if (!_isRunning(game.status)) revert GameStatusRefused(id, game.status);
        if (_claims[game.claim].phase == Phase.Fallen) {
            revert ClaimOutcomeRefused(game.claim, uint8(ClaimOutcome.Falls));
        }
    }

    function _isRunning(GameStatus status) private pure returns (bool) {
        return status == GameStatus.Split || status == GameStatus.Pick || status == GameStatus.Prove;
    }

    function _assertStep(bytes32 id, uint256[3] memory signals, Proof calldata proof) private view {
        if (!_rules.stepVerifier.verifyProof(proof.a, proof.b, proof.c, signals)) revert ProofRefused(id);
    }

    function _assertClaimOf(Game storage game, Claim calldata content) private view {
        bytes32 claim = game.claim;
        if (DisputeHashes.claim(_claims[claim].claimant, content) != claim) revert ClaimUnknown(claim);
    }

    function _deadline(Game storage game) private view returns (uint256) {
        uint32 left = game.status == GameStatus.Pick ? game.challengerLeft : game.asserterLeft;
        return uint256(game.turnSince) + left;
    }

    function _passTurn(bytes32 id, Game storage game) private {
        bool isNextAsserter = game.status == GameStatus.Pick;
        _charge(id, game);
        _begin(game, isNextAsserter);
    }

    /// @dev Takes the time since the turn began from the side whose turn it is; it must have had it.
    function _charge(bytes32 id, Game storage game) private {
        uint256 deadline = _deadline(game);
        if (block.timestamp > deadline) revert GameClockRunOut(id);
        uint32 left = uint32(deadline - block.timestamp);
        if (game.status == GameStatus.Pick) game.challengerLeft = left;
        else game.asserterLeft = left;
    }

    /// @dev No turn begins with less than the extension, so a late move leaves the other side time to answer.
    function _begin(Game storage game, bool isAsserter) private {
        game.turnSince = uint64(block.timestamp);
        uint32 least = game.extension;
        if (isAsserter && game.asserterLeft < least) game.asserterLeft = least;
        if (!isAsserter && game.challengerLeft < least) game.challengerLeft = least;
    }

    function _reach(bytes32 id, Game storage game, uint16 depth, uint64 low, uint64 high, bool entered) private {
        game.depth = depth;
        game.low = low;
        game.high = high;
        game.status = high - low == 1 ? GameStatus.Prove : GameStatus.Split;
        emit PositionReached(id, depth, low, high, game.lowState, game.highState, entered);
    }

    function _endForAsserter(bytes32 id, Game storage game) private {
        bytes32 claim = game.claim;
        ClaimRecord storage record = _claims[claim];
        game.status = GameStatus.AsserterWon;
        // The reward comes with the claim's own bond: a claim that falls later has won nothing.
        --record.openGames;
        emit GameEnded(id, claim, GameStatus.AsserterWon, record.claimant);
    }

    function _endForChallenger(bytes32 id, Game storage game) private {
        bytes32 claim = game.claim;
        ClaimRecord storage record = _claims[claim];
        address winner = game.challenger;
        game.status = GameStatus.ChallengerWon;
        uint256 won = record.games - record.openGames;
        --record.openGames;
        record.phase = Phase.Fallen;
        record.winner = winner;
        uint256 reward = _rules.reward;
        uint256 bond = _rules.challengeBond;
        _owed[winner] += bond + reward;
        // With the bonds of whoever lost to the liar before.
        _owed[_rules.sink] += _rules.claimBond - reward + won * bond;
        emit GameEnded(id, claim, GameStatus.ChallengerWon, winner);
        emit ClaimFell(claim, winner);
    }
}
