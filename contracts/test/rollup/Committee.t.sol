// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {ICommittee} from "../../src/rollup/interfaces/ICommittee.sol";
import {RollupFixture} from "../support/RollupFixture.sol";

/// @dev R20, R21 and the signatures of R6.
contract CommitteeTest is RollupFixture {
    bytes32 internal constant DIGEST = keccak256("digest");

    function test_certified_enoughMembers_succeeds() public view {
        uint8[4] memory enough = [3, 5, 6, 7];
        for (uint256 i = 0; i < enough.length; ++i) {
            committee.assertCertified(DIGEST, signaturesOf(DIGEST, enough[i]));
        }
        committee.assertUnanimous(DIGEST, signaturesOf(DIGEST, 7));
    }

    function test_certified_tooFew_reverts() public {
        for (uint256 bits = 0; bits < 3; ++bits) {
            bytes memory few = signaturesOf(DIGEST, bits);
            vm.expectRevert(
                abi.encodeWithSelector(ICommittee.CommitteeSignaturesMissing.selector, few.length / 65, 2)
            );
            committee.assertCertified(DIGEST, few);
        }
        vm.expectRevert(abi.encodeWithSelector(ICommittee.CommitteeSignaturesMissing.selector, 2, 3));
        committee.assertUnanimous(DIGEST, signaturesOf(DIGEST, 3));
    }

    function test_certified_sameMemberTwice_reverts() public {
        bytes memory one = signatureOf(DIGEST, keys[0]);
        vm.expectRevert(abi.encodeWithSelector(ICommittee.CommitteeSignerRefused.selector, 1, vm.addr(keys[0])));
        committee.assertCertified(DIGEST, bytes.concat(one, one));
    }

    function test_certified_wrongOrder_reverts() public {
        bytes memory swapped = bytes.concat(signatureOf(DIGEST, keys[1]), signatureOf(DIGEST, keys[0]));
        vm.expectRevert(abi.encodeWithSelector(ICommittee.CommitteeSignerRefused.selector, 1, vm.addr(keys[0])));
        committee.assertCertified(DIGEST, swapped);
    }

    function test_certified_stranger_reverts() public {
        bytes memory strange = signatureOf(DIGEST, 0xdead);
        bytes memory member = signatureOf(DIGEST, keys[1]);
        bool isFirst = vm.addr(0xdead) < vm.addr(keys[1]);
        vm.expectRevert(
            abi.encodeWithSelector(ICommittee.CommitteeSignerRefused.selector, isFirst ? 0 : 1, vm.addr(0xdead))
        );
        committee.assertCertified(DIGEST, isFirst ? bytes.concat(strange, member) : bytes.concat(member, strange));
    }

    function test_certified_malformed_reverts() public {
        bytes memory cut = bytes.concat(signaturesOf(DIGEST, 3), hex"00");
        vm.expectRevert(abi.encodeWithSelector(ICommittee.CommitteeSignaturesMalformed.selector, 131));
        committee.assertCertified(DIGEST, cut);
        // A signature in the upper half of the order is another form of the same.
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(keys[0], DIGEST);
        bytes32 high = bytes32(0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141 - uint256(s));
        bytes memory malleable = abi.encodePacked(r, high, v == 27 ? uint8(28) : uint8(27));
        vm.expectRevert(abi.encodeWithSelector(ECDSA.ECDSAInvalidSignatureS.selector, high));
        committee.assertCertified(DIGEST, bytes.concat(malleable, signatureOf(DIGEST, keys[1])));
        vm.expectRevert(abi.encodeWithSelector(ECDSA.ECDSAInvalidSignature.selector));
        committee.assertCertified(DIGEST, new bytes(130));
    }

    function test_rotation_waitsForTheDelay_succeeds() public {
        address[] memory next = new address[](2);
        (next[0], next[1]) = (address(0x10), address(0x20));
        vm.prank(GOVERNOR);
        committee.scheduleRotation(next, 2, keccak256("next key"));
        uint64 inForceAt = uint64(block.timestamp) + DELAY;
        vm.warp(inForceAt - 1);
        vm.expectRevert(abi.encodeWithSelector(ICommittee.CommitteeRotationNotDue.selector, inForceAt));
        committee.rotate();
        committee.assertCertified(DIGEST, signaturesOf(DIGEST, 3));
        vm.warp(inForceAt);
        committee.rotate();
        assertTrue(committee.isMember(address(0x10)), "a member now");
        assertTrue(!committee.isMember(vm.addr(keys[0])), "a member no more");
        assertEq(committee.encryptionKey(), keccak256("next key"), "key");
        vm.expectRevert(abi.encodeWithSelector(ICommittee.CommitteeSignerRefused.selector, 0, vm.addr(keys[0])));
        committee.assertCertified(DIGEST, signaturesOf(DIGEST, 7));
        vm.expectRevert(abi.encodeWithSelector(ICommittee.CommitteeRotationNotDue.selector, 0));
        committee.rotate();
    }

    function test_rotation_cancelled_reverts() public {
        vm.prank(GOVERNOR);
        committee.scheduleRotation(members(), 3, KEY);
        vm.prank(GOVERNOR);
        committee.cancelRotation();
        vm.warp(block.timestamp + DELAY);
        vm.expectRevert(abi.encodeWithSelector(ICommittee.CommitteeRotationNotDue.selector, 0));
        committee.rotate();
    }

    function test_rotation_byAnybodyElse_reverts() public {
        address[] memory next = members();
        vm.expectRevert(abi.encodeWithSelector(ICommittee.CommitteeGovernorOnly.selector, address(this)));
        committee.scheduleRotation(next, 2, KEY);
        vm.expectRevert(abi.encodeWithSelector(ICommittee.CommitteeGovernorOnly.selector, address(this)));
        committee.cancelRotation();
    }

    function test_rotation_limits_revert() public {
        vm.startPrank(GOVERNOR);
        address[] memory none = new address[](0);
        vm.expectRevert(abi.encodeWithSelector(ICommittee.CommitteeSizeOutOfRange.selector, 0));
        committee.scheduleRotation(none, 0, KEY);
        address[] memory many = ascending(65);
        vm.expectRevert(abi.encodeWithSelector(ICommittee.CommitteeSizeOutOfRange.selector, 65));
        committee.scheduleRotation(many, 40, KEY);
        address[] memory most = ascending(64);
        committee.scheduleRotation(most, 33, KEY);
        // Half of the members could certify two batches at one place without anybody in common.
        vm.expectRevert(abi.encodeWithSelector(ICommittee.CommitteeThresholdOutOfRange.selector, 32, 64));
        committee.scheduleRotation(most, 32, KEY);
        vm.expectRevert(abi.encodeWithSelector(ICommittee.CommitteeThresholdOutOfRange.selector, 65, 64));
        committee.scheduleRotation(most, 65, KEY);
        vm.expectRevert(abi.encodeWithSelector(ICommittee.CommitteeKeyMissing.selector));
        committee.scheduleRotation(most, 33, 0);
        most[5] = most[4];
        vm.expectRevert(abi.encodeWithSelector(ICommittee.CommitteeMembersUnordered.selector, 5));
        committee.scheduleRotation(most, 33, KEY);
        most[0] = address(0);
        vm.expectRevert(abi.encodeWithSelector(ICommittee.CommitteeMembersUnordered.selector, 0));
        committee.scheduleRotation(most, 33, KEY);
        vm.stopPrank();
    }

    function test_initialize_again_reverts() public {
        address[] memory list = members();
        vm.expectRevert(abi.encodeWithSelector(Initializable.InvalidInitialization.selector));
        committee.initialize(GOVERNOR, 1, list, 2, KEY);
    }

    function ascending(uint256 count) internal pure returns (address[] memory list) {
        list = new address[](count);
        for (uint256 i = 0; i < count; ++i) list[i] = address(uint160(0x1000 + i));
    }
}
