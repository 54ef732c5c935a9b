// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Assertion, AssertionStatus} from "../../src/rollup/interfaces/IAssertions.sol";
import {ClaimOutcome} from "../../src/rollup/interfaces/IClaimResolver.sol";
import {MessageTree} from "../../src/rollup/libraries/MessageTree.sol";
import {RollupHashes} from "../../src/rollup/libraries/RollupHashes.sol";
import {OutboxMessage, RollupState} from "../../src/rollup/types/RollupTypes.sol";
import {RollupFixture} from "../support/RollupFixture.sol";

/// @dev Plays depositors, batchers, asserters, liars and whoever carries messages, at random. It counts for itself what went in and out.
contract RollupPlayer is RollupFixture {
    address[2] internal asserters = [ASSERTER, RIVAL];
    bytes32[] internal ids;
    OutboxMessage[] internal messages;
    MessageTree.Tree internal tree;
    bytes32[] public accumulators;
    bytes32[] public anchors;
    bytes32[] public confirmed;
    uint256 public calls;
    uint256 public deposited;
    uint256 public released;
    uint256 public bondsIn;
    uint256 public bondsOut;
    bool public isTwice;
    mapping(uint64 index => bool) internal executed;

    constructor() {
        setUp();
        ids.push(assertions.newest());
        confirmed.push(ids[0]);
        accumulators.push(batches.accumulatorAt(0));
        anchors.push(inbox.anchorAt(0));
    }

    // ---- L1 users ----

    function depositSome(uint64 amount) external {
        uint256 wei_ = bound(amount, 1, 1e9) * 1e9;
        deposit(USER, wei_);
        deposited += wei_;
        noteEntry();
    }

    function forceSome() external {
        forceTransaction(USER);
        noteEntry();
    }

    function wait(uint32 time) external {
        vm.warp(block.timestamp + bound(time, 1, 2 hours));
        ++calls;
    }

    // ---- batches ----

    function postSome(uint8 extra) external {
        (uint64 least, uint64 most) = (inbox.dueCount(batches.inboxCount()), inbox.reach(batches.inboxCount()));
        post(keccak256(abi.encode(calls)), uint64(bound(extra, least, most)));
        noteRecord();
    }

    function forceRecord() external {
        batches.force();
        noteRecord();
    }

    // ---- assertions ----

    function assertSome(uint8 who, uint8 on, bool isLie) external {
        bytes32 parent = ids[on % ids.length];
        if (assertions.assertionOf(parent).nextBatchCount > batches.count()) this.postSome(0);
        RollupState memory state = stateAfter(parent, isLie ? keccak256("lie") : keccak256("truth"), tree.root);
        (bytes32 id,) = assertAs(asserters[who % 2], parent, state);
        bondsIn += BOND;
        ids.push(id);
        ++calls;
    }

    function decideSome(uint8 which, uint8 outcome) external {
        bytes32 claim = assertions.assertionOf(ids[which % ids.length]).claim;
        // What is decided stays decided.
        if (claim == 0 || resolver.outcomeOf(claim) != ClaimOutcome.Open) return;
        resolver.decide(claim, ClaimOutcome(2 + outcome % 3), asserters[outcome % 2]);
        ++calls;
    }

    function confirmSome(uint8 which) external {
        bytes32 id = ids[which % ids.length];
        bytes32 before = assertions.newest();
        assertions.confirm(id);
        assertEq(assertions.assertionOf(id).parent, before, "R10: on the newest one");
        assertTrue(block.timestamp >= assertions.assertionOf(id).createdAt + PERIOD, "R11: after the period");
        confirmed.push(id);
        ++calls;
    }

    function fastConfirmSome(uint8 which, uint8 bits) external {
        bytes32 id = ids[which % ids.length];
        bytes32 digest = typed("Assertions", address(assertions), RollupHashes.fastConfirmation(id));
        assertions.fastConfirm(id, signaturesOf(digest, bits % 8));
        assertEq(bits % 8, 7, "R11: by every member");
        confirmed.push(id);
        ++calls;
    }

    /// @dev The honest way in one go, so that messages become certain in most runs.
    function settleAll() external {
        bytes32 parent = assertions.newest();
        while (assertions.assertionOf(parent).nextBatchCount > batches.count()) this.postSome(0);
        (bytes32 id, bytes32 claim) = assertAs(ASSERTER, parent, stateAfter(parent, keccak256("truth"), tree.root));
        bondsIn += BOND;
        ids.push(id);
        resolver.decide(claim, ClaimOutcome.Stands, address(0));
        vm.warp(block.timestamp + PERIOD);
        this.confirmSome(uint8(ids.length - 1));
    }

    function refuteSome(uint8 which) external {
        assertions.refute(ids[which % ids.length]);
        ++calls;
    }

    function dropSome(uint8 which) external {
        assertions.drop(ids[which % ids.length]);
        ++calls;
    }

    function withdrawSome(uint8 who) external {
        vm.prank(asserters[who % 2]);
        bondsOut += assertions.withdrawBond();
        ++calls;
    }

    // ---- messages to L1 ----

    function sendSome(uint64 amount) external {
        if (messages.length == 8) return;
        OutboxMessage memory message =
            OutboxMessage(uint64(messages.length), USER, address(0xbeef), bound(amount, 1, 1e18), "", 0);
        messages.push(message);
        MessageTree.append(tree, RollupHashes.message(message));
        ++calls;
    }

    function executeSome(uint8 which) external {
        OutboxMessage memory message = messages[which % messages.length];
        outbox.execute(message, pathOf(message.index));
        isTwice = isTwice || executed[message.index];
        executed[message.index] = true;
        released += message.value;
        ++calls;
    }

    // ---- what invariants ask ----

    function assertHolds() external view {
        assertEq(bridge.held(address(med)), deposited - released, "R17: held");
        assertTrue(med.balanceOf(address(bridge)) >= bridge.held(address(med)), "R17: it is there");
        assertEq(med.balanceOf(address(assertions)), bondsIn - bondsOut, "R13: bonds");
        uint256 claims = assertions.owedTo(ASSERTER) + assertions.owedTo(RIVAL);
        for (uint256 i = 0; i < ids.length; ++i) {
            Assertion memory one = assertions.assertionOf(ids[i]);
            if (one.status == AssertionStatus.Pending) claims += one.bond;
        }
        assertEq(claims, bondsIn - bondsOut, "R13: each bond is somebody's, once");
        assertEq(assertions.newest(), confirmed[confirmed.length - 1], "R10: newest");
        for (uint256 i = 1; i < confirmed.length; ++i) {
            Assertion memory one = assertions.assertionOf(confirmed[i]);
            assertEq(one.parent, confirmed[i - 1], "R10: one chain");
            assertTrue(one.status == AssertionStatus.Confirmed, "R12: confirmed for ever");
        }
        for (uint64 i = 0; i < accumulators.length; ++i) {
            assertEq(batches.accumulatorAt(i), accumulators[i], "R5: records stay");
        }
        for (uint64 i = 0; i < anchors.length; ++i) assertEq(inbox.anchorAt(i), anchors[i], "R1: entries stay");
        assertTrue(!isTwice, "R16: no message twice");
        assertTrue(batches.inboxCount() <= inbox.count(), "R5: nothing is consumed before it is there");
    }

    function noteEntry() private {
        anchors.push(inbox.anchorAt(inbox.count()));
        ++calls;
    }

    function noteRecord() private {
        accumulators.push(batches.accumulatorAt(batches.count()));
        assertEq(batches.count() + 1, accumulators.length, "R5: one record at a time");
        ++calls;
    }

    function pathOf(uint256 index) private view returns (bytes32[32] memory path) {
        bytes32[] memory level = new bytes32[](8);
        for (uint256 i = 0; i < messages.length; ++i) level[i] = RollupHashes.message(messages[i]);
        bytes32 zero;
        for (uint256 height = 0; height < 32; ++height) {
            path[height] = height < 3 ? level[index ^ 1] : zero;
            for (uint256 i = 0; i < 4; ++i) level[i] = keccak256(abi.encodePacked(level[2 * i], level[2 * i + 1]));
            zero = keccak256(abi.encodePacked(zero, zero));
            for (uint256 i = 4; i < 8; ++i) level[i] = zero;
            index /= 2;
        }
    }
}

/// @dev R1, R5, R10 to R13, R16, R17 after every call.
contract RollupInvariantTest is RollupFixture {
    RollupPlayer internal player;

    function setUp() public override {
        player = new RollupPlayer();
        bytes4[] memory selectors = new bytes4[](15);
        selectors[0] = player.depositSome.selector;
        selectors[1] = player.forceSome.selector;
        selectors[2] = player.wait.selector;
        selectors[3] = player.postSome.selector;
        selectors[4] = player.forceRecord.selector;
        selectors[5] = player.assertSome.selector;
        selectors[6] = player.decideSome.selector;
        selectors[7] = player.confirmSome.selector;
        selectors[8] = player.fastConfirmSome.selector;
        selectors[9] = player.refuteSome.selector;
        selectors[10] = player.dropSome.selector;
        selectors[11] = player.withdrawSome.selector;
        selectors[12] = player.sendSome.selector;
        selectors[13] = player.executeSome.selector;
        selectors[14] = player.settleAll.selector;
        targetContract(address(player), selectors);
    }

    function invariant_R1_R5_R10_R13_R16_R17() public view {
        player.assertHolds();
    }
}
