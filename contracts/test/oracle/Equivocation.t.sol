// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {Certificate, Record} from "../../src/exchange/types/ExchangeTypes.sol";
import {CertificateEvidence, CertificatePath, SignedCertificate} from "../../src/oracle/evidence/CertificateEvidence.sol";
import {EquivocationJudge} from "../../src/oracle/evidence/EquivocationJudge.sol";
import {IPenaltyDesk, Offence, Penalty} from "../../src/oracle/interfaces/IPenaltyDesk.sol";
import {CertificateBatches} from "../../src/oracle/libraries/CertificateBatches.sol";
import {IStakeBook} from "../../src/stake/interfaces/IStakeBook.sol";
import {EvidenceFixture} from "../support/EvidenceFixture.sol";

/// @dev E1 and E2: two certificates that can't both be true, and what the desk does.
contract EquivocationTest is EvidenceFixture {
    Record[] internal none;

    function two() internal view returns (Certificate memory one, Certificate memory other) {
        one = certificateFor(dealTerms(), 1, 1);
        other = certificateFor(dealTerms(), 1, 1);
        other.recordTag = keccak256("another");
    }

    function prove(Certificate memory one, Certificate memory other, uint256 a, uint256 b, bytes memory reason) internal {
        SignedCertificate memory first = signedBy(a, one);
        SignedCertificate memory second = signedBy(b, other);
        if (reason.length != 0) vm.expectRevert(reason);
        vm.prank(REPORTER);
        equivocation.prove(first, second, none);
    }

    function test_prove_anotherTagForOneRecord_slashes() public {
        (Certificate memory one, Certificate memory other) = two();
        prove(one, other, 1, 1, "");
        assertEq(stakeOf(1), STAKE / 2, "half of the stake");
        assertEq(token.balanceOf(REPORTER), 20e18, "the reporter, up to the cap");
        assertEq(token.balanceOf(TREASURY), STAKE / 2 - 20e18, "nobody was injured");
        assertTrue(stake.poolOf(operatorAt(1)).struckOff, "struck off");
        assertTrue(!admission.isActive(operatorAt(1)), "no longer an oracle");
        assertEq(stakeOf(0), STAKE, "nobody else");
        bytes32 id = keccak256(abi.encode(operatorAt(1), one.dealId, one.manifestHash));
        prove(one, other, 1, 1, abi.encodeWithSelector(CertificateEvidence.EvidenceUsed.selector, id));
        // Another record is another offence, of who was struck off too.
        one.manifestHash = keccak256("another record");
        other.manifestHash = one.manifestHash;
        prove(other, one, 1, 1, "");
        assertEq(stakeOf(1), STAKE / 4, "half of the rest");
    }

    function test_prove_anotherScore_forOneTime_slashes() public {
        (Certificate memory one, Certificate memory other) = two();
        other.recordTag = one.recordTag;
        other.score = one.score + 1;
        prove(one, other, 2, 2, "");
        assertEq(stakeOf(2), STAKE / 2, "slashed");
    }

    /// @dev What honest oracles may sign of one record, at other times, for other validators, of other seals, deals or people.
    function test_prove_whatMayBothBeTrue_isRefused() public {
        (Certificate memory one, Certificate memory other) = two();
        bytes memory refusal = abi.encodeWithSelector(EquivocationJudge.EquivocationNone.selector);
        prove(one, one, 1, 1, refusal);
        other.manifestHash = keccak256("sealed again");
        prove(one, other, 1, 1, refusal);
        (one, other) = two();
        other.dealId = keccak256("another deal");
        prove(one, other, 1, 1, refusal);
        (one, other) = two();
        other.recordTag = one.recordTag;
        other.score = one.score + 1;
        other.asOf = one.asOf + 1;
        prove(one, other, 1, 1, refusal);
        other.asOf = one.asOf;
        other.validatorHash = keccak256("another version");
        prove(one, other, 1, 1, refusal);
        (one, other) = two();
        other.recordTag = one.recordTag;
        other.personTag = keccak256("another person");
        other.provider = STRANGER;
        other.statusListsRoot = keccak256("lists of another day");
        other.receiptHash = keccak256("another receipt");
        prove(one, other, 1, 1, refusal);
        assertEq(stakeOf(1), STAKE, "untouched");
    }

    function test_prove_signers_mustBeOneOracle() public {
        (Certificate memory one, Certificate memory other) = two();
        prove(
            one,
            other,
            1,
            2,
            abi.encodeWithSelector(EquivocationJudge.EquivocationSignersDiffer.selector, operatorAt(1), operatorAt(2))
        );
        address signer = vm.addr(signerKey(99));
        prove(one, other, 99, 1, abi.encodeWithSelector(CertificateEvidence.EvidenceSignerUnknown.selector, signer));
        SignedCertificate memory first = signedBy(1, one);
        SignedCertificate memory second = signedBy(1, other);
        second.signature = hex"00";
        vm.expectRevert(abi.encodeWithSelector(CertificateEvidence.EvidenceSignatureInvalid.selector));
        equivocation.prove(first, second, none);
    }

    /// @dev A sale that was made with one of them is refunded from the stake, before anybody else is paid.
    function test_prove_withTheSale_refundsTheConsumer() public {
        (Record memory record, Certificate memory one) = sell();
        Certificate memory other = certificateFor(dealTerms(), 1, 1);
        other.recordTag = keccak256("another");
        Record[] memory records = new Record[](1);
        records[0] = record;
        uint256 balance = token.balanceOf(consumer);
        SignedCertificate memory first = signedBy(0, other);
        SignedCertificate memory second = signedBy(0, one);
        equivocation.prove(first, second, records);
        uint256 part = STAKE / 2 * 3 / 10;
        assertTrue(record.price < part, "the part is more than the loss");
        assertEq(token.balanceOf(consumer) - balance, part, "the injured's part");
    }

    function test_prove_withASaleOfAnother_reverts() public {
        (Record memory record,) = sell();
        (Certificate memory one, Certificate memory other) = two();
        one.manifestHash = keccak256("elsewhere");
        other.manifestHash = one.manifestHash;
        Record[] memory records = new Record[](1);
        records[0] = record;
        bytes memory reason =
            abi.encodeWithSelector(CertificateEvidence.EvidenceRecordMismatch.selector, recordIdOf(record));
        SignedCertificate memory first = signedBy(0, one);
        SignedCertificate memory second = signedBy(0, other);
        vm.expectRevert(reason);
        equivocation.prove(first, second, records);
        records[0].price += 1;
        vm.expectRevert(reason);
        equivocation.prove(first, second, records);
    }

    /// @dev Beside another leaf, which stands on the left.
    function inBatchOfTwo(bytes32 digest) internal pure returns (CertificatePath memory way, bytes32 root) {
        way.path = new bytes32[](1);
        way.path[0] = keccak256("sibling");
        way.turns = 1;
        bytes32 leaf = keccak256(abi.encodePacked(bytes1(0), digest));
        root = keccak256(abi.encodePacked(bytes1(uint8(1)), way.path[0], leaf));
    }

    /// @dev What was signed in a batch of an epoch is held against its signer like what was signed alone.
    function test_prove_fromABatch() public {
        (Certificate memory one, Certificate memory other) = two();
        SignedCertificate memory first = signedBy(1, one);
        SignedCertificate memory second;
        second.certificate = other;
        second.epoch = 4;
        bytes32 root;
        (second.way, root) = inBatchOfTwo(book.hashCertificate(other));
        second.signature = signature(signerKey(1), quorum.hashBatch(4, root));
        second.way.turns = 0;
        vm.expectRevert();
        equivocation.prove(first, second, none);
        second.way.turns = 1;
        equivocation.prove(first, second, none);
        assertEq(stakeOf(1), STAKE / 2, "slashed");
    }

    /// @dev So is what was settled under one root that its oracles signed, also where it was the only one.
    function test_prove_fromASettledBatch() public {
        (Certificate memory one, Certificate memory other) = two();
        SignedCertificate memory first = settledInBatch(1, one);
        SignedCertificate memory second = settledInBatch(1, other);
        second.settlement[0] = CertificatePath(0, new bytes32[](0));
        bytes32 leaf = keccak256(abi.encodePacked(bytes1(0), book.hashCertificate(other)));
        second.signature = signature(signerKey(1), book.hashCertificateBatch(leaf));
        assertUnknown(first, without(second));
        equivocation.prove(first, second, none);
        assertEq(stakeOf(1), STAKE / 2, "slashed");
    }

    /// @dev And a settled batch that was signed as a leaf of an epoch's: what NetworkCertificateVerifier takes of `settle` with a certification.
    function test_prove_fromASettledBatch_inABatchOfItsEpoch() public {
        (Certificate memory one, Certificate memory other) = two();
        SignedCertificate memory first = signedBy(1, one);
        SignedCertificate memory second = settledInBatch(1, other);
        second.epoch = 4;
        (, bytes32 settled) = inBatchOfTwo(book.hashCertificate(other));
        bytes32 root;
        (second.way, root) = inBatchOfTwo(book.hashCertificateBatch(settled));
        second.signature = signature(signerKey(1), quorum.hashBatch(4, root));
        assertUnknown(first, without(second));
        second.epoch = 5;
        assertUnknown(first, second);
        second.epoch = 4;
        equivocation.prove(second, first, none);
        assertEq(stakeOf(1), STAKE / 2, "slashed");
    }

    function test_prove_batchOfBatches_reverts() public {
        (Certificate memory one, Certificate memory other) = two();
        SignedCertificate memory first = signedBy(1, one);
        SignedCertificate memory second = settledInBatch(1, other);
        CertificatePath memory way = second.settlement[0];
        second.settlement = new CertificatePath[](2);
        (second.settlement[0], second.settlement[1]) = (way, way);
        vm.expectRevert(abi.encodeWithSelector(CertificateEvidence.EvidenceBatchNested.selector, 2));
        equivocation.prove(first, second, none);
    }

    function settledInBatch(uint256 index, Certificate memory certificate)
        internal
        view
        returns (SignedCertificate memory signed)
    {
        signed.certificate = certificate;
        signed.settlement = new CertificatePath[](1);
        bytes32 root;
        (signed.settlement[0], root) = inBatchOfTwo(book.hashCertificate(certificate));
        signed.signature = signature(signerKey(index), book.hashCertificateBatch(root));
    }

    /// @dev The same without what says that it was settled in a batch.
    function without(SignedCertificate memory signed) internal pure returns (SignedCertificate memory) {
        return SignedCertificate(signed.certificate, signed.signature, new CertificatePath[](0), signed.epoch, signed.way);
    }

    /// @dev A signature over something else recovers a key of nobody.
    function assertUnknown(SignedCertificate memory first, SignedCertificate memory second) internal {
        try equivocation.prove(first, second, none) {
            assertTrue(false, "judged by a signature over something else");
        } catch (bytes memory reason) {
            assertEq(bytes32(bytes4(reason)), bytes32(CertificateEvidence.EvidenceSignerUnknown.selector), "unknown");
        }
    }

    function test_prove_tooLate_reverts() public {
        (Certificate memory one, Certificate memory other) = two();
        uint256 asOf = block.timestamp;
        pass(WINDOW + 1);
        prove(
            one,
            other,
            1,
            1,
            abi.encodeWithSelector(
                IStakeBook.StakeActOutsideWindow.selector, asOf, block.timestamp - WINDOW, block.timestamp
            )
        );
        vm.warp(asOf + WINDOW);
        prove(one, other, 1, 1, "");
    }

    /// @dev asOf may be a little ahead of the chain.
    function test_prove_asOfAhead_countsAsNow() public {
        (Certificate memory one, Certificate memory other) = two();
        one.asOf = uint64(block.timestamp + 200);
        other.asOf = one.asOf;
        prove(one, other, 1, 1, "");
        assertEq(stake.slashOf(operatorAt(1), 0).actedAt, block.timestamp, "now");
    }

    // ---- the desk ----

    function test_desk_judgesOnly() public {
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, STRANGER));
        vm.prank(STRANGER);
        desk.punish(Offence.Downtime, operatorAt(0), uint40(block.timestamp), STRANGER, 0, STRANGER);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, STRANGER));
        vm.prank(STRANGER);
        desk.setPenalty(Offence.Downtime, Penalty(0, 0, false, 0, 0, 0));
    }

    function test_desk_penalties_haveBounds() public {
        Penalty memory penalty = Penalty(1e18 + 1, 0, false, 0, 0, 0);
        vm.expectRevert(abi.encodeWithSelector(IPenaltyDesk.PenaltyInvalid.selector, "fraction"));
        desk.setPenalty(Offence.Downtime, penalty);
        penalty = Penalty(0, 0, false, 0, 2001, 0);
        vm.expectRevert(abi.encodeWithSelector(IPenaltyDesk.PenaltyInvalid.selector, "reporterBps"));
        desk.setPenalty(Offence.Downtime, penalty);
        penalty = Penalty(0, 0, false, 8001, 2000, 0);
        vm.expectRevert(abi.encodeWithSelector(IPenaltyDesk.PenaltyInvalid.selector, "injuredBps"));
        desk.setPenalty(Offence.Downtime, penalty);
        penalty = Penalty(1e18, 1, true, 8000, 2000, 5);
        desk.setPenalty(Offence.Downtime, penalty);
        assertEq(keccak256(abi.encode(desk.penaltyOf(Offence.Downtime))), keccak256(abi.encode(penalty)), "set");
    }

    function punishAs(Penalty memory penalty, uint256 loss) internal returns (uint256) {
        desk.setPenalty(Offence.Downtime, penalty);
        vm.prank(address(duties));
        return desk.punish(Offence.Downtime, operatorAt(0), uint40(block.timestamp), STRANGER, loss, REPORTER);
    }

    /// @dev E2: all of what is taken is paid, and the injured's loss comes before the treasury but never out of the reporter's part.
    function testFuzz_desk_conserves(uint64 fraction, uint16 injured, uint16 reporter, uint96 cap, uint96 loss) public {
        Penalty memory penalty;
        penalty.fraction = uint64(bound(fraction, 1, 1e18));
        penalty.reporterBps = uint16(bound(reporter, 0, 2000));
        penalty.injuredBps = uint16(bound(injured, 0, 8000));
        penalty.reporterCap = cap;
        uint256 amount = punishAs(penalty, loss);
        uint256 toReporter = token.balanceOf(REPORTER);
        uint256 toInjured = token.balanceOf(STRANGER);
        assertEq(toReporter + toInjured + token.balanceOf(TREASURY), amount, "all of it");
        assertEq(amount + stakeOf(0), STAKE, "out of the stake");
        assertTrue(toReporter <= cap, "capped");
        assertTrue(toInjured >= loss || toInjured == amount - toReporter, "the loss, as far as it goes");
        assertEq(token.balanceOf(address(desk)), 0, "nothing stays");
    }

    function test_desk_withoutFraction_onlyJails() public {
        assertEq(punishAs(Penalty(0, 5 days, false, 5000, 1000, 5), 7), 0, "nothing taken");
        assertEq(stakeOf(0), STAKE, "stake");
        assertEq(stake.poolOf(operatorAt(0)).jailedUntil, block.timestamp + 5 days, "jailed");
    }

    function test_batchPath_tooLong_reverts() public {
        (Certificate memory one, Certificate memory other) = two();
        SignedCertificate memory first = signedBy(1, one);
        SignedCertificate memory second = signedBy(1, other);
        second.epoch = 1;
        second.way.path = new bytes32[](21);
        vm.expectRevert(abi.encodeWithSelector(CertificateBatches.CertificateBatchPathTooLong.selector, 21));
        equivocation.prove(first, second, none);
    }
}
