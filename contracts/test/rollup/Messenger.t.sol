// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {BridgedToken} from "../../src/rollup/BridgedToken.sol";
import {IBridge} from "../../src/rollup/interfaces/IBridge.sol";
import {EntryContents, EntryProof, IMessenger} from "../../src/rollup/interfaces/IMessenger.sol";
import {Messenger} from "../../src/rollup/l2/Messenger.sol";
import {TokenBridge} from "../../src/rollup/l2/TokenBridge.sol";
import {MessageTree} from "../../src/rollup/libraries/MessageTree.sol";
import {RollupHashes} from "../../src/rollup/libraries/RollupHashes.sol";
import {EntryKind, InboxEntry, OutboxMessage} from "../../src/rollup/types/RollupTypes.sol";
import {MedToken} from "../../src/token/MedToken.sol";
import {Test} from "../support/Test.sol";

/// @dev Takes messages of L1 and notes who sent them.
contract L2Receiver {
    address public sender;
    uint256 public calls;
    bool public refuses;

    function take(IMessenger messenger) external {
        require(!refuses, "refuses");
        sender = messenger.sender();
        ++calls;
    }

    function setRefuses(bool value) external {
        refuses = value;
    }
}

/// @dev R22 and R23, with the predeploys at their addresses and the contract of EIP-4788.
contract MessengerTest is Test {
    address internal constant ANCHORS = 0x000F3df6D732807Ef1319fB7B8bB8522d0Beac02;
    address internal constant SYSTEM = 0xffffFFFfFFffffffffffffffFfFFFfffFFFfFFfE;
    address internal constant L1_BRIDGE = address(0xb21d6e);
    address internal constant L1_USER = address(0x1111);
    address internal constant L2_USER = address(0x2222);
    address internal constant L1_TOKEN = address(0x70ce1);
    bytes32 internal constant SALT = keccak256("salt");
    bytes32 internal constant METADATA = keccak256("metadata");

    Messenger internal messenger = Messenger(address(0xa001));
    TokenBridge internal tokens = TokenBridge(address(0xa002));
    L2Receiver internal receiver;
    MessageTree.Tree internal tree;
    InboxEntry[] internal entries;

    function setUp() public {
        vm.warp(1_900_000_000);
        vm.etch(address(messenger), shipped("messenger", "").code);
        vm.etch(address(tokens), shipped("tokenBridge", "").code);
        vm.etch(address(0xa003), shipped("bridgedToken", "").code);
        vm.etch(
            ANCHORS,
            hex"3373fffffffffffffffffffffffffffffffffffffffe14604d57602036146024575f5ffd5b5f35801560495762001fff810690815414603c575f5ffd5b62001fff01545f5260205ff35b5f5ffd5b62001fff42064281555f359062001fff015500"
        );
        vm.store(address(tokens), 0, bytes32(uint256(uint160(L1_BRIDGE))));
        receiver = new L2Receiver();
    }

    // ---- from L1 ----

    function test_relay_message_once_withItsSender() public {
        EntryContents memory contents = callOf(address(receiver));
        InboxEntry memory entry = append(EntryKind.Message, address(0), 0, contents);
        anchor();
        messenger.relay(entry, contents, proofOf(0));
        assertEq(receiver.sender(), L1_USER, "sender");
        assertEq(messenger.sender(), address(0), "nobody afterwards");
        assertTrue(messenger.isDone(0), "done");
        EntryProof memory proof = proofOf(0);
        vm.expectRevert(abi.encodeWithSelector(IMessenger.MessengerEntryDone.selector, 0));
        messenger.relay(entry, contents, proof);
    }

    function test_relay_callThatFails_canBeTriedAgain() public {
        EntryContents memory contents = callOf(address(receiver));
        InboxEntry memory entry = append(EntryKind.Message, address(0), 0, contents);
        anchor();
        receiver.setRefuses(true);
        EntryProof memory proof = proofOf(0);
        vm.expectRevert();
        messenger.relay(entry, contents, proof);
        assertTrue(!messenger.isDone(0), "not done");
        receiver.setRefuses(false);
        messenger.relay(entry, contents, proof);
        assertEq(receiver.calls(), 1, "once");
    }

    function test_relay_underALaterAnchor_succeeds() public {
        EntryContents memory contents = callOf(address(receiver));
        InboxEntry memory entry = append(EntryKind.Message, address(0), 0, contents);
        anchor();
        for (uint256 i = 0; i < 3; ++i) append(EntryKind.Forced, address(0), 0, callOf(address(0)));
        vm.warp(block.timestamp + 5);
        anchor();
        messenger.relay(entry, contents, proofOf(0));
    }

    function testFuzz_relay_changedEntry_reverts(uint8 field, bytes32 other) public {
        EntryContents memory contents = callOf(address(receiver));
        InboxEntry memory entry = append(EntryKind.Message, address(0), 0, contents);
        append(EntryKind.Message, address(0), 0, contents);
        anchor();
        EntryProof memory proof = proofOf(0);
        uint160 account = uint160(bound(uint256(other), 0x3000, type(uint160).max));
        if (field % 9 == 0) entry.sender = address(account);
        if (field % 9 == 1) entry.index = uint64(bound(uint256(other), 1, type(uint32).max - 1));
        if (field % 9 == 2) entry.commitment = keccak256(abi.encode(other));
        if (field % 9 == 3) contents.to = address(account);
        if (field % 9 == 4) contents.salt = keccak256(abi.encode(other));
        if (field % 9 == 5) contents.data = abi.encode(other);
        if (field % 9 == 6) proof.count = uint64(bound(uint256(other), 3, type(uint32).max));
        if (field % 9 == 7) proof.anchorTimestamp += uint64(bound(uint256(other), 1, 1000));
        if (field % 9 == 8) proof.path[uint256(other) % 32] = keccak256(abi.encode(other));
        vm.expectRevert();
        messenger.relay(entry, contents, proof);
        assertEq(receiver.calls(), 0, "no call");
    }

    /// @dev An entry that is not under the anchor yet has a zero leaf there.
    function test_relay_beyondTheAnchor_reverts() public {
        append(EntryKind.Forced, address(0), 0, callOf(address(0)));
        anchor();
        EntryContents memory contents = callOf(address(receiver));
        InboxEntry memory entry = append(EntryKind.Message, address(0), 0, contents);
        EntryProof memory proof = proofOf(1);
        proof.count = 1;
        vm.expectRevert();
        messenger.relay(entry, contents, proof);
    }

    function test_relay_toTheBridge_reverts() public {
        address[2] memory targets = [address(tokens), address(messenger)];
        for (uint64 i = 0; i < 2; ++i) {
            bytes memory data =
                abi.encodeCall(TokenBridge.mint, (L1_TOKEN, L2_USER, 1e30, "Fake", "FAKE", 18));
            EntryContents memory contents = EntryContents(SALT, targets[i], data);
            InboxEntry memory entry = append(EntryKind.Message, address(0), 0, contents);
            anchor();
            EntryProof memory proof = proofOf(i);
            vm.expectRevert(abi.encodeWithSelector(IMessenger.MessengerTargetRefused.selector, targets[i]));
            messenger.relay(entry, contents, proof);
            vm.warp(block.timestamp + 1);
        }
    }

    function test_relay_depositsAndForced_revert() public {
        EntryKind[3] memory kinds = [EntryKind.Deposit, EntryKind.Forced, EntryKind.TokenDeposit];
        for (uint64 i = 0; i < 3; ++i) {
            EntryContents memory contents = callOf(address(receiver));
            InboxEntry memory entry = append(kinds[i], address(0), 0, contents);
            anchor();
            EntryProof memory proof = proofOf(i);
            vm.expectRevert(abi.encodeWithSelector(IMessenger.MessengerKindRefused.selector, uint8(kinds[i])));
            messenger.relay(entry, contents, proof);
            vm.warp(block.timestamp + 1);
        }
    }

    // ---- tokens ----

    function test_relayToken_mintsWhatStandsForIt_andItLeavesAgain() public {
        EntryContents memory contents = EntryContents(SALT, L2_USER, "");
        InboxEntry memory entry = append(EntryKind.TokenDeposit, L1_TOKEN, 500, contents);
        anchor();
        EntryProof memory proof = proofOf(0);
        vm.expectRevert(
            abi.encodeWithSelector(IMessenger.MessengerContentsMismatch.selector, entry.metadataHash)
        );
        messenger.relayToken(entry, contents, proof, "Other", "TKN", 6);
        messenger.relayToken(entry, contents, proof, "Token", "TKN", 6);
        BridgedToken token = BridgedToken(tokens.tokenOf(L1_TOKEN));
        assertEq(token.balanceOf(L2_USER), 500, "minted");
        assertEq(token.remote(), L1_TOKEN, "remote");
        vm.prank(L2_USER);
        tokens.withdraw(address(token), 200, L1_USER, SALT);
        assertEq(token.totalSupply(), 300, "burnt");
        assertSent(0, abi.encodeCall(IBridge.releaseToken, (L1_TOKEN, L1_USER, 200)));
        vm.prank(L2_USER);
        vm.expectRevert();
        tokens.withdraw(address(token), 301, L1_USER, SALT);
        vm.expectRevert(abi.encodeWithSelector(TokenBridge.TokenBridgeMessengerOnly.selector, address(this)));
        tokens.mint(L1_TOKEN, L2_USER, 1, "Token", "TKN", 6);
    }

    function test_native_leavesAndReturns() public {
        MedToken points = MedToken(shipped("medToken", abi.encode(L2_USER, 1000)));
        vm.startPrank(L2_USER);
        points.approve(address(tokens), 1000);
        tokens.withdraw(address(points), 400, L1_USER, SALT);
        vm.expectRevert(abi.encodeWithSelector(TokenBridge.TokenBridgeAmountZero.selector));
        tokens.withdraw(address(points), 0, L1_USER, SALT);
        vm.stopPrank();
        assertEq(tokens.locked(address(points)), 400, "locked");
        assertSent(
            0,
            abi.encodeCall(
                IBridge.mintRepresentation, (address(points), "Ambrosia MED", "MED", 18, L1_USER, 400)
            )
        );
        EntryContents memory contents = EntryContents(SALT, L2_USER, "");
        InboxEntry memory back = append(EntryKind.TokenReturn, address(points), 150, contents);
        InboxEntry memory tooMuch = append(EntryKind.TokenReturn, address(points), 251, contents);
        anchor();
        messenger.relay(back, contents, proofOf(0));
        assertEq(points.balanceOf(L2_USER), 750, "back");
        EntryProof memory proof = proofOf(1);
        vm.expectRevert(
            abi.encodeWithSelector(TokenBridge.TokenBridgeLockedExceeded.selector, address(points), 251, 250)
        );
        messenger.relay(tooMuch, contents, proof);
    }

    // ---- to L1 ----

    function test_send_root_isSlotZero() public {
        assertEq(vm.load(address(messenger), 0), 0, "zero before the first");
        vm.deal(L2_USER, 5 ether);
        for (uint64 i = 0; i < 3; ++i) {
            vm.prank(L2_USER);
            messenger.send{value: 1 ether}(L1_USER, "data", keccak256(abi.encode(i)));
            MessageTree.append(
                tree,
                RollupHashes.message(
                    OutboxMessage(i, L2_USER, L1_USER, 1 ether, "data", keccak256(abi.encode(i)))
                )
            );
            assertEq(vm.load(address(messenger), 0), tree.root, "root");
        }
        assertEq(address(messenger).balance, 3 ether, "what left stays here");
    }

    // ---- the inbox of L1 ----

    function callOf(address to) internal view returns (EntryContents memory) {
        return EntryContents(SALT, to, abi.encodeCall(L2Receiver.take, (IMessenger(address(messenger)))));
    }

    function append(EntryKind kind, address token, uint256 amount, EntryContents memory contents)
        internal
        returns (InboxEntry memory entry)
    {
        entry = InboxEntry({
            kind: kind,
            index: uint64(entries.length),
            timestamp: uint64(block.timestamp),
            sender: L1_USER,
            token: token,
            amount: amount,
            commitment: RollupHashes.commitment(contents.salt, contents.to, contents.data),
            sealedHash: keccak256("sealed"),
            encryptionKey: keccak256("key"),
            metadataHash: kind == EntryKind.TokenDeposit ? RollupHashes.metadata("Token", "TKN", 6) : bytes32(0)
        });
        entries.push(entry);
        MessageTree.append(tree, RollupHashes.entry(entry));
    }

    /// @dev Makes the anchor over all entries that of a block at this time.
    function anchor() internal {
        vm.prank(SYSTEM);
        (bool succeeded,) = ANCHORS.call(abi.encode(MessageTree.anchor(tree.root, tree.count)));
        assertTrue(succeeded, "anchor");
    }

    function proofOf(uint256 index) internal view returns (EntryProof memory proof) {
        bytes32[] memory level = new bytes32[](8);
        for (uint256 i = 0; i < entries.length; ++i) level[i] = RollupHashes.entry(entries[i]);
        bytes32 zero;
        for (uint256 height = 0; height < 32; ++height) {
            proof.path[height] = index ^ 1 < 8 ? level[index ^ 1] : zero;
            for (uint256 i = 0; i < 4; ++i) level[i] = keccak256(abi.encodePacked(level[2 * i], level[2 * i + 1]));
            zero = keccak256(abi.encodePacked(zero, zero));
            for (uint256 i = 4; i < 8; ++i) level[i] = zero;
            index /= 2;
        }
        proof.anchorTimestamp = uint64(block.timestamp);
        proof.count = uint64(tree.count);
    }

    function assertSent(uint64 index, bytes memory data) internal {
        OutboxMessage memory message = OutboxMessage(index, address(tokens), L1_BRIDGE, 0, data, SALT);
        (bytes32 root,) = messenger.outbox();
        delete entries;
        MessageTree.Tree storage sent = outboxTree;
        assertEq(root, MessageTree.append(sent, RollupHashes.message(message)), "what was sent");
    }

    MessageTree.Tree internal outboxTree;
}
