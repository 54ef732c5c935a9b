// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Assertion, AssertionStatus} from "../../src/rollup/interfaces/IAssertions.sol";
import {ClaimOutcome} from "../../src/rollup/interfaces/IClaimResolver.sol";
import {MessageTree} from "../../src/rollup/libraries/MessageTree.sol";
import {RollupHashes} from "../../src/rollup/libraries/RollupHashes.sol";
import {OutboxMessage, RollupState} from "../../src/rollup/types/RollupTypes.sol";
import {Player} from "../support/Player.sol";
import {RollupFixture} from "../support/RollupFixture.sol";

/// @dev Plays depositors, batchers, asserters, liars and whoever carries messages, at random. It counts for itself what went in and out.
contract RollupPlayer is RollupFixture, Player {
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
        expectReached("deposit");
        expectReached("forced transaction");
        expectReached("batch");
        expectReached("forced record");
        expectReached("assertion");
        expectReached("decision");
        expectReached("confirmation");
        expectReached("fast confirmation");
        expectReached("refutation");
        expectReached("drop");
        expectReached("withdrawal of a bond");
        expectReached("message");
        expectReached("execution");
    }

    // ---- L1 users ----

    function depositSome(uint64 amount) external move {
        uint256 wei_ = bound(amount, 1, 1e9) * 1e9;
        deposit(USER, wei_);
        deposited += wei_;
        noteEntry();
        reached("deposit");
    }

    function forceSome() external move {
        forceTransaction(USER);
        noteEntry();
        reached("forced transaction");
    }

    function wait(uint32 time) external move {
        vm.warp(block.timestamp + bound(time, 1, 2 hours));
        ++calls;
    }

    // ---- batches ----

    function postSome(uint8 extra) external move {
        (uint64 least, uint64 most) = (inbox.dueCount(batches.inboxCount()), inbox.reach(batches.inboxCount()));
        post(keccak256(abi.encode(calls)), uint64(bound(extra, least, most)));
        noteRecord();
        reached("batch");
    }

    function forceRecord() external move {
        batches.force();
        noteRecord();
        reached("forced record");
    }

    // ---- assertions ----

    function assertSome(uint8 who, uint8 on, bool isLie) external move {
        bytes32 parent = ids[on % ids.length];
        if (assertions.assertionOf(parent).nextBatchCount > batches.count()) this.postSome(0);
        RollupState memory state = stateAfter(parent, isLie ? keccak256("lie") : keccak256("truth"), tree.root);
        (bytes32 id,) = assertAs(asserters[who % 2], parent, state);
        bondsIn += BOND;
        ids.push(id);
        ++calls;
        reached("assertion");
    }

    function decideSome(uint8 which, uint8 outcome) external move {
        bytes32 claim = assertions.assertionOf(ids[which % ids.length]).claim;
        // What is decided stays decided.
        if (claim == 0 || resolver.outcomeOf(claim) != ClaimOutcome.Open) revert NothingToMove();
        resolver.decide(claim, ClaimOutcome(2 + outcome % 3), asserters[outcome % 2]);
        ++calls;
        reached("decision");
    }

    function confirmSome(uint8 which) external move {
        bytes32 id = ids[which % ids.length];
        bytes32 before = assertions.newest();
        assertions.confirm(id);
        assertEq(assertions.assertionOf(id).parent, before, "R10: on the newest one");
        assertTrue(block.timestamp >= assertions.assertionOf(id).createdAt + PERIOD, "R11: after the period");
        confirmed.push(id);
        ++calls;
        reached("confirmation");
    }

    function fastConfirmSome(uint8 which, uint8 bits) external move {
        bytes32 id = ids[which % ids.length];
        bytes32 digest = typed("Assertions", address(assertions), RollupHashes.fastConfirmation(id));
        uint256 signers = bits % 4 == 0 ? bits % 8 : 7;
        assertions.fastConfirm(id, signaturesOf(digest, signers));
        assertEq(signers, 7, "R11: by every member");
        confirmed.push(id);
        ++calls;
        reached("fast confirmation");
    }

    /// @dev The honest way in one go, so that messages become certain in most runs.
    function settleAll() external move {
        bytes32 parent = assertions.newest();
        while (assertions.assertionOf(parent).nextBatchCount > batches.count()) this.postSome(0);
        (bytes32 id, bytes32 claim) = assertAs(ASSERTER, parent, stateAfter(parent, keccak256("truth"), tree.root));
        bondsIn += BOND;
        ids.push(id);
        resolver.decide(claim, ClaimOutcome.Stands, address(0));
        vm.warp(block.timestamp + PERIOD);
        this.confirmSome(uint8(ids.length - 1));
    }

    function refuteSome(uint8 which) external move {
        // Most are not to be refuted; the first one that is, from there on.
        for (uint256 i = 0; i < ids.length; ++i) {
            bytes32 id = ids[(which + i) % ids.length];
            Assertion memory one = assertions.assertionOf(id);
            ClaimOutcome outcome = one.claim == 0 ? ClaimOutcome.Open : resolver.outcomeOf(one.claim);
            if (one.status != AssertionStatus.Pending || outcome == ClaimOutcome.Open || outcome == ClaimOutcome.Stands) continue;
            assertions.refute(id);
            ++calls;
            return reached("refutation");
        }
        assertions.refute(ids[which % ids.length]);
        ++calls;
        reached("refutation");
    }

    function dropSome(uint8 which) external move {
        assertions.drop(ids[which % ids.length]);
        ++calls;
        reached("drop");
    }

    function withdrawSome(uint8 who) external move {
        vm.prank(asserters[who % 2]);
        bondsOut += assertions.withdrawBond();
        ++calls;
        reached("withdrawal of a bond");
    }

    // ---- messages to L1 ----

    function sendSome(uint64 amount) external move {
        if (messages.length == 8) revert NothingToMove();
        OutboxMessage memory message =
            OutboxMessage(uint64(messages.length), USER, address(0xbeef), bound(amount, 1, 1e18), "", 0);
        messages.push(message);
        MessageTree.append(tree, RollupHashes.message(message));
        ++calls;
        reached("message");
    }

    function executeSome(uint8 which) external move {
        if (messages.length == 0) revert NothingToMove();
        OutboxMessage memory message = messages[which % messages.length];
        outbox.execute(message, pathOf(message.index));
        isTwice = isTwice || executed[message.index];
        executed[message.index] = true;
        released += message.value;
        ++calls;
        reached("execution");
    }

    // ---- what invariants ask ----

    function assertHolds() external view {
        assertEq(bridge.held(address(med)), deposited - released, "R17: held");
        assertTrue(med.balanceOf(address(bridge)) >= bridge.held(address(med)), "R17: it is there");
        assertEq(med.balanceOf(address(assertions)), bondsIn - bondsOut, "R13: bonds");
        uint256 claims = assertions.owedTo(ASSERTER) + assertions.owedTo(RIVAL) + assertions.owedTo(address(0xdEaD));
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

    function invariant_R5_R10_R11_movesAgree() public view {
        player.assertAgreed();
    }

    function afterInvariant() public {
        player.reportReached("RollupInvariantTest");
    }
}
