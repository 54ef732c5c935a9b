// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {Certificate, DealTerms, Record} from "../../src/exchange/types/ExchangeTypes.sol";
import {CertificateEvidence, SignedCertificate} from "../../src/oracle/evidence/CertificateEvidence.sol";
import {DutyJudge} from "../../src/oracle/evidence/DutyJudge.sol";
import {ReleaseJudge, SignedRelease} from "../../src/oracle/evidence/ReleaseJudge.sol";
import {EvidenceFixture} from "../support/EvidenceFixture.sol";
import {Settlement} from "../support/Settlements.sol";

/// @dev E3: keys released without consent.
contract ReleaseTest is EvidenceFixture {
    function releasedBy(uint256 index, bytes32 recordId, uint64 blockNumber)
        internal
        view
        returns (SignedRelease memory released)
    {
        released.recordId = recordId;
        released.consumerKeyHash = keccak256("key");
        released.envelopeHash = keccak256("envelope");
        released.blockNumber = blockNumber;
        bytes32 digest =
            book.hashRelease(recordId, released.consumerKeyHash, released.envelopeHash, released.blockNumber);
        released.signature = signature(signerKey(index), digest);
    }

    function refuse(SignedRelease memory released, SignedCertificate memory signed, bytes memory reason) internal {
        vm.expectRevert(reason);
        releases.prove(released, signed);
    }

    function test_release_ofWhatWasNeverSold_slashes() public {
        Certificate memory certificate = certificateFor(dealTerms(), 1, 1);
        bytes32 recordId = book.recordIdOf(certificate.dealId, certificate.recordTag);
        uint64 blockNumber = uint64(block.number);
        SignedRelease memory released = releasedBy(1, recordId, blockNumber);
        SignedCertificate memory signed = signedBy(1, certificate);
        vm.roll(blockNumber + PATIENCE);
        refuse(released, signed, abi.encodeWithSelector(ReleaseJudge.ReleaseTooFresh.selector, blockNumber + PATIENCE));
        vm.roll(blockNumber + PATIENCE + 1);
        vm.prank(REPORTER);
        releases.prove(released, signed);
        assertEq(stakeOf(1), 0, "all of it");
        assertEq(token.balanceOf(provider), STAKE / 2, "the provider whose record it was");
        assertEq(token.balanceOf(REPORTER), STAKE / 10, "the reporter");
        assertEq(token.balanceOf(TREASURY), STAKE * 4 / 10, "the treasury");
        bytes32 id = keccak256(abi.encode(operatorAt(1), recordId));
        refuse(released, signed, abi.encodeWithSelector(CertificateEvidence.EvidenceUsed.selector, id));
    }

    function test_release_ofWhatWasSold_isRefused() public {
        (Record memory record, Certificate memory certificate) = sell();
        SignedRelease memory released = releasedBy(1, recordIdOf(record), uint64(block.number));
        vm.roll(block.number + 1000);
        bytes memory reason = abi.encodeWithSelector(ReleaseJudge.ReleaseConsented.selector, recordIdOf(record));
        refuse(released, signedBy(1, certificate), reason);
    }

    /// @dev After a revocation that was observed; not before, and not at the block of it.
    function test_release_afterRevocation_slashes() public {
        (Record memory record, Certificate memory certificate) = sell();
        bytes32 recordId = recordIdOf(record);
        vm.expectRevert(abi.encodeWithSelector(ReleaseJudge.ReleaseNotRevoked.selector, recordId));
        releases.observe(record);
        unwind(record);
        SignedCertificate memory signed = signedBy(1, certificate);
        bytes memory reason = abi.encodeWithSelector(ReleaseJudge.ReleaseConsented.selector, recordId);
        vm.roll(block.number + 10);
        refuse(releasedBy(1, recordId, uint64(block.number)), signed, reason);
        vm.prank(STRANGER);
        releases.observe(record);
        assertEq(releases.observedAt(recordId), block.number, "observed");
        refuse(releasedBy(1, recordId, uint64(block.number)), signed, reason);
        vm.expectRevert(abi.encodeWithSelector(ReleaseJudge.ReleaseNotRevoked.selector, recordId));
        releases.observe(record);
        SignedRelease memory released = releasedBy(1, recordId, uint64(block.number + 1));
        releases.prove(released, signed);
        assertEq(stakeOf(1), 0, "slashed");
    }

    function stop(Record memory record) internal {
        vm.prank(provider);
        book.revoke(record, false, noPayer());
    }

    /// @dev After a stop the delivery that was paid for goes on, until its window or a claim ends: no offence before.
    function test_release_afterAStop_isADutyUntilTheDeliveryIsOver() public {
        (Record memory record,) = sell();
        stop(record);
        bytes memory reason = abi.encodeWithSelector(ReleaseJudge.ReleaseNotRevoked.selector, recordIdOf(record));
        vm.expectRevert(reason);
        releases.observe(record);
        claim(record);
        uint256 answerBy = consents.deliveryOf(record.dealId, record.personTag, record.ordinal).answerBy;
        vm.warp(answerBy);
        vm.expectRevert(reason);
        releases.observe(record);
        vm.warp(answerBy + 1);
        Record memory changed = abi.decode(abi.encode(record), (Record));
        changed.deliveryEnd = 0;
        vm.expectRevert(reason);
        releases.observe(changed);
        releases.observe(record);
        assertEq(releases.observedAt(recordIdOf(record)), block.number, "observed");
    }

    function test_release_afterAStopWithoutAClaim_isOverWithTheWindow() public {
        (Record memory record,) = sell();
        stop(record);
        vm.warp(record.deliveryEnd);
        vm.expectRevert(abi.encodeWithSelector(ReleaseJudge.ReleaseNotRevoked.selector, recordIdOf(record)));
        releases.observe(record);
        vm.warp(record.deliveryEnd + 1);
        releases.observe(record);
    }

    function test_release_afterALateRevocation_slashesFromItsObservation() public {
        (Record memory record, Certificate memory certificate) = sell();
        pass(40 days);
        stop(record);
        releases.observe(record);
        pass(3 days);
        SignedRelease memory released = releasedBy(1, recordIdOf(record), uint64(block.number + 1));
        SignedCertificate memory signed = signedBy(1, certificate);
        releases.prove(released, signed);
        assertEq(stake.slashOf(operatorAt(1), 0).actedAt, block.timestamp - 3 days, "from then");
    }

    /// @dev A certificate long ago: stake answers from as far back as it can.
    function test_release_longAfterTheCertificate_slashesWithinTheWindow() public {
        Certificate memory certificate = certificateFor(dealTerms(), 1, 1);
        bytes32 recordId = book.recordIdOf(certificate.dealId, certificate.recordTag);
        SignedRelease memory released = releasedBy(1, recordId, uint64(block.number));
        SignedCertificate memory signed = signedBy(1, certificate);
        pass(30 days);
        vm.roll(block.number + 500);
        releases.prove(released, signed);
        assertEq(stake.slashOf(operatorAt(1), 0).actedAt, block.timestamp - WINDOW, "the window");
    }

    function test_release_mustFitTheCertificate() public {
        Certificate memory certificate = certificateFor(dealTerms(), 1, 1);
        bytes32 recordId = book.recordIdOf(certificate.dealId, certificate.recordTag);
        bytes32 other = keccak256("another record");
        vm.roll(block.number + 1000);
        SignedCertificate memory signed = signedBy(1, certificate);
        refuse(
            releasedBy(1, other, 1000),
            signed,
            abi.encodeWithSelector(ReleaseJudge.ReleaseRecordMismatch.selector, other, recordId)
        );
        refuse(
            releasedBy(2, recordId, 1000),
            signed,
            abi.encodeWithSelector(ReleaseJudge.ReleaseSignersDiffer.selector, operatorAt(2), operatorAt(1))
        );
        SignedRelease memory released = releasedBy(1, recordId, 1000);
        released.blockNumber = 999;
        address wrong = address(0);
        bytes32 digest =
            book.hashRelease(recordId, released.consumerKeyHash, released.envelopeHash, released.blockNumber);
        (uint8 v, bytes32 r, bytes32 s) = split(released.signature);
        wrong = ecrecover(digest, v, r, s);
        refuse(released, signed, abi.encodeWithSelector(CertificateEvidence.EvidenceSignerUnknown.selector, wrong));
    }

    function split(bytes memory sig) private pure returns (uint8 v, bytes32 r, bytes32 s) {
        assembly {
            r := mload(add(sig, 0x20))
            s := mload(add(sig, 0x40))
            v := byte(0, mload(add(sig, 0x60)))
        }
    }
}

