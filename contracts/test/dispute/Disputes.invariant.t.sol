// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Claim, Game, GameStatus, Link} from "../../src/dispute/types/DisputeTypes.sol";
import {ClaimOutcome} from "../../src/rollup/interfaces/IClaimResolver.sol";
import {DisputeFixture} from "../support/DisputeFixture.sol";
import {Player} from "../support/Player.sol";

/// @dev D3, D8: honest and lying claims, played in any order by a challenger who picks honestly or at random.
contract DisputesInvariantTest is DisputeFixture, Player {
    uint64 internal constant NEVER = type(uint64).max;

    bytes32[] internal claims;
    bytes32[] internal games;
    mapping(bytes32 claim => Claim) internal contents;
    mapping(bytes32 claim => uint64) internal lies;
    mapping(bytes32 claim => bool) internal fell;
    mapping(bytes32 claim => bool) internal isReleased;
    uint256 internal released;

    function setUp() public override {
        super.setUp();
        // Most moves are moves of games: fewer, and none is played to its proof.
        bytes4[] memory selectors = new bytes4[](12);
        selectors[0] = this.makeOne.selector;
        selectors[1] = this.openOne.selector;
        selectors[2] = this.passTime.selector;
        selectors[3] = this.settleOne.selector;
        selectors[4] = this.settleOne.selector;
        for (uint256 i = 5; i < selectors.length; ++i) selectors[i] = this.moveOne.selector;
        targetContract(address(this), selectors);
        expectReached("challenge");
        expectReached("split");
        expectReached("pick");
        expectReached("proof");
        expectReached("silence");
        expectReached("release");
        makeOne(3);
        openOne(0, 1);
    }

    function makeOne(uint256 seed) public {
        if (claims.length >= 8) return;
        uint64 lieAt = seed % 2 == 0 ? NEVER : uint64(seed % STEPS);
        Claim memory content = claimTold(lieAt);
        content.inputLength = uint64(claims.length);
        bytes32 id = openClaim(content);
        claims.push(id);
        contents[id] = content;
        lies[id] = lieAt;
    }

    function openOne(uint256 seed, uint256 who) public {
        bytes32 id = claims[seed % claims.length];
        vm.prank(who % 2 == 0 ? challenger : other);
        try book.challenge(asserter, contents[id], Link.Steps) returns (bytes32 game) {
            games.push(game);
            reached("challenge");
        } catch {}
    }

    function moveOne(uint256 seed, uint256 pickSeed) public {
        bytes32 id = games[seed % games.length];
        Game memory game = book.gameOf(id);
        uint64 lieAt = lies[game.claim];
        bytes32[] memory states = game.status > GameStatus.Pick ? new bytes32[](0) : statesOf(id, lieAt);
        if (game.status == GameStatus.Split) {
            vm.prank(asserter);
            try book.split(id, game.depth, states) {
                reached("split");
            } catch {}
        } else if (game.status == GameStatus.Pick) {
            uint256 segment = pickSeed % 2 == 0 ? honestSegment(game, states) : pickSeed % (states.length + 1);
            vm.prank(game.challenger);
            try book.pick(id, game.depth, segment, states) {
                reached("pick");
            } catch {}
        } else if (game.status == GameStatus.Prove && (game.low > lieAt || game.high <= lieAt)) {
            try book.proveStep(id, game.depth, contents[game.claim], stepProof(game.lowState, game.highState)) {
                reached("proof");
            } catch {}
        }
    }

    function passTime(uint256 seconds_) public {
        // Mostly little, so that not every game ends by silence.
        vm.warp(block.timestamp + bound(seconds_, 1, seconds_ % 3 == 0 ? 10 days : 10 minutes));
    }

    function settleOne(uint256 seed) public {
        bytes32 game = games[seed % games.length];
        try book.callTime(game) {
            reached("silence");
        } catch {}
        try book.leaveGame(game) {} catch {}
        try book.releaseBond(claims[seed % claims.length]) {
            ++released;
            isReleased[claims[seed % claims.length]] = true;
            reached("release");
        } catch {}
        vm.prank(seed % 2 == 0 ? challenger : asserter);
        book.withdraw();
    }

    function afterInvariant() public {
        this.reportReached("DisputesInvariantTest");
    }

    function invariant_moneyHeldIsThatOfOpenClaimsAndGames_andWhatIsOwed() public view {
        uint256 due = book.owedTo(asserter) + book.owedTo(challenger) + book.owedTo(other) + book.owedTo(SINK);
        uint256 fallen;
        for (uint256 i = 0; i < claims.length; ++i) {
            if (book.outcomeOf(claims[i]) == ClaimOutcome.Falls) ++fallen;
        }
        due += (claims.length - fallen - released) * CLAIM_BOND;
        for (uint256 i = 0; i < games.length; ++i) {
            Game memory game = book.gameOf(games[i]);
            // What an asserter won is held until their claim is settled, either way.
            bool isHeld = game.status == GameStatus.AsserterWon && !isSettled(game.claim);
            if (game.status < GameStatus.AsserterWon || isHeld) due += CHALLENGE_BOND;
        }
        assertEq(med.balanceOf(address(book)), due, "to the unit");
    }

    function isSettled(bytes32 claim) internal view returns (bool) {
        return isReleased[claim] || book.outcomeOf(claim) == ClaimOutcome.Falls;
    }

    function invariant_whatFellStaysFallen_andItsWinnerIsOne() public {
        for (uint256 i = 0; i < claims.length; ++i) {
            bool isFallen = book.outcomeOf(claims[i]) == ClaimOutcome.Falls;
            assertTrue(isFallen || !fell[claims[i]], "for ever");
            assertTrue(isFallen == (book.winnerOf(claims[i]) != address(0)), "a winner where it fell");
            fell[claims[i]] = isFallen;
        }
    }

    function invariant_openGamesAreCounted() public view {
        for (uint256 i = 0; i < claims.length; ++i) {
            uint256 open;
            for (uint256 j = 0; j < games.length; ++j) {
                Game memory game = book.gameOf(games[j]);
                if (game.claim == claims[i] && game.status < GameStatus.AsserterWon) ++open;
            }
            (,, uint32 counted) = book.timesOf(claims[i]);
            assertEq(counted, open, "games");
        }
    }
}
