// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IBatches} from "../../src/rollup/interfaces/IBatches.sol";
import {ICommittee} from "../../src/rollup/interfaces/ICommittee.sol";
import {NetworkParameters} from "../../src/rollup/interfaces/INetworkFactory.sol";
import {RollupHashes} from "../../src/rollup/libraries/RollupHashes.sol";
import {RollupFixture} from "../support/RollupFixture.sol";

/// @dev R5 to R9.
contract BatchesTest is RollupFixture {
    bytes32 internal constant COMMITMENT = keccak256("commitment");

    function test_post_inOrder_accumulates() public {
        deposit(USER, 1e9);
        bytes32 accumulator;
        for (uint64 i = 0; i < 3; ++i) {
            bytes32 commitment = keccak256(abi.encode(i));
            post(commitment, 1);
            accumulator = RollupHashes.accumulate(
                accumulator, commitment, 1, inbox.anchorAt(1), uint64(block.timestamp)
            );
            assertEq(batches.accumulatorAt(i + 1), accumulator, "accumulator");
        }
        assertEq(batches.count(), 3, "count");
        assertEq(batches.inboxCount(), 1, "inbox count");
    }

    function test_post_outOfOrder_reverts() public {
        post(COMMITMENT, 0);
        vm.warp(block.timestamp + CADENCE);
        uint64[3] memory wrong = [uint64(0), 2, type(uint64).max];
        for (uint256 i = 0; i < wrong.length; ++i) {
            bytes memory signatures = signaturesOf(certificateDigest(wrong[i], COMMITMENT, 0, inbox.anchorAt(0)), 3);
            bytes32 anchor = inbox.anchorAt(0);
            vm.expectRevert(abi.encodeWithSelector(IBatches.BatchOutOfOrder.selector, wrong[i], 1));
            batches.post(wrong[i], COMMITMENT, 0, anchor, signatures);
        }
    }

    function test_post_twiceWithOneCertificate_reverts() public {
        vm.warp(block.timestamp + CADENCE);
        bytes32 anchor = inbox.anchorAt(0);
        bytes memory signatures = signaturesOf(certificateDigest(0, COMMITMENT, 0, anchor), 3);
        batches.post(0, COMMITMENT, 0, anchor, signatures);
        vm.warp(block.timestamp + CADENCE);
        vm.expectRevert(abi.encodeWithSelector(IBatches.BatchOutOfOrder.selector, 0, 1));
        batches.post(0, COMMITMENT, 0, anchor, signatures);
        // Nor at another place: the certificate names index and accumulator.
        vm.expectRevert();
        batches.post(1, COMMITMENT, 0, anchor, signatures);
    }

    function test_post_withoutCertificate_reverts() public {
        bytes32 anchor = inbox.anchorAt(0);
        bytes memory one = signaturesOf(certificateDigest(0, COMMITMENT, 0, anchor), 1);
        vm.expectRevert(abi.encodeWithSelector(ICommittee.CommitteeSignaturesMissing.selector, 1, 2));
        batches.post(0, COMMITMENT, 0, anchor, one);
        vm.expectRevert(abi.encodeWithSelector(ICommittee.CommitteeSignaturesMissing.selector, 0, 2));
        batches.post(0, COMMITMENT, 0, anchor, "");
    }

    function testFuzz_post_changedField_reverts(uint8 field, bytes32 other) public {
        deposit(USER, 1e9);
        deposit(USER, 2e9);
        bytes32 anchor = inbox.anchorAt(1);
        bytes memory signatures = signaturesOf(certificateDigest(0, COMMITMENT, 1, anchor), 7);
        bytes32 commitment = COMMITMENT;
        uint64 consumed = 1;
        if (field % 3 == 0) {
            vm.assume(other != COMMITMENT && other != 0);
            commitment = other;
        } else if (field % 3 == 1) {
            (consumed, anchor) = (2, inbox.anchorAt(2));
        } else {
            vm.assume(other != anchor);
            anchor = other;
        }
        vm.expectRevert();
        batches.post(0, commitment, consumed, anchor, signatures);
    }

    function test_post_withoutCommitment_reverts() public {
        bytes32 anchor = inbox.anchorAt(0);
        bytes memory signatures = signaturesOf(certificateDigest(0, 0, 0, anchor), 3);
        vm.expectRevert(abi.encodeWithSelector(IBatches.BatchCommitmentMissing.selector));
        batches.post(0, 0, 0, anchor, signatures);
    }

    function test_post_onAnotherNetworkOfTheFactory_reverts() public {
        bytes32 anchor = inbox.anchorAt(0);
        bytes memory signatures = signaturesOf(certificateDigest(0, COMMITMENT, 0, anchor), 7);
        NetworkParameters memory other = parameters();
        other.chainId = CHAIN_ID + 1;
        use(create(bytes32(uint256(1)), other));
        assertEq(inbox.anchorAt(0), anchor, "the same anchor there");
        vm.expectRevert();
        batches.post(0, COMMITMENT, 0, anchor, signatures);
    }

    function test_post_onAnotherChain_reverts() public {
        bytes32 anchor = inbox.anchorAt(0);
        bytes memory signatures = signaturesOf(certificateDigest(0, COMMITMENT, 0, anchor), 7);
        vm.chainId(1);
        vm.expectRevert();
        batches.post(0, COMMITMENT, 0, anchor, signatures);
    }

    function test_post_anchorOfAnotherPast_reverts() public {
        deposit(USER, 1e9);
        bytes32 stale = keccak256("before the reorganisation");
        bytes memory signatures = signaturesOf(certificateDigest(0, COMMITMENT, 1, stale), 3);
        bytes32 expected = inbox.anchorAt(1);
        vm.expectRevert(abi.encodeWithSelector(IBatches.BatchAnchorMismatch.selector, stale, expected));
        batches.post(0, COMMITMENT, 1, stale, signatures);
    }

    function test_post_dueEntryLeftOut_reverts() public {
        deposit(USER, 1e9);
        deposit(USER, 1e9);
        vm.warp(block.timestamp + INCLUSION);
        deposit(USER, 1e9);
        for (uint64 consumed = 0; consumed < 2; ++consumed) {
            bytes32 anchor = inbox.anchorAt(consumed);
            bytes memory signatures = signaturesOf(certificateDigest(0, COMMITMENT, consumed, anchor), 7);
            vm.expectRevert(abi.encodeWithSelector(IBatches.BatchInboxCountOutOfRange.selector, consumed, 2, 3));
            batches.post(0, COMMITMENT, consumed, anchor, signatures);
        }
        post(COMMITMENT, 2);
        assertEq(batches.inboxCount(), 2, "what is due suffices");
    }

    function test_post_backwardsOrBeyond_reverts() public {
        deposit(USER, 1e9);
        post(COMMITMENT, 1);
        vm.warp(block.timestamp + CADENCE);
        bytes32 anchor = inbox.anchorAt(0);
        bytes memory signatures = signaturesOf(certificateDigest(1, COMMITMENT, 0, anchor), 7);
        vm.expectRevert(abi.encodeWithSelector(IBatches.BatchInboxCountOutOfRange.selector, 0, 1, 1));
        batches.post(1, COMMITMENT, 0, anchor, signatures);
        signatures = signaturesOf(certificateDigest(1, COMMITMENT, 2, anchor), 7);
        vm.expectRevert(abi.encodeWithSelector(IBatches.BatchInboxCountOutOfRange.selector, 2, 1, 1));
        batches.post(1, COMMITMENT, 2, anchor, signatures);
    }

    function test_post_twiceInASlot_reverts() public {
        post(COMMITMENT, 0);
        bytes32 anchor = inbox.anchorAt(0);
        bytes memory signatures = signaturesOf(certificateDigest(1, COMMITMENT, 0, anchor), 3);
        (uint64 cadence, uint64 start, uint64 last) = batches.slots();
        vm.expectRevert(abi.encodeWithSelector(IBatches.BatchSlotTaken.selector, last));
        batches.post(1, COMMITMENT, 0, anchor, signatures);
        vm.warp(start + (last + 1) * cadence - 1);
        vm.expectRevert(abi.encodeWithSelector(IBatches.BatchSlotTaken.selector, last));
        batches.post(1, COMMITMENT, 0, anchor, signatures);
        vm.warp(start + (last + 1) * cadence);
        batches.post(1, COMMITMENT, 0, anchor, signatures);
    }

    /// @dev A sequencer and a committee that sign nothing can't keep an entry out.
    function test_force_byAnybodyAfterTheDelay_succeeds() public {
        for (uint256 i = 0; i < 20; ++i) forceTransaction(USER);
        vm.expectRevert(abi.encodeWithSelector(IBatches.BatchNothingDue.selector));
        batches.force();
        vm.warp(block.timestamp + INCLUSION);
        vm.prank(address(0x57a9e));
        batches.force();
        assertEq(batches.inboxCount(), 16, "as far as a record reaches");
        assertEq(
            batches.accumulatorAt(1),
            RollupHashes.accumulate(0, 0, 16, inbox.anchorAt(16), uint64(block.timestamp)),
            "without a commitment"
        );
        batches.force();
        assertEq(batches.inboxCount(), 20, "the rest");
        vm.expectRevert(abi.encodeWithSelector(IBatches.BatchNothingDue.selector));
        batches.force();
        post(COMMITMENT, 20);
    }

    function test_force_makesACertificateForTheSamePlaceWorthless() public {
        forceTransaction(USER);
        vm.warp(block.timestamp + INCLUSION);
        bytes32 anchor = inbox.anchorAt(1);
        bytes memory signatures = signaturesOf(certificateDigest(0, COMMITMENT, 1, anchor), 7);
        batches.force();
        vm.expectRevert(abi.encodeWithSelector(IBatches.BatchOutOfOrder.selector, 0, 1));
        batches.post(0, COMMITMENT, 1, anchor, signatures);
        vm.expectRevert();
        batches.post(1, COMMITMENT, 1, anchor, signatures);
    }

    /// @dev R8: what a post puts on chain has one size, whatever is inside.
    function test_post_calldata_hasOneSize() public view {
        bytes memory signatures = signaturesOf(DIGEST_OF_NOTHING, 3);
        uint256 size = abi.encodeCall(IBatches.post, (0, COMMITMENT, 0, 0, signatures)).length;
        assertEq(size, 4 + 32 * 6 + 160, "selector, five words and the length, two signatures padded");
    }

    bytes32 internal constant DIGEST_OF_NOTHING = keccak256("");

    function test_accumulatorAt_unknown_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IBatches.BatchCountUnknown.selector, 1, 0));
        batches.accumulatorAt(1);
    }
}
