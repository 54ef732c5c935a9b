// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IOracleAdmission, NodeKeys, OracleNode, OracleVote} from "../../src/oracle/interfaces/IOracleAdmission.sol";
import {AdmissionParameters, OracleAdmission} from "../../src/oracle/network/OracleAdmission.sol";
import {AdmissionFixture} from "../support/AdmissionFixture.sol";
import {KeyProofs} from "../support/KeyProofs.sol";

/// @dev N1 to N5.
contract OracleAdmissionTest is AdmissionFixture {
    function expect(bytes4 selector, address account) internal {
        vm.expectRevert(abi.encodeWithSelector(selector, account));
    }

    function refuse(NodeKeys memory keys, uint256 count, bytes memory reason) internal {
        OracleVote[] memory votes = votesFor(keys, count);
        vm.expectRevert(reason);
        admission.admit(keys, votes);
    }

    // ---- applying ----

    function test_apply_isKept_andReplaced() public {
        NodeKeys memory keys = applied(0);
        assertEq(admission.applicationOf(operatorAt(0)), admission.hashKeys(keys), "kept");
        NodeKeys memory lost = keys;
        keys = keysOf(0);
        keys.signer = vm.addr(0x5161);
        submitBy(keys, 0x5161);
        assertEq(admission.applicationOf(operatorAt(0)), admission.hashKeys(keys), "replaced");
        lost.signer = vm.addr(signerKey(0));
        bytes32 digest = admission.hashKeys(lost);
        vm.expectRevert(abi.encodeWithSelector(IOracleAdmission.AdmissionUnknown.selector, operatorAt(0), digest));
        admission.admitFounder(lost);
        admission.admitFounder(keys);
        assertEq(admission.nodeOf(operatorAt(0)).signer, vm.addr(0x5161), "the later");
    }

    function test_apply_refuses() public {
        power.set(operatorAt(0), 100);
        NodeKeys memory keys = keysOf(0);
        vm.expectRevert(
            abi.encodeWithSelector(IOracleAdmission.AdmissionOperatorMismatch.selector, operatorAt(0), STRANGER)
        );
        vm.prank(STRANGER);
        admission.applyWith(keys, block.number - 1, "", "", "", "evidence");
        keys.signer = address(0);
        vm.expectRevert(abi.encodeWithSelector(IOracleAdmission.AdmissionKeyMissing.selector));
        submit(keys);
        keys = keysOf(0);
        keys.encryptionKey = 0;
        vm.expectRevert(abi.encodeWithSelector(IOracleAdmission.AdmissionKeyMissing.selector));
        submit(keys);
        keys = keysOf(0);
        keys.admissionKey = 0;
        vm.expectRevert(abi.encodeWithSelector(IOracleAdmission.AdmissionKeyMissing.selector));
        submit(keys);
        keys = keysOf(0);
        keys.measurement = NEXT_MEASUREMENT;
        vm.expectRevert(
            abi.encodeWithSelector(IOracleAdmission.AdmissionMeasurementInactive.selector, NEXT_MEASUREMENT)
        );
        submit(keys);
        keys = keysOf(0);
        power.set(operatorAt(0), 0);
        expect(IOracleAdmission.AdmissionPowerMissing.selector, operatorAt(0));
        submit(keys);
    }

    /// @dev Fresh against the chain: the hash of one of the last 256 blocks.
    function test_apply_nonce_mustBeRecent() public {
        power.set(operatorAt(0), 100);
        NodeKeys memory keys = keysOf(0);
        uint256 nonceBlock = block.number - 1;
        keys.nonce = keccak256("another");
        vm.expectRevert(abi.encodeWithSelector(IOracleAdmission.AdmissionNonceInvalid.selector, nonceBlock));
        submit(keys);
        keys.nonce = 0;
        vm.expectRevert(abi.encodeWithSelector(IOracleAdmission.AdmissionNonceInvalid.selector, nonceBlock + 9));
        vm.prank(keys.operator);
        admission.applyWith(keys, nonceBlock + 9, "", "", "", "evidence");
    }

    function test_apply_expiry_toTheSecond() public {
        power.set(operatorAt(0), 100);
        NodeKeys memory keys = keysOf(0);
        keys.expiresAt = uint64(block.timestamp);
        vm.expectRevert(abi.encodeWithSelector(IOracleAdmission.AdmissionExpiryInvalid.selector, keys.expiresAt));
        submit(keys);
        keys.expiresAt = uint64(block.timestamp + 1 days + 1);
        vm.expectRevert(abi.encodeWithSelector(IOracleAdmission.AdmissionExpiryInvalid.selector, keys.expiresAt));
        submit(keys);
        keys.expiresAt = uint64(block.timestamp + 1 days);
        submit(keys);
        vm.warp(keys.expiresAt + 1);
        vm.expectRevert(abi.encodeWithSelector(IOracleAdmission.AdmissionExpiryInvalid.selector, keys.expiresAt));
        admission.admitFounder(keys);
        vm.warp(keys.expiresAt);
        admission.admitFounder(keys);
    }

    function test_apply_evidence_limits() public {
        power.set(operatorAt(0), 100);
        NodeKeys memory keys = keysOf(0);
        vm.expectRevert(abi.encodeWithSelector(IOracleAdmission.AdmissionEvidenceInvalid.selector, 0));
        vm.prank(keys.operator);
        admission.applyWith(keys, block.number - 1, "", "", "", "");
        vm.expectRevert(abi.encodeWithSelector(IOracleAdmission.AdmissionEvidenceInvalid.selector, 16385));
        vm.prank(keys.operator);
        admission.applyWith(keys, block.number - 1, "", "", "", new bytes(16385));
        bytes memory possession = proofOf(keys, signerKey(0));
        vm.prank(keys.operator);
        admission.applyWith(keys, block.number - 1, "", "", possession, new bytes(16384));
    }

    /// @dev The signing key says itself whose it is, and with which other keys: for this application, contract and chain.
    function test_apply_signingKey_withoutProof_reverts() public {
        power.set(operatorAt(0), 100);
        NodeKeys memory keys = keysOf(0);
        assertEq(admission.hashKeys(keys), KeyProofs.nodeKeys(address(admission), keys), "what a key signs");
        NodeKeys memory others = keysOf(0);
        others.operator = operatorAt(1);
        bytes[] memory wrong = new bytes[](5);
        wrong[1] = new bytes(65);
        wrong[2] = proofOf(keys, signerKey(1));
        wrong[3] = proofOf(others, signerKey(0));
        wrong[4] = sign(signerKey(0), KeyProofs.nodeKeys(address(registry), keys));
        for (uint256 i = 0; i < wrong.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IOracleAdmission.AdmissionSignerUnproven.selector, keys.signer));
            vm.prank(keys.operator);
            admission.applyWith(keys, block.number - 1, "", "", wrong[i], "evidence");
        }
        submit(keys);
    }

    function test_apply_blsKey_withoutProof_reverts() public {
        power.set(operatorAt(0), 100);
        NodeKeys memory keys = keysOf(0);
        bytes memory key = new bytes(256);
        vm.expectRevert(abi.encodeWithSelector(IOracleAdmission.AdmissionBlsKeyInvalid.selector));
        vm.prank(keys.operator);
        admission.applyWith(keys, block.number - 1, key, new bytes(128), proofOf(keys, signerKey(0)), "evidence");
        keys.blsKeyHash = keccak256(key);
        vm.expectRevert(abi.encodeWithSelector(IOracleAdmission.AdmissionBlsKeyInvalid.selector));
        vm.prank(keys.operator);
        admission.applyWith(keys, block.number - 1, key, new bytes(128), proofOf(keys, signerKey(0)), "evidence");
        vm.expectRevert(abi.encodeWithSelector(IOracleAdmission.AdmissionBlsKeyInvalid.selector));
        submit(keys);
    }

    // ---- founding ----

    function test_found_roleOnly_untilFounded() public {
        NodeKeys memory keys = applied(0);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, STRANGER));
        vm.prank(STRANGER);
        admission.admitFounder(keys);
        found(3);
        assertTrue(admission.isActive(operatorAt(2)), "active");
        keys = applied(3);
        vm.expectRevert(abi.encodeWithSelector(IOracleAdmission.AdmissionFounded.selector, 3));
        admission.admitFounder(keys);
        vm.prank(operatorAt(0));
        admission.leave();
        admission.admitFounder(keys);
    }

    // ---- voting ----

    function test_admit_byQuorum() public {
        grow(3);
        NodeKeys memory keys = applied(3);
        OracleVote[] memory votes = votesFor(keys, 2);
        // Two of three are 66.66 %, which is less than 66.67 %.
        vm.expectRevert(
            abi.encodeWithSelector(IOracleAdmission.AdmissionQuorumMissing.selector, 2, 3, 200, 300)
        );
        admission.admit(keys, votes);
        admission.admit(keys, votesFor(keys, 3));
        OracleNode memory node = admission.nodeOf(operatorAt(3));
        assertTrue(admission.isActive(operatorAt(3)), "active");
        assertEq(node.signer, keys.signer, "signer");
        assertEq(node.encryptionKey, keys.encryptionKey, "encryption key");
        assertEq(node.measurement, MEASUREMENT, "measurement");
        assertEq(node.validUntil, block.timestamp + EVIDENCE_LIFE, "life of its evidence");
        assertEq(admission.operatorOfSigner(keys.signer), operatorAt(3), "whose key");
        assertEq(admission.members().length, 4, "listed");
        assertEq(admission.applicationOf(operatorAt(3)), 0, "application used up");
        bytes32 digest = admission.hashKeys(keys);
        refuse(keys, 3, abi.encodeWithSelector(IOracleAdmission.AdmissionUnknown.selector, operatorAt(3), digest));
    }

    /// @dev Count and power are both asked for.
    function test_admit_quorumOfPower() public {
        grow(4);
        power.set(operatorAt(3), 301);
        NodeKeys memory keys = applied(4);
        refuse(keys, 3, abi.encodeWithSelector(IOracleAdmission.AdmissionQuorumMissing.selector, 3, 4, 300, 601));
        power.set(operatorAt(3), 150);
        refuse(keys, 3, abi.encodeWithSelector(IOracleAdmission.AdmissionQuorumMissing.selector, 3, 4, 300, 450));
        power.set(operatorAt(3), 149);
        admission.admit(keys, votesFor(keys, 3));
    }

    function test_admit_onlyActiveOraclesVote_eachOnce() public {
        grow(4);
        NodeKeys memory keys = applied(4);
        OracleVote[] memory votes = votesFor(keys, 4);
        votes[3] = votes[2];
        expect(IOracleAdmission.AdmissionVotesUnordered.selector, operatorAt(2));
        admission.admit(keys, votes);
        votes = votesFor(keys, 4);
        (votes[0], votes[1]) = (votes[1], votes[0]);
        expect(IOracleAdmission.AdmissionVotesUnordered.selector, operatorAt(0));
        admission.admit(keys, votes);
        votes = votesFor(keys, 4);
        votes[3].voter = STRANGER;
        expect(IOracleAdmission.AdmissionVoterRefused.selector, STRANGER);
        admission.admit(keys, votes);
        votes = votesFor(keys, 4);
        votes[3].signature = votes[2].signature;
        expect(IOracleAdmission.AdmissionVoteInvalid.selector, operatorAt(3));
        admission.admit(keys, votes);
        votes[3].signature = hex"01";
        expect(IOracleAdmission.AdmissionVoteInvalid.selector, operatorAt(3));
        admission.admit(keys, votes);
        votes = votesFor(keys, 4);
        power.set(operatorAt(3), 0);
        expect(IOracleAdmission.AdmissionVoterRefused.selector, operatorAt(3));
        admission.admit(keys, votes);
    }

    /// @dev A vote is for these keys, until this time, on this chain and contract.
    function test_admit_voteIsBound() public {
        grow(3);
        NodeKeys memory keys = applied(3);
        OracleVote[] memory votes = votesFor(keys, 3);
        keys.admissionKey = keccak256("the host's own");
        submit(keys);
        expect(IOracleAdmission.AdmissionVoteInvalid.selector, operatorAt(0));
        admission.admit(keys, votes);
        votes = votesOver(admission.hashVote(admission.hashKeys(keys), keys.expiresAt + 1), 3);
        expect(IOracleAdmission.AdmissionVoteInvalid.selector, operatorAt(0));
        admission.admit(keys, votes);
        votes = votesFor(keys, 3);
        vm.chainId(999);
        vm.expectRevert();
        admission.admit(keys, votes);
    }

    /// @dev A lost key: the node applies again; it does not vote for itself, with its old key either, nor does it count.
    function test_admit_again_afterALostKey() public {
        grow(4);
        NodeKeys memory keys = keysOf(0);
        keys.signer = vm.addr(0x7777);
        submitBy(keys, 0x7777);
        OracleVote[] memory all = votesFor(keys, 4);
        expect(IOracleAdmission.AdmissionVoterRefused.selector, operatorAt(0));
        admission.admit(keys, all);
        OracleVote[] memory votes = new OracleVote[](3);
        for (uint256 i = 0; i < 3; ++i) votes[i] = all[i + 1];
        admission.admit(keys, votes);
        assertEq(admission.nodeOf(operatorAt(0)).signer, keys.signer, "new key");
        assertEq(admission.members().length, 4, "listed once");
        assertEq(admission.operatorOfSigner(vm.addr(signerKey(0))), operatorAt(0), "old acts stay its own");
        assertEq(admission.operatorOfSigner(keys.signer), operatorAt(0), "new ones too");
    }

    function test_admit_signerOfAnother_reverts() public {
        grow(3);
        power.set(operatorAt(3), 100);
        NodeKeys memory keys = keysOf(3);
        keys.signer = vm.addr(signerKey(1));
        vm.expectRevert(
            abi.encodeWithSelector(IOracleAdmission.AdmissionSignerTaken.selector, keys.signer, operatorAt(1))
        );
        submit(keys);
        vm.prank(operatorAt(1));
        admission.leave();
        vm.expectRevert(
            abi.encodeWithSelector(IOracleAdmission.AdmissionSignerTaken.selector, keys.signer, operatorAt(1))
        );
        submit(keys);
    }

    /// @dev What held when it applied must hold when it is admitted.
    function test_admit_checksAgain() public {
        grow(3);
        NodeKeys memory keys = applied(3);
        OracleVote[] memory votes = votesFor(keys, 3);
        power.set(operatorAt(3), 0);
        expect(IOracleAdmission.AdmissionPowerMissing.selector, operatorAt(3));
        admission.admit(keys, votes);
        power.set(operatorAt(3), 100);
        measurements.allow(NEXT_MEASUREMENT, VALIDATOR, uint64(block.timestamp));
        measurements.sunset(MEASUREMENT, uint64(block.timestamp + 60));
        pass(60);
        vm.expectRevert(abi.encodeWithSelector(IOracleAdmission.AdmissionMeasurementInactive.selector, MEASUREMENT));
        admission.admit(keys, votes);
    }

    // ---- counting ----

    function test_active_endsWithEvidence_powerAndProgram() public {
        grow(3);
        uint256 until = admission.nodeOf(operatorAt(0)).validUntil;
        vm.warp(until - 1);
        assertTrue(admission.isActive(operatorAt(0)), "to the last second");
        vm.warp(until);
        assertTrue(!admission.isActive(operatorAt(0)), "evidence ended");
        vm.warp(until - 1);
        power.set(operatorAt(0), 0);
        assertTrue(!admission.isActive(operatorAt(0)), "no power");
        power.set(operatorAt(0), 1);
        assertTrue(admission.isActive(operatorAt(0)), "power again");
        measurements.sunset(MEASUREMENT, uint64(block.timestamp));
        assertTrue(!admission.isActive(operatorAt(0)), "program given up");
        assertTrue(!admission.isActive(STRANGER), "never admitted");
    }

    /// @dev Two programs overlap; each node is moved by its own admission.
    function test_upgrade_bothVersionsServe() public {
        grow(4);
        measurements.allow(NEXT_MEASUREMENT, VALIDATOR, uint64(block.timestamp + 1 days));
        measurements.sunset(MEASUREMENT, uint64(block.timestamp + 10 days));
        pass(1 days);
        NodeKeys memory keys = keysOf(0);
        keys.measurement = NEXT_MEASUREMENT;
        submit(keys);
        OracleVote[] memory all = votesFor(keys, 4);
        OracleVote[] memory votes = new OracleVote[](3);
        for (uint256 i = 0; i < 3; ++i) votes[i] = all[i + 1];
        admission.admit(keys, votes);
        assertTrue(admission.isActive(operatorAt(0)) && admission.isActive(operatorAt(1)), "both");
        pass(9 days);
        assertTrue(admission.isActive(operatorAt(0)), "the new one stays");
        assertTrue(!admission.isActive(operatorAt(1)), "the old one is over");
    }

    function test_leave_and_prune() public {
        grow(4);
        expect(IOracleAdmission.AdmissionNodeUnknown.selector, STRANGER);
        vm.prank(STRANGER);
        admission.leave();
        vm.prank(operatorAt(1));
        admission.leave();
        assertTrue(!admission.isActive(operatorAt(1)), "left");
        address[] memory members = admission.members();
        assertEq(members.length, 3, "off the list");
        assertEq(members[1], operatorAt(3), "the last took its place");
        expect(IOracleAdmission.AdmissionNodeUnknown.selector, operatorAt(1));
        admission.prune(operatorAt(1));
        uint256 until = uint256(admission.nodeOf(operatorAt(0)).validUntil) + 30 days;
        vm.warp(until);
        expect(IOracleAdmission.AdmissionNodeActive.selector, operatorAt(0));
        admission.prune(operatorAt(0));
        vm.warp(until + 1);
        admission.prune(operatorAt(0));
        admission.prune(operatorAt(3));
        admission.prune(operatorAt(2));
        assertEq(admission.members().length, 0, "empty");
    }

    /// @dev On a full list a newcomer takes the place of the lightest, if it weighs more.
    function test_admit_onAFullList_displacesTheLightest() public {
        AdmissionParameters memory many = parameters();
        many.founders = 76;
        admission = OracleAdmission(shipped("oracleAdmission", abi.encode(address(manager), measurements, power, many)));
        for (uint256 i = 0; i < 76; ++i) admission.admitFounder(applied(i));
        power.set(operatorAt(40), 0);
        admission.admitFounder(applied(80));
        assertEq(admission.members().length, 76, "full");
        assertTrue(!admission.nodeOf(operatorAt(40)).listed, "an unfit one went first");
        NodeKeys memory keys = applied(81);
        OracleVote[] memory votes = new OracleVote[](75);
        bytes32 digest = admission.hashVote(admission.hashKeys(keys), keys.expiresAt);
        for (uint256 i = 0; i < 75; ++i) {
            uint256 voter = i < 40 ? i : i + 1;
            votes[i] = OracleVote({voter: operatorAt(voter), signature: sign(signerKey(voter), digest)});
        }
        vm.expectRevert(abi.encodeWithSelector(IOracleAdmission.AdmissionListFull.selector, 76));
        admission.admit(keys, votes);
        power.set(operatorAt(42), 99);
        admission.admit(keys, votes);
        assertTrue(admission.isActive(operatorAt(81)), "heavier");
        assertTrue(!admission.isActive(operatorAt(42)), "made room");
        assertEq(admission.members().length, 76, "still full");
    }

    function test_construct_refusesParameters() public {
        AdmissionParameters memory wrong = parameters();
        wrong.quorumCountBps = 5000;
        expectInvalid(wrong, "quorumCountBps");
        wrong = parameters();
        wrong.quorumCountBps = 10_001;
        expectInvalid(wrong, "quorumCountBps");
        wrong = parameters();
        wrong.quorumPowerBps = 5000;
        expectInvalid(wrong, "quorumPowerBps");
        wrong = parameters();
        wrong.quorumPowerBps = 10_001;
        expectInvalid(wrong, "quorumPowerBps");
        wrong = parameters();
        wrong.founders = 0;
        expectInvalid(wrong, "founders");
        wrong.founders = 77;
        expectInvalid(wrong, "founders");
        wrong = parameters();
        wrong.evidenceLife = 0;
        expectInvalid(wrong, "evidenceLife");
    }

    function expectInvalid(AdmissionParameters memory wrong, string memory name) private {
        vm.expectRevert(abi.encodeWithSelector(IOracleAdmission.AdmissionParameterInvalid.selector, name));
        shipped("oracleAdmission", abi.encode(address(manager), measurements, power, wrong));
    }
}