/// @dev E4: duties that were missed.
contract DutyTest is EvidenceFixture {
    bytes[] internal kept;

    function sold(uint256 index) internal view returns (Record memory) {
        return abi.decode(kept[index], (Record));
    }

    /// @dev Four sales of one deal, whose deliveries are all claimed; oracle 0 answers none, oracle 1 all, oracle 2 the first two.
    function claimFour() internal {
        DealTerms memory terms = dealTerms();
        terms.perPersonCap = 5;
        open(terms);
        for (uint256 i = 0; i < 4; ++i) {
            Settlement memory settlement = sale(terms, 1, i);
            Record memory record = settle(terms, settlement);
            kept.push(abi.encode(record));
            claim(record);
            post(record, 1);
            if (i > 1) continue;
            post(record, 2);
        }
        pass(1 days);
    }

    function refuse(Record memory record, uint256 index, bytes memory reason) internal {
        vm.expectRevert(reason);
        duties.report(record, index);
    }

    function test_miss_thrice_isPunished() public {
        claimFour();
        bytes32 id = recordIdOf(sold(0));
        refuse(sold(0), 0, abi.encodeWithSelector(DutyJudge.DutyNotMissed.selector, id, 0));
        pass(1);
        vm.startPrank(REPORTER);
        duties.report(sold(0), 0);
        duties.report(sold(1), 0);
        assertEq(duties.missesOf(operatorAt(0)), 2, "two");
        assertEq(stakeOf(0), STAKE, "not yet");
        uint256 balance = token.balanceOf(consumer);
        duties.report(sold(2), 0);
        vm.stopPrank();
        assertEq(stakeOf(0), STAKE * 99 / 100, "a hundredth");
        assertEq(stake.poolOf(operatorAt(0)).jailedUntil, block.timestamp + 7 days, "jailed");
        assertEq(token.balanceOf(consumer) - balance, STAKE / 200, "the consumer who waited");
        assertEq(token.balanceOf(REPORTER), STAKE / 1000, "the reporter");
        assertEq(duties.missesOf(operatorAt(0)), 0, "counted from new");
        duties.report(sold(3), 0);
        assertEq(duties.missesOf(operatorAt(0)), 1, "one");
    }

    function test_miss_refuses() public {
        claimFour();
        pass(1);
        bytes32 id = recordIdOf(sold(0));
        refuse(sold(0), 1, abi.encodeWithSelector(DutyJudge.DutyNotMissed.selector, id, 1));
        refuse(sold(0), 3, abi.encodeWithSelector(DutyJudge.DutyNotMissed.selector, id, 3));
        refuse(sold(0), 256, abi.encodeWithSelector(DutyJudge.DutyNotMissed.selector, id, 256));
        duties.report(sold(0), 0);
        bytes32 dutyId = keccak256(abi.encode("delivery", id, 0));
        refuse(sold(0), 0, abi.encodeWithSelector(DutyJudge.DutyNoted.selector, dutyId));
        Record memory changed = sold(1);
        changed.consumer = STRANGER;
        refuse(
            changed, 0, abi.encodeWithSelector(DutyJudge.DutyRecordMismatch.selector, recordIdOf(changed))
        );
    }

    /// @dev A stop frees nobody from answering.
    function test_miss_ofAStoppedRecord_counts() public {
        (Record memory record,) = sell();
        vm.prank(provider);
        book.revoke(record, false, noPayer());
        claim(record);
        pass(1 days + 1);
        duties.report(record, 0);
        assertEq(duties.missesOf(operatorAt(0)), 1, "one");
    }

    /// @dev An undone sale frees the oracles from answering.
    function test_miss_ofAnUnwoundSale_isRefused() public {
        DealTerms memory terms = dealTerms();
        open(terms);
        Settlement memory settlement = sale(terms, 1, 1);
        Record memory record = settle(terms, settlement);
        claim(record);
        unwind(record);
        pass(2 days);
        refuse(record, 0, abi.encodeWithSelector(DutyJudge.DutyRecordMismatch.selector, recordIdOf(record)));
    }

    function test_miss_notClaimed_isRefused() public {
        (Record memory record,) = sell();
        pass(10 days);
        refuse(record, 0, abi.encodeWithSelector(DutyJudge.DutyNotMissed.selector, recordIdOf(record), 0));
    }

    /// @dev Misses can't be hoarded and shown at once later.
    function test_miss_tooOld_isRefused() public {
        claimFour();
        uint256 dueAt = block.timestamp;
        vm.warp(dueAt + 3 days + 1);
        refuse(sold(0), 0, abi.encodeWithSelector(DutyJudge.DutyTooOld.selector, dueAt));
        vm.warp(dueAt + 3 days);
        duties.report(sold(0), 0);
    }

    function test_miss_countsWithinThePeriod() public {
        manager.grantRole(9, address(this), 0);
        duties.miss(operatorAt(0), "1", consumer, REPORTER);
        pass(5 days);
        duties.miss(operatorAt(0), "2", consumer, REPORTER);
        pass(2 days);
        assertEq(duties.missesOf(operatorAt(0)), 1, "the first is over");
        duties.miss(operatorAt(0), "3", consumer, REPORTER);
        assertEq(stakeOf(0), STAKE, "two within the period");
        pass(1 days);
        duties.miss(operatorAt(0), "4", consumer, REPORTER);
        assertEq(stakeOf(0), STAKE * 99 / 100, "three");
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, STRANGER));
        vm.prank(STRANGER);
        duties.miss(operatorAt(0), "5", consumer, REPORTER);
    }

    function test_construct_refusesParameters() public {
        vm.expectRevert(abi.encodeWithSelector(DutyJudge.DutyParameterInvalid.selector, "limit"));
        shipped("dutyJudge", abi.encode(address(manager), exchangeFacts, consentFacts, desk, 0, 1));
        vm.expectRevert(abi.encodeWithSelector(DutyJudge.DutyParameterInvalid.selector, "limit"));
        shipped("dutyJudge", abi.encode(address(manager), exchangeFacts, consentFacts, desk, 9, 1));
        vm.expectRevert(abi.encodeWithSelector(DutyJudge.DutyParameterInvalid.selector, "period"));
        shipped("dutyJudge", abi.encode(address(manager), exchangeFacts, consentFacts, desk, 8, 0));
    }
}
