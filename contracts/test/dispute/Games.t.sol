// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IClaimBook} from "../../src/dispute/interfaces/IClaimBook.sol";
import {Claim, Game, GameStatus, Link, Proof} from "../../src/dispute/types/DisputeTypes.sol";
import {ClaimOutcome} from "../../src/rollup/interfaces/IClaimResolver.sol";
import {DisputeFixture} from "../support/DisputeFixture.sol";

/// @dev D3 to D9. The findings that apply of audits of other dispute games are tests here: PROPERTIES.md has the table.
contract GamesTest is DisputeFixture {
    uint64 internal constant NEVER = type(uint64).max;

    // ---- whole games ----

    function testFuzz_lie_atAnyStep_loses(uint64 lieAt) public {
        lieAt = uint64(bound(lieAt, 0, STEPS - 1));
        Claim memory content = claimTold(lieAt);
        bytes32 id = openClaim(content);
        bytes32 game = openGame(challenger, content, Link.Steps);
        uint256 rounds = playDown(game, lieAt);
        assertTrue(rounds <= 4, "log32 of a million, rounded up");
        Game memory last = book.gameOf(game);
        assertEq(last.low, lieAt, "down to the step that does not follow");
        assertEq(last.lowState, trueState(lieAt), "accepted");
        assertEq(last.highState, falseState(lieAt + 1), "denied");
        // The step has another outcome, and that one is what can be proven.
        Proof memory proof = stepProof(trueState(lieAt), trueState(lieAt + 1));
        refused(
            IClaimBook.ProofRefused.selector, abi.encodeCall(book.proveStep, (game, last.depth, content, proof)), asserter
        );
        vm.warp(book.deadlineOf(game) + 1);
        book.callTime(game);
        assertFallen(id, challenger);
    }

    function testFuzz_truth_againstAnyPicks_wins(uint256 seed) public {
        Claim memory content = trueClaim();
        bytes32 id = openClaim(content);
        bytes32 game = openGame(challenger, content, Link.Steps);
        while (book.gameOf(game).status == GameStatus.Split) {
            bytes32[] memory states = doSplit(game, NEVER);
            seed = uint256(keccak256(abi.encode(seed)));
            uint16 depth = book.gameOf(game).depth;
            vm.prank(challenger);
            book.pick(game, depth, seed % (states.length + 1), states);
        }
        Game memory last = book.gameOf(game);
        assertEq(last.high, last.low + 1, "one step");
        vm.prank(STRANGER);
        book.proveStep(game, last.depth, content, stepProof(trueState(last.low), trueState(last.high)));
        assertEq(book.owedTo(asserter), 0, "not before it stands");
        vm.warp(block.timestamp + WINDOW + GRACE);
        assertEq(uint256(book.outcomeOf(id)), uint256(ClaimOutcome.Stands), "it stands");
        book.releaseBond(id);
        assertEq(book.owedTo(asserter), CLAIM_BOND + REWARD, "bond and reward");
        assertEq(book.owedTo(SINK), CHALLENGE_BOND - REWARD, "the rest is nobody's");
        assertEq(uint256(book.outcomeOf(id)), uint256(ClaimOutcome.Stands), "it stands for ever");
    }

    function test_genesisAndFinal_areDecidedByTheirProofAlone() public {
        Claim memory content = trueClaim();
        openClaim(content);
        bytes32 genesis = openGame(challenger, content, Link.Genesis);
        bytes32 last = openGame(challenger, content, Link.Final);
        Proof memory none;
        Proof memory forGenesis = genesisProof(content);
        Proof memory forFinal = finalProof(content);
        bytes4 wrong = IClaimBook.ProofRefused.selector;
        refused(wrong, abi.encodeCall(book.proveGenesis, (genesis, content, none)), asserter);
        refused(wrong, abi.encodeCall(book.proveGenesis, (genesis, content, forFinal)), asserter);
        refused(wrong, abi.encodeCall(book.proveFinal, (last, content, forGenesis)), asserter);
        // A proof of one link does not end a game over another.
        bytes4 link = IClaimBook.GameLinkMismatch.selector;
        refused(link, abi.encodeCall(book.proveFinal, (genesis, content, forFinal)), asserter);
        refused(link, abi.encodeCall(book.proveGenesis, (last, content, forGenesis)), asserter);
        refused(link, abi.encodeCall(book.proveStep, (last, 0, content, forGenesis)), asserter);
        // Nor one of another claim.
        Claim memory another = claimTold(5);
        bytes4 unknown = IClaimBook.ClaimUnknown.selector;
        refused(unknown, abi.encodeCall(book.proveFinal, (last, another, finalProof(another))), asserter);
        book.proveGenesis(genesis, content, forGenesis);
        book.proveFinal(last, content, forFinal);
        vm.warp(block.timestamp + WINDOW + GRACE);
        book.releaseBond(book.claimId(asserter, content));
        assertEq(book.owedTo(asserter), CLAIM_BOND + 2 * REWARD, "won both");
    }

    // ---- clocks: D6, D7 ----

    function test_silence_losesAtEachMove() public {
        Claim memory content = claimTold(77);
        bytes32 id = openClaim(content);
        // Before the first split, before a pick, before the proof, and of a link that goes to proof at once.
        bytes32[4] memory games;
        for (uint256 i = 0; i < 3; ++i) games[i] = openGame(challenger, content, Link.Steps);
        games[3] = openGame(challenger, content, Link.Genesis);
        doSplit(games[1], 77);
        playDown(games[2], 77);
        uint256 start = block.timestamp;
        for (uint256 i = 0; i < 4; ++i) {
            uint256 deadline = book.deadlineOf(games[i]);
            assertEq(deadline, start + CLOCK + 10, "whole clock, and 10 s for 10,000 lines");
            vm.warp(deadline);
            refused(IClaimBook.GameClockRunning.selector, abi.encodeCall(book.callTime, (games[i])), challenger);
        }
        vm.warp(block.timestamp + 1);
        book.callTime(games[1]);
        assertEq(uint256(book.gameOf(games[1]).status), uint256(GameStatus.AsserterWon), "the challenger was silent");
        bytes32[] memory states = statesOf(games[0], 77);
        refused(IClaimBook.GameClockRunOut.selector, abi.encodeCall(book.split, (games[0], 0, states)), asserter);
        Proof memory proof = genesisProof(content);
        refused(
            IClaimBook.GameClockRunOut.selector, abi.encodeCall(book.proveGenesis, (games[3], content, proof)), asserter
        );
        book.callTime(games[2]);
        assertFallen(id, challenger);
        // The others are over with the claim, and take nothing from their challenger.
        refused(IClaimBook.ClaimOutcomeRefused.selector, abi.encodeCall(book.callTime, (games[0])), challenger);
        book.leaveGame(games[0]);
        book.leaveGame(games[3]);
        refused(IClaimBook.GameStatusRefused.selector, abi.encodeCall(book.leaveGame, (games[0])), challenger);
        assertEq(book.owedTo(challenger), 3 * CHALLENGE_BOND + REWARD, "one bond was lost by silence");
    }

    function test_lateMoves_leaveTheOtherTimeAndEndInTime() public {
        Claim memory content = claimTold(123_456);
        openClaim(content);
        bytes32 game = openGame(challenger, content, Link.Steps);
        uint256 start = block.timestamp;
        uint256 turns;
        while (book.gameOf(game).status != GameStatus.Prove) {
            vm.warp(book.deadlineOf(game));
            bytes32[] memory states = doSplit(game, 123_456);
            assertTrue(book.deadlineOf(game) >= block.timestamp + EXTENSION + 10, "time to answer");
            vm.warp(book.deadlineOf(game));
            doPick(game, states);
            assertTrue(book.deadlineOf(game) >= block.timestamp + EXTENSION + 10, "time to answer");
            turns += 2;
        }
        uint256 most = 2 * (CLOCK + 10) + (turns + 1) * (EXTENSION + 10);
        assertTrue(book.deadlineOf(game) <= start + most, "bounded");
    }

    function test_window_ofGames_isKept() public {
        Claim memory content = claimTold(5);
        bytes32 id = openClaim(content);
        uint256 start = block.timestamp;
        vm.warp(start + WINDOW - 1);
        bytes32 game = openGame(challenger, content, Link.Steps);
        vm.warp(start + WINDOW);
        bytes memory call = abi.encodeCall(book.challenge, (asserter, content, Link.Steps));
        refused(IClaimBook.ClaimWindowOver.selector, call, challenger);
        // A game that was opened in time keeps the claim open for as long as it takes.
        vm.warp(start + WINDOW + GRACE + 30 days);
        assertEq(uint256(book.outcomeOf(id)), uint256(ClaimOutcome.Open), "still open");
        refused(IClaimBook.ClaimOutcomeRefused.selector, abi.encodeCall(book.releaseBond, (id)), asserter);
        book.callTime(game);
        assertFallen(id, challenger);
    }

    // ---- who and when: D5 ----

    function test_moves_byOthers_outOfTurn_orForAnotherPosition_areRefused() public {
        Claim memory content = claimTold(31_000);
        openClaim(content);
        bytes32 game = openGame(challenger, content, Link.Steps);
        bytes32[] memory states = statesOf(game, 31_000);
        bytes4 player = IClaimBook.GamePlayerOnly.selector;
        bytes4 status = IClaimBook.GameStatusRefused.selector;
        bytes4 depth = IClaimBook.GameDepthMismatch.selector;
        refused(player, abi.encodeCall(book.split, (game, 0, states)), challenger);
        refused(player, abi.encodeCall(book.split, (game, 0, states)), STRANGER);
        refused(status, abi.encodeCall(book.pick, (game, 0, 0, states)), challenger);
        refused(status, abi.encodeCall(book.proveStep, (game, 0, content, stepProof(0, 0))), asserter);
        refused(depth, abi.encodeCall(book.split, (game, 1, states)), asserter);
        doSplit(game, 31_000);
        refused(status, abi.encodeCall(book.split, (game, 0, states)), asserter);
        refused(player, abi.encodeCall(book.pick, (game, 0, 0, states)), asserter);
        refused(player, abi.encodeCall(book.pick, (game, 0, 0, states)), other);
        refused(depth, abi.encodeCall(book.pick, (game, 1, 0, states)), challenger);
        refused(IClaimBook.GameSegmentRefused.selector, abi.encodeCall(book.pick, (game, 0, 32, states)), challenger);
        refused(
            IClaimBook.GameSegmentRefused.selector,
            abi.encodeCall(book.pick, (game, 0, type(uint256).max, states)),
            challenger
        );
        bytes32[] memory forged = statesOf(game, 31_000);
        forged[3] = falseState(1);
        refused(IClaimBook.GameStatesRefused.selector, abi.encodeCall(book.pick, (game, 0, 0, forged)), challenger);
        doPick(game, states);
        // The moves of before, again.
        refused(depth, abi.encodeCall(book.split, (game, 0, states)), asserter);
        refused(status, abi.encodeCall(book.pick, (game, 0, 0, states)), challenger);
    }

    function test_split_ofOtherSize_orOutsideTheField_reverts() public {
        Claim memory content = claimTold(1);
        openClaim(content);
        bytes32 game = openGame(challenger, content, Link.Steps);
        bytes4 refusal = IClaimBook.GameStatesRefused.selector;
        refused(refusal, abi.encodeCall(book.split, (game, 0, new bytes32[](0))), asserter);
        refused(refusal, abi.encodeCall(book.split, (game, 0, new bytes32[](30))), asserter);
        refused(refusal, abi.encodeCall(book.split, (game, 0, new bytes32[](32))), asserter);
        bytes32[] memory states = statesOf(game, 1);
        states[30] = bytes32(type(uint256).max);
        refused(IClaimBook.StateOutsideField.selector, abi.encodeCall(book.split, (game, 0, states)), asserter);
    }

    function test_moveOfOneGame_inAnother_isRefused() public {
        Claim memory content = claimTold(31_000);
        openClaim(content);
        bytes32 one = openGame(challenger, content, Link.Steps);
        bytes32 two = openGame(other, content, Link.Steps);
        bytes32[] memory states = doSplit(one, 31_000);
        doSplit(two, 40_000);
        refused(IClaimBook.GameStatesRefused.selector, abi.encodeCall(book.pick, (two, 0, 0, states)), other);
        refused(IClaimBook.GamePlayerOnly.selector, abi.encodeCall(book.pick, (two, 0, 0, states)), challenger);
    }

    function test_link_thatIsNone_reverts() public {
        Claim memory content = trueClaim();
        openClaim(content);
        bytes memory call = abi.encodeCall(book.challenge, (asserter, content, Link.Final));
        call[call.length - 1] = 0x03;
        vm.prank(challenger);
        (bool ok,) = address(book).call(call);
        assertTrue(!ok, "three links, no fourth");
        call[call.length - 2] = 0x01;
        call[call.length - 1] = 0x00;
        vm.prank(challenger);
        (ok,) = address(book).call(call);
        assertTrue(!ok, "nor one that a cast makes of a larger number");
    }

    function test_unknownGame_reverts() public {
        bytes4 unknown = IClaimBook.GameUnknown.selector;
        bytes32 id = keccak256("nothing");
        refused(unknown, abi.encodeCall(book.callTime, (id)), challenger);
        refused(unknown, abi.encodeCall(book.split, (id, 0, new bytes32[](31))), asserter);
        refused(unknown, abi.encodeCall(book.proveStep, (id, 0, trueClaim(), stepProof(0, 0))), asserter);
        refused(IClaimBook.GameStatusRefused.selector, abi.encodeCall(book.leaveGame, (id)), challenger);
    }

    // ---- several games: D3, D4 ----

    function test_friend_whoLosesToTheLiar_savesNothing() public {
        Claim memory content = claimTold(500_000);
        bytes32 id = openClaim(content);
        bytes32 friendly = openGame(other, content, Link.Steps);
        bytes32 honest = openGame(challenger, content, Link.Steps);
        // The friend denies a step that is true; the liar proves it.
        while (book.gameOf(friendly).status == GameStatus.Split) {
            bytes32[] memory states = doSplit(friendly, 500_000);
            uint16 depth = book.gameOf(friendly).depth;
            vm.prank(other);
            book.pick(friendly, depth, 0, states);
        }
        Game memory last = book.gameOf(friendly);
        book.proveStep(friendly, last.depth, content, stepProof(last.lowState, last.highState));
        assertEq(uint256(book.outcomeOf(id)), uint256(ClaimOutcome.Open), "it confirms nothing");
        assertEq(book.owedTo(asserter), 0, "and nothing is paid yet");
        playDown(honest, 500_000);
        vm.warp(book.deadlineOf(honest) + 1);
        book.callTime(honest);
        assertFallen(id, challenger);
        assertEq(book.owedTo(asserter), 0, "what a liar won is lost with the claim");
        assertEq(book.owedTo(SINK), CLAIM_BOND - REWARD + CHALLENGE_BOND, "the friend's bond too");
    }

    /// @dev Whoever is challenger and claimant, under one name or two, pays the claim's bond less the reward.
    function test_claimant_whoChallengesThemselves_pays() public {
        Claim memory content = claimTold(3);
        bytes32 id = openClaim(content);
        uint256 before = med.balanceOf(asserter) + CLAIM_BOND;
        bytes32 game = openGame(asserter, content, Link.Genesis);
        vm.warp(book.deadlineOf(game) + 1);
        book.callTime(game);
        assertFallen(id, asserter);
        vm.prank(asserter);
        book.withdraw();
        assertEq(before - med.balanceOf(asserter), CLAIM_BOND - REWARD, "the rest is gone");
    }

    function test_severalChallengers_theFirstToWinIsTheWinner_theOthersLeave() public {
        Claim memory content = claimTold(9);
        bytes32 id = openClaim(content);
        bytes32 one = openGame(challenger, content, Link.Steps);
        bytes32 two = openGame(other, content, Link.Steps);
        bytes32[] memory states = doSplit(two, 9);
        refused(IClaimBook.ClaimOutcomeRefused.selector, abi.encodeCall(book.leaveGame, (two)), other);
        vm.warp(book.deadlineOf(one) + 1);
        book.callTime(one);
        assertFallen(id, challenger);
        refused(IClaimBook.ClaimOutcomeRefused.selector, abi.encodeCall(book.pick, (two, 0, 0, states)), other);
        bytes memory late = abi.encodeCall(book.challenge, (asserter, content, Link.Steps));
        refused(IClaimBook.ClaimOutcomeRefused.selector, late, other);
        book.leaveGame(two);
        assertEq(book.owedTo(other), CHALLENGE_BOND, "the own bond");
        assertEq(book.winnerOf(id), challenger, "one winner");
        (,, uint32 openGames) = book.timesOf(id);
        assertEq(openGames, 0, "no game is open");
    }

    function test_shortRuns_ofOneAndOfThirtyThreeSteps() public {
        for (uint64 steps = 1; steps <= 33; steps += 32) {
            Claim memory content = trueClaim();
            (content.steps, content.lastState) = (steps, trueState(steps));
            openClaim(content);
            bytes32 game = openGame(challenger, content, Link.Steps);
            playDown(game, NEVER);
            Game memory last = book.gameOf(game);
            assertEq(last.high - last.low, 1, "one step");
            book.proveStep(game, last.depth, content, stepProof(trueState(last.low), trueState(last.high)));
        }
    }

    function assertFallen(bytes32 id, address winner) internal view {
        assertEq(uint256(book.outcomeOf(id)), uint256(ClaimOutcome.Falls), "it falls");
        assertEq(book.winnerOf(id), winner, "winner");
        assertTrue(book.owedTo(winner) >= CHALLENGE_BOND + REWARD, "bond and reward");
        assertTrue(book.owedTo(SINK) >= CLAIM_BOND - REWARD, "the rest is nobody's");
    }
}
