// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IClaimBook} from "../../src/dispute/interfaces/IClaimBook.sol";
import {Checkpoint, Claim, Game, GameStatus, Link, Proof} from "../../src/dispute/types/DisputeTypes.sol";
import {ClaimOutcome} from "../../src/rollup/interfaces/IClaimResolver.sol";
import {DisputeFixture} from "../support/DisputeFixture.sol";

/// @dev D10.
contract CheckpointsTest is DisputeFixture {
    uint64 internal constant LIE_AT = 500;
    bytes32 internal id;
    bytes32 internal game;

    function setUp() public override {
        super.setUp();
        Claim memory content = claimTold(LIE_AT);
        id = openClaim(content);
        game = openGame(challenger, content, Link.Steps);
    }

    function position(uint64 depth, uint64 low, uint64 high) internal view returns (Checkpoint memory) {
        return Checkpoint(game, depth, low, high, toldState(low, LIE_AT), toldState(high, LIE_AT));
    }

    function digestOf(Checkpoint memory one) internal view returns (bytes32) {
        return typed(
            address(book),
            keccak256(
                abi.encode(
                    keccak256(
                        "Checkpoint(bytes32 game,uint64 depth,uint64 low,uint64 high,bytes32 lowState,bytes32 highState)"
                    ),
                    one
                )
            )
        );
    }

    function entering(Checkpoint memory one) internal view returns (bytes memory) {
        bytes32 digest = digestOf(one);
        return abi.encodeCall(book.enter, (one, signed(ASSERTER_KEY, digest), signed(CHALLENGER_KEY, digest)));
    }

    function doEnter(Checkpoint memory one) internal {
        (bool ok,) = address(book).call(entering(one));
        assertTrue(ok, "entered");
    }

    function test_enter_byAnybody_deeperSupersedes_andPlayGoesOn() public {
        doEnter(position(2, 400, 600));
        doEnter(position(4, LIE_AT, LIE_AT + 1));
        Game memory reached = book.gameOf(game);
        assertEq(uint256(reached.status), uint256(GameStatus.Prove), "to the proof at once");
        assertEq(reached.depth, 4, "depth");
        refused(IClaimBook.CheckpointRefused.selector, entering(position(2, 400, 600)), asserter);
        refused(IClaimBook.CheckpointRefused.selector, entering(position(4, LIE_AT, LIE_AT + 1)), asserter);
        vm.warp(book.deadlineOf(game) + 1);
        book.callTime(game);
        assertEq(uint256(book.outcomeOf(id)), uint256(ClaimOutcome.Falls), "falls");
    }

    function test_enter_inTheMiddleOfARound_thenOnTheChain() public {
        bytes32[] memory states = doSplit(game, LIE_AT);
        doEnter(position(1, 0, 31_250));
        refused(IClaimBook.GameStatusRefused.selector, abi.encodeCall(book.pick, (game, 0, 0, states)), challenger);
        playDown(game, LIE_AT);
        assertEq(book.gameOf(game).low, LIE_AT, "down to the lie");
    }

    function test_enter_withoutBothSignatures_reverts() public {
        Checkpoint memory one = position(1, 0, 31_250);
        bytes32 digest = digestOf(one);
        bytes memory mine = signed(ASSERTER_KEY, digest);
        bytes memory theirs = signed(CHALLENGER_KEY, digest);
        bytes4 refusal = IClaimBook.CheckpointSignatureRefused.selector;
        refused(refusal, abi.encodeCall(book.enter, (one, mine, mine)), asserter);
        refused(refusal, abi.encodeCall(book.enter, (one, theirs, mine)), asserter);
        refused(refusal, abi.encodeCall(book.enter, (one, mine, signed(OTHER_KEY, digest))), asserter);
        one.high = 31_251;
        refused(refusal, abi.encodeCall(book.enter, (one, mine, theirs)), asserter);
        one.high = 31_250;
        vm.chainId(5);
        refused(refusal, abi.encodeCall(book.enter, (one, mine, theirs)), asserter);
        vm.chainId(31337);
        bytes32 second = openGame(challenger, claimTold(LIE_AT), Link.Steps);
        one.game = second;
        refused(refusal, abi.encodeCall(book.enter, (one, mine, theirs)), asserter);
    }

    function test_enter_ofAPositionThatIsNone_reverts() public {
        bytes4 refusal = IClaimBook.CheckpointRefused.selector;
        refused(refusal, entering(position(0, 0, 31_250)), asserter);
        refused(refusal, entering(position(1, 700, 700)), asserter);
        refused(refusal, entering(position(1, 700, 699)), asserter);
        refused(refusal, entering(position(70_000, 0, 10)), asserter);
        Claim memory content = claimTold(LIE_AT);
        game = openGame(challenger, content, Link.Final);
        refused(refusal, entering(position(1, 0, 31_250)), asserter);
    }

    function test_enter_afterTheClock_reverts() public {
        vm.warp(book.deadlineOf(game) + 1);
        refused(IClaimBook.GameClockRunOut.selector, entering(position(1, 0, 31_250)), asserter);
    }

    function test_equivocation_losesForWhoeverDidIt() public {
        Checkpoint memory one = position(1, 0, 31_250);
        Checkpoint memory two = position(1, 31_250, 62_500);
        show(one, two, CHALLENGER_KEY);
        assertEq(uint256(book.gameOf(game).status), uint256(GameStatus.AsserterWon), "the challenger did");
        game = openGame(challenger, claimTold(LIE_AT), Link.Steps);
        show(position(3, 5, 6), position(3, 6, 7), ASSERTER_KEY);
        assertEq(uint256(book.outcomeOf(id)), uint256(ClaimOutcome.Falls), "the asserter did");
    }

    function test_equivocation_thatIsNone_reverts() public {
        Checkpoint memory one = position(1, 0, 31_250);
        bytes4 refusal = IClaimBook.CheckpointRefused.selector;
        refused(refusal, showing(one, one, CHALLENGER_KEY, CHALLENGER_KEY), asserter);
        refused(refusal, showing(one, position(2, 0, 977), CHALLENGER_KEY, CHALLENGER_KEY), asserter);
        refused(refusal, showing(one, position(1, 5, 6), CHALLENGER_KEY, ASSERTER_KEY), asserter);
        bytes4 signature = IClaimBook.CheckpointSignatureRefused.selector;
        refused(signature, showing(one, position(1, 5, 6), OTHER_KEY, OTHER_KEY), asserter);
        Checkpoint memory elsewhere = position(1, 5, 6);
        elsewhere.game = openGame(challenger, claimTold(LIE_AT), Link.Steps);
        refused(refusal, showing(one, elsewhere, CHALLENGER_KEY, CHALLENGER_KEY), asserter);
    }

    // ---- a position and its proof at once ----

    function proving(Checkpoint memory one, Claim memory content, Proof memory proof)
        internal
        view
        returns (bytes memory)
    {
        bytes32 digest = digestOf(one);
        (bytes memory mine, bytes memory theirs) = (signed(ASSERTER_KEY, digest), signed(CHALLENGER_KEY, digest));
        return abi.encodeCall(book.enterAndProve, (one, mine, theirs, content, proof));
    }

    function test_enterAndProve_endsTheGame_onlyWithWhatEachOfTheTwoNeeds() public {
        Claim memory content = claimTold(LIE_AT);
        Checkpoint memory step = position(4, 400, 401);
        Proof memory proof = stepProof(trueState(400), trueState(401));
        bytes4 checkpoint = IClaimBook.CheckpointRefused.selector;
        refused(checkpoint, proving(position(4, 400, 402), content, proof), asserter);
        refused(checkpoint, proving(position(0, 400, 401), content, proof), asserter);
        bytes4 wrong = IClaimBook.ProofRefused.selector;
        refused(wrong, proving(step, content, stepProof(trueState(401), trueState(402))), asserter);
        refused(wrong, proving(position(4, LIE_AT, LIE_AT + 1), content, proof), asserter);
        Claim memory another = claimTold(LIE_AT);
        another.programId = bytes32(uint256(9));
        refused(IClaimBook.ClaimUnknown.selector, proving(step, another, proof), asserter);
        bytes memory mine = signed(ASSERTER_KEY, digestOf(step));
        bytes memory forged = abi.encodeCall(book.enterAndProve, (step, mine, mine, content, proof));
        refused(IClaimBook.CheckpointSignatureRefused.selector, forged, asserter);
        (bool ok,) = address(book).call(proving(step, content, proof));
        assertTrue(ok, "proven");
        assertEq(uint256(book.gameOf(game).status), uint256(GameStatus.AsserterWon), "won");
        refused(IClaimBook.GameStatusRefused.selector, proving(step, content, proof), asserter);
    }

    function test_enterAndProve_afterTheClock_reverts() public {
        vm.warp(book.deadlineOf(game) + 1);
        Proof memory proof = stepProof(trueState(400), trueState(401));
        bytes memory late = proving(position(4, 400, 401), claimTold(LIE_AT), proof);
        refused(IClaimBook.GameClockRunOut.selector, late, asserter);
    }

    function show(Checkpoint memory one, Checkpoint memory two, uint256 key) internal {
        (bool ok,) = address(book).call(showing(one, two, key, key));
        assertTrue(ok, "shown");
    }

    function showing(Checkpoint memory one, Checkpoint memory two, uint256 first, uint256 second)
        internal
        view
        returns (bytes memory)
    {
        return abi.encodeCall(
            book.showEquivocation, (one, signed(first, digestOf(one)), two, signed(second, digestOf(two)))
        );
    }
}
