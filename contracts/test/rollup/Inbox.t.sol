// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IInbox} from "../../src/rollup/interfaces/IInbox.sol";
import {MessageTree} from "../../src/rollup/libraries/MessageTree.sol";
import {RollupHashes} from "../../src/rollup/libraries/RollupHashes.sol";
import {EntryKind, InboxEntry} from "../../src/rollup/types/RollupTypes.sol";
import {RollupFixture} from "../support/RollupFixture.sol";

/// @dev R1 to R4.
contract InboxTest is RollupFixture {
    function test_append_everyEntry_isUnderItsAnchor() public {
        bytes32[] memory anchors = new bytes32[](6);
        bytes32[] memory leaves = new bytes32[](5);
        anchors[0] = inbox.anchorAt(0);
        for (uint64 i = 0; i < 5; ++i) {
            vm.warp(block.timestamp + i);
            vm.prank(USER);
            inbox.sendMessage(keccak256(abi.encode(i)), sealedOf(256));
            leaves[i] = RollupHashes.entry(entryOf(EntryKind.Message, i, keccak256(abi.encode(i))));
            anchors[i + 1] = MessageTree.anchor(rootOf(leaves, i + 1), i + 1);
        }
        for (uint64 i = 0; i <= 5; ++i) assertEq(inbox.anchorAt(i), anchors[i], "anchor");
        assertEq(inbox.count(), 5, "count");
    }

    function test_append_byAnybodyElse_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IInbox.InboxBridgeOnly.selector, address(this)));
        inbox.append(EntryKind.Deposit, USER, address(0), 1e9, 0, sealedOf(32), 0);
    }

    function test_append_sizes_areThePaddedOnes() public {
        uint256[5] memory sizes = [uint256(256), 1024, 4096, 16_384, 65_536];
        for (uint256 i = 0; i < sizes.length; ++i) {
            inbox.forceTransaction(sealedOf(sizes[i]));
            int8[2] memory differences = [int8(-1), 1];
            for (uint256 k = 0; k < 2; ++k) {
                uint256 size = uint256(int256(sizes[i]) + differences[k]);
                vm.expectRevert(abi.encodeWithSelector(IInbox.InboxSealedSizeRefused.selector, size + 48));
                inbox.forceTransaction(sealedOf(size));
            }
        }
        // A deposit's size is its own.
        vm.expectRevert(abi.encodeWithSelector(IInbox.InboxSealedSizeRefused.selector, 80));
        inbox.forceTransaction(sealedOf(32));
        vm.prank(USER);
        vm.expectRevert(abi.encodeWithSelector(IInbox.InboxSealedSizeRefused.selector, 304));
        bridge.deposit(1e9, sealedOf(256));
    }

    function test_anchorAt_unknownCount_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(IInbox.InboxCountUnknown.selector, 1, 0));
        inbox.anchorAt(1);
        vm.expectRevert(abi.encodeWithSelector(IInbox.InboxCountUnknown.selector, 1, 0));
        inbox.reach(1);
    }

    function test_reach_forcedLimit_holds() public {
        for (uint256 i = 0; i < 40; ++i) {
            forceTransaction(USER);
            if (i % 4 == 0) deposit(USER, 1e9);
        }
        uint64 from;
        uint64 records;
        while (from < inbox.count()) {
            uint64 to = inbox.reach(from);
            assertTrue(to > from, "every record gets further");
            from = to;
            ++records;
        }
        assertEq(records, 3, "40 forced transactions, 16 a record");
    }

    function test_dueCount_atTheDelay_andNotBefore() public {
        uint256 start = block.timestamp;
        for (uint256 i = 0; i < 5; ++i) {
            vm.warp(start + i * 10);
            deposit(USER, 1e9);
        }
        for (uint64 i = 0; i < 5; ++i) {
            vm.warp(start + i * 10 + INCLUSION - 1);
            assertEq(inbox.dueCount(0), i, "a second before");
            vm.warp(start + i * 10 + INCLUSION);
            assertEq(inbox.dueCount(0), i + 1, "at the delay");
            assertEq(inbox.dueCount(3), i < 3 ? 3 : i + 1, "from where it is");
        }
    }

    function testFuzz_dueCount_andReach_areWhatALoopSays(uint256 seed) public {
        uint256 entries = seed % 60;
        uint256[] memory times = new uint256[](entries);
        bool[] memory forced = new bool[](entries);
        for (uint256 i = 0; i < entries; ++i) {
            uint256 word = uint256(keccak256(abi.encode(seed, i)));
            vm.warp(block.timestamp + word % 200);
            forced[i] = (word >> 8) % 2 == 0;
            times[i] = block.timestamp;
            if (forced[i]) forceTransaction(USER);
            else deposit(USER, 1e9);
        }
        vm.warp(block.timestamp + (seed >> 16) % (2 * uint256(INCLUSION)));
        uint64 from = uint64((seed >> 32) % (entries + 1));
        uint64 reach = from;
        for (uint256 count = 0; reach < entries; ++reach) {
            if (forced[reach] && ++count > inbox.MAXIMUM_FORCED()) break;
        }
        uint64 due = from;
        while (due < reach && times[due] + INCLUSION <= block.timestamp) ++due;
        assertEq(inbox.reach(from), reach, "reach");
        assertEq(inbox.dueCount(from), due, "due");
    }

    function entryOf(EntryKind kind, uint64 index, bytes32 commitment) internal view returns (InboxEntry memory) {
        return InboxEntry({
            kind: kind,
            index: index,
            timestamp: uint64(block.timestamp),
            sender: USER,
            token: address(0),
            amount: 0,
            commitment: commitment,
            sealedHash: keccak256(sealedOf(256)),
            encryptionKey: KEY,
            metadataHash: 0
        });
    }

    /// @dev The root by the definition: all levels over all leaves.
    function rootOf(bytes32[] memory leaves, uint256 count) internal pure returns (bytes32) {
        bytes32[] memory level = new bytes32[](8);
        for (uint256 i = 0; i < count; ++i) level[i] = leaves[i];
        bytes32 zero;
        for (uint256 height = 0; height < 32; ++height) {
            for (uint256 i = 0; i < 4; ++i) {
                (bytes32 left, bytes32 right) = 2 * i < 8 ? (level[2 * i], level[2 * i + 1]) : (zero, zero);
                level[i] = keccak256(abi.encodePacked(left, right));
            }
            zero = keccak256(abi.encodePacked(zero, zero));
            for (uint256 i = 4; i < 8; ++i) level[i] = zero;
        }
        return level[0];
    }
}
