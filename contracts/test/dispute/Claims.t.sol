// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ClaimBook} from "../../src/dispute/ClaimBook.sol";
import {IClaimBook} from "../../src/dispute/interfaces/IClaimBook.sol";
import {IFinalVerifier} from "../../src/dispute/interfaces/IVerifiers.sol";
import {Claim, DisputeRules, Link} from "../../src/dispute/types/DisputeTypes.sol";
import {ClaimOutcome} from "../../src/rollup/interfaces/IClaimResolver.sol";
import {DisputeFixture} from "../support/DisputeFixture.sol";

/// @dev D1 to D3, D12.
contract ClaimsTest is DisputeFixture {
    function outcome(bytes32 id) internal view returns (uint256) {
        return uint256(book.outcomeOf(id));
    }

    function test_claim_thatNobodyDenies_standsAfterWindowAndGrace() public {
        uint256 before = med.balanceOf(asserter);
        Claim memory content = trueClaim();
        bytes32 id = openClaim(content);
        assertEq(med.balanceOf(asserter), before - CLAIM_BOND, "bond taken");
        (bytes32 programId, bytes32 answer) = (content.programId, content.answer);
        assertTrue(book.says(id, asserter, programId, content.exitCode, answer), "it says so");
        assertTrue(!book.says(id, challenger, programId, content.exitCode, answer), "another claimant");
        assertTrue(!book.says(id, asserter, answer, content.exitCode, answer), "another program");
        assertTrue(!book.says(id, asserter, programId, content.exitCode + 1, answer), "another exit code");
        assertTrue(!book.says(id, asserter, programId, content.exitCode, programId), "another answer");
        assertTrue(!book.says(answer, address(0), 0, 0, 0), "an unknown claim says nothing");
        vm.warp(block.timestamp + WINDOW + GRACE - 1);
        assertEq(outcome(id), uint256(ClaimOutcome.Open), "open to the last second");
        refused(IClaimBook.ClaimOutcomeRefused.selector, abi.encodeCall(book.releaseBond, (id)), STRANGER);
        vm.warp(block.timestamp + 1);
        assertEq(outcome(id), uint256(ClaimOutcome.Stands), "stands");
        book.releaseBond(id);
        refused(IClaimBook.ClaimBondReleased.selector, abi.encodeCall(book.releaseBond, (id)), asserter);
        vm.prank(asserter);
        assertEq(book.withdraw(), CLAIM_BOND, "bond back");
        assertEq(med.balanceOf(asserter), before, "to the unit");
    }

    function test_claim_withoutQuorum_saysNothingAndLapses() public {
        Claim memory content = trueClaim();
        vm.prank(asserter);
        bytes32 id = book.makeClaim(content, "");
        bytes memory call = abi.encodeCall(book.challenge, (asserter, content, Link.Steps));
        refused(IClaimBook.ClaimOutcomeRefused.selector, call, challenger);
        vm.warp(block.timestamp + AVAILABILITY);
        assertEq(outcome(id), uint256(ClaimOutcome.Open), "to the last second");
        vm.warp(block.timestamp + 1);
        assertEq(outcome(id), uint256(ClaimOutcome.Lapsed), "lapsed");
        bytes memory late = abi.encodeCall(book.postReceipts, (asserter, content, receiptsFor(content, 2)));
        refused(IClaimBook.ReceiptsLate.selector, late, asserter);
        refused(IClaimBook.ClaimOutcomeRefused.selector, call, challenger);
        vm.warp(block.timestamp + 365 days);
        assertEq(outcome(id), uint256(ClaimOutcome.Lapsed), "for ever");
        book.releaseBond(id);
        assertEq(book.owedTo(asserter), CLAIM_BOND, "bond back");
    }

    function test_postReceipts_byAnybody_opensOnce() public {
        Claim memory content = trueClaim();
        vm.prank(asserter);
        bytes32 id = book.makeClaim(content, "");
        vm.warp(block.timestamp + 10);
        bytes memory call = abi.encodeCall(book.postReceipts, (asserter, content, receiptsFor(content, 3)));
        vm.prank(STRANGER);
        (bool ok,) = address(book).call(call);
        assertTrue(ok, "posted");
        (uint64 windowEnd,,) = book.timesOf(id);
        assertEq(windowEnd, block.timestamp + WINDOW, "the window begins with the quorum");
        refused(IClaimBook.ClaimOutcomeRefused.selector, call, STRANGER);
    }

    function test_receipts_thatAreNot_areRefused() public {
        Claim memory content = trueClaim();
        bytes memory both = receiptsFor(content, 2);
        bytes memory one = receiptsFor(content, 1);
        refusedReceipts(IClaimBook.ReceiptsMissing.selector, content, one);
        refusedReceipts(IClaimBook.ReceiptRefused.selector, content, bytes.concat(one, one));
        refusedReceipts(IClaimBook.ReceiptsMalformed.selector, content, bytes.concat(both, hex"00"));
        // Of somebody who is not a recipient, and in another order.
        bytes memory foreign = signed(ASSERTER_KEY, keccak256("anything"));
        refusedReceipts(IClaimBook.ReceiptRefused.selector, content, bytes.concat(one, foreign));
        // Each field of the claim changed.
        for (uint256 field = 0; field < 9; ++field) {
            refusedReceipts(IClaimBook.ReceiptRefused.selector, changed(content, field), both);
        }
        // Those of another claimant's same claim.
        vm.prank(challenger);
        (bool ok,) = address(book).call(abi.encodeCall(book.makeClaim, (content, both)));
        assertTrue(!ok, "another claimant");
        // On another chain, and in another ClaimBook.
        vm.chainId(5);
        refusedReceipts(IClaimBook.ReceiptRefused.selector, content, both);
        vm.chainId(31337);
        ClaimBook second = ClaimBook(this.makeBook(someRules(), sortedRecipients()));
        vm.prank(asserter);
        (ok,) = address(second).call(abi.encodeCall(second.makeClaim, (content, both)));
        assertTrue(!ok, "another ClaimBook");
    }

    function test_makeClaim_twice_reverts_andOfAnotherIsAnother() public {
        Claim memory content = trueClaim();
        bytes32 id = openClaim(content);
        refused(IClaimBook.ClaimExists.selector, abi.encodeCall(book.makeClaim, (content, "")), asserter);
        vm.prank(challenger);
        assertTrue(book.makeClaim(content, "") != id, "a copy is a claim of its copier");
    }

    function test_makeClaim_outOfRange_reverts() public {
        bytes32 past = bytes32(uint256(21888242871839275222246405745257275088548364400416034343698204186575808495617));
        Claim[8] memory bad;
        for (uint256 i = 0; i < 8; ++i) bad[i] = trueClaim();
        bad[0].programId = past;
        bad[1].inputRoot = past;
        bad[2].firstState = past;
        bad[3].lastState = bytes32(type(uint256).max);
        bad[4].steps = 0;
        bad[5].steps = 2 ** 40 + 1;
        bad[6].lines = 10_000_001;
        bad[7].lines = type(uint64).max;
        for (uint256 i = 0; i < 8; ++i) {
            refused(IClaimBook.ClaimRefused.selector, abi.encodeCall(book.makeClaim, (bad[i], "")), asserter);
        }
        Claim memory atLimit = trueClaim();
        (atLimit.steps, atLimit.lines, atLimit.lastState) = (2 ** 40, 10_000_000, bytes32(uint256(past) - 1));
        vm.prank(asserter);
        book.makeClaim(atLimit, "");
    }

    function test_unknownClaim_hasNoOutcomeAndNoUse() public {
        bytes32 id = keccak256("nothing");
        assertEq(outcome(id), uint256(ClaimOutcome.Unknown), "unknown");
        refused(IClaimBook.ClaimUnknown.selector, abi.encodeCall(book.releaseBond, (id)), asserter);
        bytes memory call = abi.encodeCall(book.challenge, (asserter, trueClaim(), Link.Final));
        refused(IClaimBook.ClaimUnknown.selector, call, challenger);
    }

    function test_rules_thatCanNotHold_areRefused() public {
        for (uint256 field = 0; field < 17; ++field) {
            DisputeRules memory bad = someRules();
            if (field == 0) bad.sink = address(0);
            if (field == 1) bad.finalVerifier = IFinalVerifier(address(0));
            if (field == 2) bad.reward = CHALLENGE_BOND;
            if (field == 3) (bad.reward, bad.challengeBond) = (CLAIM_BOND, CLAIM_BOND + 1);
            if (field == 4) bad.window = 0;
            if (field == 5) bad.window = 366 days;
            if (field == 6) bad.grace = 366 days;
            if (field == 7) bad.extension = 0;
            if (field == 8) bad.extension = CLOCK + 1;
            if (field == 9) (bad.clock, bad.extension) = (366 days, 1 hours);
            if (field == 10) bad.linesPerSecond = 0;
            if (field == 11) bad.lineLimit = type(uint64).max;
            if (field == 12) bad.stepLimit = 0;
            if (field == 13) bad.stepLimit = 2 ** 63 + 1;
            if (field == 14) bad.quorum = 0;
            if (field == 15) bad.quorum = 4;
            if (field == 16) bad.availabilityPeriod = 366 days;
            address[] memory recipients = sortedRecipients();
            try this.makeBook(bad, recipients) {
                assertEq(field, type(uint256).max, "rules were accepted");
            } catch (bytes memory reason) {
                assertEq(bytes32(bytes4(reason)), bytes32(IClaimBook.RulesRefused.selector), "refused by this error");
            }
        }
        address[] memory twice = new address[](2);
        (twice[0], twice[1]) = (STRANGER, STRANGER);
        DisputeRules memory good = someRules();
        vm.expectRevert(abi.encodeWithSelector(IClaimBook.RecipientsUnordered.selector, 1));
        this.makeBook(good, twice);
    }

    /// @dev A call of its own, so that a refusal can be looked at.
    function makeBook(DisputeRules memory rules, address[] memory recipients) external returns (address) {
        return shipped("claimBook", abi.encode(rules, recipients));
    }

    function refusedReceipts(bytes4 selector, Claim memory content, bytes memory receipts) internal {
        refused(selector, abi.encodeCall(book.makeClaim, (content, receipts)), asserter);
    }

    function changed(Claim memory content, uint256 field) internal pure returns (Claim memory other) {
        other = abi.decode(abi.encode(content), (Claim));
        bytes32 one = bytes32(uint256(1));
        if (field == 0) other.programId ^= one;
        if (field == 1) other.inputRoot ^= one;
        if (field == 2) other.firstState ^= one;
        if (field == 3) other.lastState ^= one;
        if (field == 4) other.answer ^= one;
        if (field == 5) ++other.exitCode;
        if (field == 6) ++other.steps;
        if (field == 7) ++other.lines;
        if (field == 8) ++other.inputLength;
    }
}
