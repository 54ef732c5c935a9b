// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Certificate, Record} from "../../src/exchange/types/ExchangeTypes.sol";
import {CourtParameters} from "../../src/oracle/evidence/RevalidationCourt.sol";
import {CaseState, IRevalidationCourt, RevalidationCase, Verdict} from "../../src/oracle/interfaces/IRevalidationCourt.sol";
import {EvidenceFixture} from "../support/EvidenceFixture.sol";

/// @dev E5: a certificate judged again. The committee has five of the seven oracles that did not certify; four decide.
contract RevalidationCourtTest is EvidenceFixture {
    bytes internal kept;
    Certificate internal certificate;
    bytes32 internal id;

    function setUp() public override {
        super.setUp();
        Record memory sold;
        (sold, certificate) = sell();
        kept = abi.encode(sold);
        id = recordIdOf(sold);
    }

    function record() internal view returns (Record memory) {
        return abi.decode(kept, (Record));
    }

    function stateOf() internal view returns (CaseState) {
        return court.caseOf(id).state;
    }

    function openCase() internal {
        Record memory sold = record();
        vm.prank(consumer);
        court.open(sold, certificate, keccak256("grounds"));
    }

    function drawn() internal returns (address[] memory) {
        openCase();
        vm.roll(block.number + 3);
        court.draw(id);
        return court.caseOf(id).committee;
    }

    function envelopes(uint256 count) internal pure returns (bytes[] memory all) {
        all = new bytes[](count);
        for (uint256 i = 0; i < count; ++i) all[i] = hex"01";
    }

    function judging() internal returns (address[] memory committee) {
        committee = drawn();
        vm.prank(consumer);
        court.giveKeys(id, envelopes(5));
    }

    function commit(address member, Verdict verdict) internal {
        vm.prank(member);
        court.commitVerdict(id, keccak256(abi.encode(id, member, verdict, bytes32("salt"))));
    }

    function reveal(address member, Verdict verdict) internal {
        vm.prank(member);
        court.revealVerdict(id, verdict, "salt");
    }

    /// @dev Everybody with a verdict commits and reveals it; then the case is closed.
    function decide(Verdict[5] memory verdicts) internal returns (address[] memory committee) {
        committee = judging();
        for (uint256 i = 0; i < 5; ++i) if (verdicts[i] != Verdict.None) commit(committee[i], verdicts[i]);
        pass(2 days + 1);
        for (uint256 i = 0; i < 5; ++i) if (verdicts[i] != Verdict.None) reveal(committee[i], verdicts[i]);
        pass(1 days);
        court.close(id);
    }

    function all(uint256 count, Verdict verdict, Verdict rest) internal pure returns (Verdict[5] memory verdicts) {
        for (uint256 i = 0; i < 5; ++i) verdicts[i] = i < count ? verdict : rest;
    }

    // ---- how a case ends ----

    function test_overturned_refundsAndSlashes() public {
        uint256 balance = token.balanceOf(consumer);
        address[] memory committee = decide(all(4, Verdict.Overturned, Verdict.Upheld));
        assertTrue(stateOf() == CaseState.Overturned, "overturned");
        for (uint256 i = 0; i < 3; ++i) {
            assertEq(stakeOf(i), STAKE * 8 / 10, "a fifth of each that certified");
            assertTrue(stake.poolOf(operatorAt(i)).jailedUntil != 0, "jailed");
        }
        uint256 taken = 3 * STAKE / 5;
        // Nothing but the bond left and came back; of what was taken three tenths are the consumer's.
        assertEq(token.balanceOf(consumer) - balance, taken * 3 / 10, "bond, loss and more");
        for (uint256 i = 0; i < 4; ++i) assertEq(token.balanceOf(committee[i]), taken / 10 / 4, "their part");
        assertEq(token.balanceOf(committee[4]), 0, "who said otherwise has none");
        assertEq(token.balanceOf(address(court)), 0, "nothing stays");
    }

    function test_upheld_costsTheBond() public {
        uint256 balance = token.balanceOf(consumer);
        address[] memory committee = decide(all(4, Verdict.Upheld, Verdict.Overturned));
        assertTrue(stateOf() == CaseState.Upheld, "upheld");
        assertEq(balance - token.balanceOf(consumer), BOND, "the bond");
        uint256 part = BOND / 2 / 3;
        for (uint256 i = 0; i < 3; ++i) {
            assertEq(token.balanceOf(operatorAt(i)), part, "who was accused");
            assertEq(stakeOf(i), STAKE, "unpunished");
        }
        uint256 fee = (BOND - 3 * part) / 4;
        for (uint256 i = 0; i < 4; ++i) assertEq(token.balanceOf(committee[i]), fee, "who judged");
        assertEq(token.balanceOf(TREASURY), BOND - 3 * part - 4 * fee, "dust");
        assertEq(token.balanceOf(address(court)), 0, "nothing stays");
    }

    /// @dev Keys that do not open the record are the consumer's fault.
    function test_unable_costsTheBond() public {
        uint256 balance = token.balanceOf(consumer);
        address[] memory committee = decide(all(5, Verdict.Unable, Verdict.None));
        assertTrue(stateOf() == CaseState.Unable, "unable");
        assertEq(balance - token.balanceOf(consumer), BOND, "the bond");
        assertEq(token.balanceOf(committee[0]), BOND / 5, "who tried");
        assertEq(stakeOf(0), STAKE, "unpunished");
    }

    /// @dev Less than two thirds decide nothing.
    function test_hung_givesMostBack() public {
        uint256 balance = token.balanceOf(consumer);
        address[] memory committee = decide(all(3, Verdict.Overturned, Verdict.Upheld));
        assertTrue(stateOf() == CaseState.Hung, "hung");
        assertEq(balance - token.balanceOf(consumer), BOND / 4, "a quarter");
        assertEq(token.balanceOf(committee[4]), BOND / 20, "who judged, either way");
        assertEq(stakeOf(0), STAKE, "unpunished");
    }

    /// @dev Who keeps silent misses a duty; the others decide if they are enough.
    function test_silence_isAMissedDuty() public {
        address[] memory committee = decide(all(4, Verdict.Overturned, Verdict.None));
        assertTrue(stateOf() == CaseState.Overturned, "overturned");
        assertEq(duties.missesOf(committee[4]), 1, "missed");
        assertEq(duties.missesOf(committee[0]), 0, "not missed");
    }

    function test_silence_ofAll_givesBackAndTakesNothing() public {
        decide(all(0, Verdict.Overturned, Verdict.None));
        assertTrue(stateOf() == CaseState.Hung, "hung");
        assertEq(token.balanceOf(TREASURY), BOND / 4, "nobody worked");
    }

    function test_noKeys_costTheBond() public {
        drawn();
        pass(1 days);
        vm.expectRevert(
            abi.encodeWithSelector(IRevalidationCourt.CourtOutOfTime.selector, block.timestamp + 1, type(uint256).max)
        );
        court.close(id);
        pass(1);
        bytes[] memory late = envelopes(5);
        vm.expectRevert(abi.encodeWithSelector(IRevalidationCourt.CourtOutOfTime.selector, 0, block.timestamp - 1));
        vm.prank(consumer);
        court.giveKeys(id, late);
        court.close(id);
        assertTrue(stateOf() == CaseState.Abandoned, "abandoned");
        assertEq(token.balanceOf(TREASURY), BOND, "the bond");
    }

    /// @dev A close that comes after the slash window gives back the bond, and can't punish any more.
    function test_closedTooLate_givesTheBondBack() public {
        uint256 balance = token.balanceOf(consumer);
        address[] memory committee = judging();
        for (uint256 i = 0; i < 5; ++i) commit(committee[i], Verdict.Overturned);
        pass(2 days + 1);
        for (uint256 i = 0; i < 5; ++i) reveal(committee[i], Verdict.Overturned);
        pass(60 days);
        court.close(id);
        assertTrue(stateOf() == CaseState.Overturned, "overturned");
        assertEq(token.balanceOf(consumer), balance, "the bond");
        assertEq(stakeOf(0), STAKE, "out of reach");
    }

    // ---- opening ----

    function test_open_consumerOnly_whatStands_once() public {
        Record memory changed = record();
        vm.expectRevert(abi.encodeWithSelector(IRevalidationCourt.CourtConsumerOnly.selector, consumer, STRANGER));
        vm.prank(STRANGER);
        court.open(changed, certificate, 0);
        changed.price += 1;
        vm.expectRevert(abi.encodeWithSelector(IRevalidationCourt.CourtRecordMismatch.selector, id));
        vm.prank(consumer);
        court.open(changed, certificate, 0);
        changed.price -= 1;
        Certificate memory other = certificate;
        other.score += 1;
        vm.expectRevert(abi.encodeWithSelector(IRevalidationCourt.CourtRecordMismatch.selector, id));
        vm.prank(consumer);
        court.open(changed, other, 0);
        openCase();
        vm.expectRevert(
            abi.encodeWithSelector(IRevalidationCourt.CourtStateRefused.selector, id, CaseState.Open)
        );
        openCase();
    }

    function test_open_window_toTheSecond() public {
        uint256 until = uint256(record().settledAt) + 7 days;
        vm.warp(until + 1);
        vm.expectRevert(abi.encodeWithSelector(IRevalidationCourt.CourtTooLate.selector, until));
        openCase();
        vm.warp(until);
        openCase();
        assertEq(token.balanceOf(address(court)), BOND, "bond");
    }

    /// @dev Who keeps the money can't stop and so keep the sale from being judged.
    function test_open_ofAStoppedSale_opens() public {
        vm.prank(provider);
        book.revoke(record(), false, noPayer());
        openCase();
        assertEq(token.balanceOf(address(court)), BOND, "bond");
    }

    function test_open_ofAnUndoneSale_reverts() public {
        unwind(record());
        vm.expectRevert(abi.encodeWithSelector(IRevalidationCourt.CourtRecordMismatch.selector, id));
        openCase();
    }

    // ---- drawing ----

    function test_draw_isOfOthers_eachOnce_notBeforeItsBlock() public {
        openCase();
        uint64 drawBlock = uint64(block.number) + 2;
        vm.roll(drawBlock);
        vm.expectRevert(
            abi.encodeWithSelector(IRevalidationCourt.CourtOutOfTime.selector, drawBlock + 1, type(uint256).max)
        );
        court.draw(id);
        vm.roll(drawBlock + 1);
        court.draw(id);
        RevalidationCase memory entry = court.caseOf(id);
        assertEq(entry.committee.length, 5, "five");
        assertEq(entry.deadline, block.timestamp + 1 days, "keys");
        for (uint256 i = 0; i < 5; ++i) {
            assertTrue(admission.isActive(entry.committee[i]), "active");
            for (uint256 j = 0; j < 3; ++j) assertTrue(entry.committee[i] != operatorAt(j), "not who certified");
            for (uint256 j = 0; j < i; ++j) assertTrue(entry.committee[i] != entry.committee[j], "once");
        }
        vm.expectRevert(
            abi.encodeWithSelector(IRevalidationCourt.CourtStateRefused.selector, id, CaseState.Drawn)
        );
        court.draw(id);
    }

    function test_draw_tooLate_isPutOff() public {
        openCase();
        vm.roll(block.number + 300);
        court.draw(id);
        assertTrue(stateOf() == CaseState.Open, "still open");
        assertEq(court.caseOf(id).drawBlock, block.number + 2, "put off");
        vm.roll(block.number + 3);
        court.draw(id);
        assertTrue(stateOf() == CaseState.Drawn, "drawn");
    }

    function test_draw_withoutEnoughOthers_isVoid() public {
        uint256 balance = token.balanceOf(consumer);
        openCase();
        vm.startPrank(address(desk));
        for (uint256 i = 3; i < 6; ++i) stake.jail(operatorAt(i), 1);
        vm.stopPrank();
        vm.roll(block.number + 3);
        court.draw(id);
        assertTrue(stateOf() == CaseState.Void, "void");
        assertEq(token.balanceOf(consumer), balance, "bond back");
    }

    /// @dev Who has all the power is always drawn, who has next to none never.
    function testFuzz_draw_followsPower(uint64 blocks) public {
        for (uint256 i = 3; i < 10; ++i) {
            if (i < 8) continue;
            vm.startPrank(operatorAt(i));
            stake.undelegate(operatorAt(i), STAKE - 1);
            vm.stopPrank();
        }
        openCase();
        vm.roll(block.number + 3 + blocks % 200);
        court.draw(id);
        address[] memory committee = court.caseOf(id).committee;
        for (uint256 i = 0; i < committee.length; ++i) {
            assertTrue(committee[i] != operatorAt(8) && committee[i] != operatorAt(9), "next to none");
        }
    }

    // ---- judging ----

    function test_keys_areOneEach_ofBoundedSize() public {
        drawn();
        bytes[] memory few = envelopes(4);
        vm.expectRevert(abi.encodeWithSelector(IRevalidationCourt.CourtEnvelopesInvalid.selector));
        vm.prank(consumer);
        court.giveKeys(id, few);
        bytes[] memory five = envelopes(5);
        vm.expectRevert(abi.encodeWithSelector(IRevalidationCourt.CourtConsumerOnly.selector, consumer, STRANGER));
        vm.prank(STRANGER);
        court.giveKeys(id, five);
        five[4] = new bytes(1025);
        vm.expectRevert(abi.encodeWithSelector(IRevalidationCourt.CourtEnvelopesInvalid.selector));
        vm.prank(consumer);
        court.giveKeys(id, five);
        five[4] = "";
        vm.expectRevert(abi.encodeWithSelector(IRevalidationCourt.CourtEnvelopesInvalid.selector));
        vm.prank(consumer);
        court.giveKeys(id, five);
        five[4] = new bytes(1024);
        vm.prank(consumer);
        court.giveKeys(id, five);
    }

    function refuseMember(address member) internal {
        vm.expectRevert(abi.encodeWithSelector(IRevalidationCourt.CourtMemberRefused.selector, member));
    }

    function test_verdict_commitThenReveal() public {
        address[] memory committee = judging();
        refuseMember(STRANGER);
        commit(STRANGER, Verdict.Upheld);
        vm.expectRevert(abi.encodeWithSelector(IRevalidationCourt.CourtVerdictInvalid.selector));
        vm.prank(committee[0]);
        court.commitVerdict(id, 0);
        commit(committee[0], Verdict.Upheld);
        refuseMember(committee[0]);
        commit(committee[0], Verdict.Overturned);
        uint256 deadline = block.timestamp + 2 days;
        vm.warp(deadline);
        bytes memory tooEarly = abi.encodeWithSelector(
            IRevalidationCourt.CourtOutOfTime.selector, deadline + 1, deadline + 1 days
        );
        vm.expectRevert(tooEarly);
        reveal(committee[0], Verdict.Upheld);
        commit(committee[1], Verdict.Overturned);
        vm.warp(deadline + 1);
        vm.expectRevert(abi.encodeWithSelector(IRevalidationCourt.CourtOutOfTime.selector, 0, deadline));
        commit(committee[2], Verdict.Overturned);
        vm.expectRevert(abi.encodeWithSelector(IRevalidationCourt.CourtVerdictInvalid.selector));
        reveal(committee[0], Verdict.Overturned);
        vm.expectRevert(abi.encodeWithSelector(IRevalidationCourt.CourtVerdictInvalid.selector));
        reveal(committee[0], Verdict.None);
        refuseMember(committee[2]);
        reveal(committee[2], Verdict.Upheld);
        reveal(committee[0], Verdict.Upheld);
        refuseMember(committee[0]);
        reveal(committee[0], Verdict.Upheld);
        (, Verdict verdict) = court.verdictOf(id, committee[0]);
        assertTrue(verdict == Verdict.Upheld, "revealed");
        vm.warp(deadline + 1 days);
        vm.expectRevert(
            abi.encodeWithSelector(
                IRevalidationCourt.CourtOutOfTime.selector, deadline + 1 days + 1, type(uint256).max
            )
        );
        court.close(id);
        vm.warp(deadline + 1 days + 1);
        vm.expectRevert(tooEarly);
        reveal(committee[1], Verdict.Overturned);
        court.close(id);
    }

    /// @dev Another's commitment is of no use: it names its member.
    function test_verdict_copied_canNotBeRevealed() public {
        address[] memory committee = judging();
        commit(committee[0], Verdict.Overturned);
        (bytes32 commitment,) = court.verdictOf(id, committee[0]);
        vm.prank(committee[1]);
        court.commitVerdict(id, commitment);
        pass(2 days + 1);
        reveal(committee[0], Verdict.Overturned);
        vm.expectRevert(abi.encodeWithSelector(IRevalidationCourt.CourtVerdictInvalid.selector));
        reveal(committee[1], Verdict.Overturned);
    }

    function test_construct_refusesParameters() public {
        CourtParameters memory wrong = courtParameters();
        wrong.committeeSize = 0;
        expectInvalid(wrong, "committeeSize");
        wrong.committeeSize = 22;
        expectInvalid(wrong, "committeeSize");
        wrong = courtParameters();
        wrong.bond = 0;
        expectInvalid(wrong, "bond");
        wrong = courtParameters();
        wrong.complaintWindow = WINDOW - 4 days - 2 hours + 1;
        expectInvalid(wrong, "complaintWindow");
        wrong.complaintWindow -= 1;
        make(wrong);
    }

    function make(CourtParameters memory parameters) private {
        shipped("revalidationCourt", abi.encode(exchangeFacts, consentFacts, admission, desk, duties, stake, token, parameters));
    }

    function expectInvalid(CourtParameters memory wrong, string memory name) private {
        vm.expectRevert(abi.encodeWithSelector(IRevalidationCourt.CourtParameterInvalid.selector, name));
        make(wrong);
    }
}
