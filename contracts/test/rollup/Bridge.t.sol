// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {BridgedToken} from "../../src/rollup/BridgedToken.sol";
import {IBridge} from "../../src/rollup/interfaces/IBridge.sol";
import {NetworkParameters} from "../../src/rollup/interfaces/INetworkFactory.sol";
import {IOutbox} from "../../src/rollup/interfaces/IOutbox.sol";
import {MessageTree} from "../../src/rollup/libraries/MessageTree.sol";
import {RollupHashes} from "../../src/rollup/libraries/RollupHashes.sol";
import {OutboxMessage} from "../../src/rollup/types/RollupTypes.sol";
import {MedToken} from "../../src/token/MedToken.sol";
import {RollupFixture} from "../support/RollupFixture.sol";
import {FeeToken} from "../support/Tokens.sol";

/// @dev Receives messages, notes who sent them, and can try to come back.
contract Receiver {
    IOutbox public outbox;
    address public sender;
    uint256 public calls;
    OutboxMessage internal again;
    bytes32[32] internal path;
    bool public refuses;

    function take(IOutbox from) external {
        outbox = from;
        sender = from.l2Sender();
        ++calls;
        if (again.target != address(0)) from.execute(again, path);
    }

    function setAgain(OutboxMessage calldata message, bytes32[32] calldata siblings) external {
        again = message;
        path = siblings;
    }

    function setRefuses(bool value) external {
        refuses = value;
    }

    receive() external payable {
        if (refuses) revert("no ether");
    }
}

/// @dev R16 to R19.
contract BridgeTest is RollupFixture {
    address internal constant L2_TOKEN_BRIDGE = address(0xa002);
    address internal constant L2_USER = address(0x12a5);
    address internal constant L2_TOKEN = address(0x70ce2);

    MessageTree.Tree internal tree;
    OutboxMessage[] internal messages;
    Receiver internal receiver;
    MedToken internal token;

    function setUp() public override {
        super.setUp();
        receiver = new Receiver();
        token = MedToken(shipped("medToken", abi.encode(USER, 1e24)));
        vm.prank(USER);
        token.approve(address(bridge), type(uint256).max);
        vm.deal(USER, 1000 ether);
    }

    // ---- deposits ----

    function test_deposit_limits_hold() public {
        vm.startPrank(USER);
        uint256[3] memory wrong = [uint256(0), 1e9 + 1, (uint256(type(uint64).max) + 1) * 1e9];
        for (uint256 i = 0; i < wrong.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IBridge.BridgeAmountRefused.selector, wrong[i]));
            bridge.deposit(wrong[i], sealedOf(32));
        }
        bridge.deposit(1e9, sealedOf(32));
        vm.stopPrank();
        assertEq(bridge.held(address(med)), 1e9, "held");
        vm.deal(USER, 1 ether);
        vm.prank(USER);
        vm.expectRevert(abi.encodeWithSelector(IBridge.BridgeValueMismatch.selector, 1, 0));
        bridge.deposit{value: 1}(1e9, sealedOf(32));
    }

    function test_depositToken_tokensAndEther_areHeld() public {
        vm.startPrank(USER);
        bridge.depositToken(address(token), 7, 0, sealedOf(256));
        bridge.depositToken{value: 3 ether}(address(0), 3 ether, 0, sealedOf(256));
        vm.expectRevert(abi.encodeWithSelector(IBridge.BridgeValueMismatch.selector, 1, 2));
        bridge.depositToken{value: 1}(address(0), 2, 0, sealedOf(256));
        vm.expectRevert(abi.encodeWithSelector(IBridge.BridgeValueMismatch.selector, 1, 0));
        bridge.depositToken{value: 1}(address(token), 2, 0, sealedOf(256));
        vm.expectRevert(abi.encodeWithSelector(IBridge.BridgeAmountRefused.selector, 0));
        bridge.depositToken(address(token), 0, 0, sealedOf(256));
        // The gas token has one way, so that what lies here for it is one account.
        vm.expectRevert(abi.encodeWithSelector(IBridge.BridgeTokenRefused.selector, address(med)));
        bridge.depositToken(address(med), 1, 0, sealedOf(256));
        vm.stopPrank();
        assertEq(bridge.held(address(token)), 7, "token");
        assertEq(bridge.held(address(0)), 3 ether, "ether");
        assertEq(address(bridge).balance, 3 ether, "ether is there");
    }

    function test_depositToken_thatKeepsAPart_reverts() public {
        FeeToken fee = new FeeToken(USER);
        vm.startPrank(USER);
        fee.approve(address(bridge), type(uint256).max);
        vm.expectRevert(abi.encodeWithSelector(IBridge.BridgeShortfall.selector, address(fee), 100, 99));
        bridge.depositToken(address(fee), 100, 0, sealedOf(256));
        vm.stopPrank();
    }

    // ---- messages ----

    function test_execute_gasToken_once() public {
        deposit(USER, 5e18);
        OutboxMessage memory message = send(L2_USER, address(0xbeef), 2e18, "");
        bytes32[32] memory path = pathOf(0);
        bytes32 root = tree.root;
        vm.expectRevert(abi.encodeWithSelector(IOutbox.OutboxRootUnknown.selector, root));
        outbox.execute(message, path);
        confirmRoot(root);
        outbox.execute(message, path);
        assertEq(med.balanceOf(address(0xbeef)), 2e18, "paid");
        assertEq(bridge.held(address(med)), 3e18, "held less");
        assertTrue(outbox.isSpent(0), "spent");
        vm.expectRevert(abi.encodeWithSelector(IOutbox.OutboxMessageSpent.selector, 0));
        outbox.execute(message, path);
    }

    function testFuzz_execute_changedMessage_reverts(uint8 field, uint256 other) public {
        deposit(USER, 5e18);
        OutboxMessage memory message = send(L2_USER, address(0xbeef), 2e18, "data");
        send(L2_USER, address(0xbeef), 1e18, "data");
        bytes32[32] memory path = pathOf(0);
        confirmRoot(tree.root);
        if (field % 6 == 0) message.index = uint64(bound(other, 1, type(uint32).max - 1));
        if (field % 6 == 1) message.sender = address(uint160(bound(other, 0x20000, type(uint160).max)));
        if (field % 6 == 2) message.target = address(uint160(bound(other, 0x20000, type(uint160).max)));
        if (field % 6 == 3) message.value = bound(other, 3e18, type(uint256).max);
        if (field % 6 == 4) message.data = abi.encode(other);
        if (field % 6 == 5) message.salt = keccak256(abi.encode(other));
        vm.expectRevert();
        outbox.execute(message, path);
    }

    function test_execute_pathOfAnotherNetwork_reverts() public {
        deposit(USER, 5e18);
        OutboxMessage memory message = send(L2_USER, address(0xbeef), 2e18, "");
        bytes32[32] memory path = pathOf(0);
        confirmRoot(tree.root);
        NetworkParameters memory other = parameters();
        other.chainId = CHAIN_ID + 1;
        use(create(bytes32(uint256(1)), other));
        vm.prank(USER);
        med.approve(address(bridge), type(uint256).max);
        deposit(USER, 5e18);
        bytes32 root = tree.root;
        vm.expectRevert(abi.encodeWithSelector(IOutbox.OutboxRootUnknown.selector, root));
        outbox.execute(message, path);
    }

    function test_execute_call_knowsItsSender_andCanNotComeBack() public {
        bytes memory data = abi.encodeCall(Receiver.take, (IOutbox(address(outbox))));
        OutboxMessage memory first = send(L2_USER, address(receiver), 0, data);
        OutboxMessage memory second = send(L2_TOKEN_BRIDGE, address(receiver), 0, data);
        confirmRoot(tree.root);
        outbox.execute(first, pathOf(0));
        assertEq(receiver.sender(), L2_USER, "sender");
        assertEq(outbox.l2Sender(), address(0), "nobody afterwards");
        receiver.setAgain(first, pathOf(0));
        vm.expectRevert(
            abi.encodeWithSelector(
                IOutbox.OutboxCallFailed.selector, abi.encodeWithSelector(IOutbox.OutboxEntered.selector)
            )
        );
        outbox.execute(second, pathOf(1));
        assertTrue(!outbox.isSpent(1), "a call that failed can be tried again");
        OutboxMessage memory nothing;
        receiver.setAgain(nothing, pathOf(0));
        outbox.execute(second, pathOf(1));
        assertEq(receiver.calls(), 2, "both");
    }

    function test_execute_ether_thatIsRefused_canBeTriedAgain() public {
        NetworkParameters memory ether_ = parameters();
        ether_.chainId = CHAIN_ID + 1;
        ether_.gasToken = address(0);
        use(create(bytes32(uint256(1)), ether_));
        vm.prank(ASSERTER);
        med.approve(address(assertions), type(uint256).max);
        vm.prank(USER);
        bridge.deposit{value: 5 ether}(5 ether, sealedOf(32));
        OutboxMessage memory message = send(L2_USER, address(receiver), 2 ether, "");
        confirmRoot(tree.root);
        receiver.setRefuses(true);
        vm.expectRevert(abi.encodeWithSelector(IBridge.BridgeReceiverRefused.selector, address(receiver)));
        outbox.execute(message, pathOf(0));
        receiver.setRefuses(false);
        outbox.execute(message, pathOf(0));
        assertEq(address(receiver).balance, 2 ether, "paid");
    }

    function test_execute_moreThanIsHeld_reverts() public {
        deposit(USER, 1e18);
        med.transfer(address(bridge), 5e18);
        OutboxMessage memory message = send(L2_USER, address(0xbeef), 2e18, "");
        confirmRoot(tree.root);
        vm.expectRevert(abi.encodeWithSelector(IBridge.BridgeHoldingsExceeded.selector, address(med), 2e18, 1e18));
        outbox.execute(message, pathOf(0));
    }

    function test_release_onlyForTheTokenBridgeOfL2() public {
        vm.prank(USER);
        bridge.depositToken(address(token), 10, 0, sealedOf(256));
        bytes memory data = abi.encodeCall(IBridge.releaseToken, (address(token), address(0xbeef), 4));
        send(L2_USER, address(bridge), 0, data);
        send(L2_TOKEN_BRIDGE, address(bridge), 0, data);
        bytes memory ofGas = abi.encodeCall(IBridge.releaseToken, (address(med), address(0xbeef), 4));
        send(L2_TOKEN_BRIDGE, address(bridge), 0, ofGas);
        confirmRoot(tree.root);
        vm.expectRevert(
            abi.encodeWithSelector(
                IOutbox.OutboxCallFailed.selector,
                abi.encodeWithSelector(IBridge.BridgeL2SenderRefused.selector, L2_USER)
            )
        );
        outbox.execute(messages[0], pathOf(0));
        outbox.execute(messages[1], pathOf(1));
        assertEq(token.balanceOf(address(0xbeef)), 4, "released");
        vm.expectRevert(
            abi.encodeWithSelector(
                IOutbox.OutboxCallFailed.selector,
                abi.encodeWithSelector(IBridge.BridgeTokenRefused.selector, address(med))
            )
        );
        outbox.execute(messages[2], pathOf(2));
        vm.expectRevert(abi.encodeWithSelector(IBridge.BridgeOutboxOnly.selector, address(this)));
        bridge.releaseToken(address(token), USER, 1);
        vm.expectRevert(abi.encodeWithSelector(IBridge.BridgeOutboxOnly.selector, address(this)));
        bridge.releaseGasToken(USER, 1);
        vm.expectRevert(abi.encodeWithSelector(IBridge.BridgeOutboxOnly.selector, address(this)));
        bridge.mintRepresentation(L2_TOKEN, "", "", 0, USER, 1);
        vm.expectRevert(abi.encodeWithSelector(IOutbox.OutboxAssertionsOnly.selector, address(this)));
        outbox.confirmRoot(keccak256("root"));
    }

    function test_representation_leavesAndReturns() public {
        bytes memory data = abi.encodeCall(IBridge.mintRepresentation, (L2_TOKEN, "Points", "PTS", 6, USER, 40));
        send(L2_TOKEN_BRIDGE, address(bridge), 0, data);
        send(L2_TOKEN_BRIDGE, address(bridge), 0, data);
        confirmRoot(tree.root);
        outbox.execute(messages[0], pathOf(0));
        outbox.execute(messages[1], pathOf(1));
        BridgedToken representation = BridgedToken(bridge.representationOf(L2_TOKEN));
        assertEq(representation.balanceOf(USER), 80, "one contract for both");
        assertEq(keccak256(bytes(representation.symbol())), keccak256("PTS"), "symbol");
        assertEq(representation.decimals(), 6, "decimals");
        assertEq(representation.remote(), L2_TOKEN, "remote");
        vm.expectRevert(abi.encodeWithSelector(BridgedToken.BridgedTokenBridgeOnly.selector, address(this)));
        representation.mint(USER, 1);
        vm.expectRevert(abi.encodeWithSelector(BridgedToken.BridgedTokenBridgeOnly.selector, address(this)));
        representation.burn(USER, 1);
        vm.prank(USER);
        bridge.depositToken(address(representation), 30, 0, sealedOf(256));
        assertEq(representation.totalSupply(), 50, "burnt");
        assertEq(bridge.held(address(representation)), 0, "nothing is held for it");
        vm.prank(USER);
        vm.expectRevert();
        bridge.depositToken(address(representation), 51, 0, sealedOf(256));
    }

    // ---- the tree of L2 ----

    function send(address sender, address target, uint256 value, bytes memory data)
        internal
        returns (OutboxMessage memory message)
    {
        message = OutboxMessage(uint64(tree.count), sender, target, value, data, keccak256("salt"));
        messages.push(message);
        MessageTree.append(tree, RollupHashes.message(message));
    }

    function pathOf(uint256 index) internal view returns (bytes32[32] memory path) {
        bytes32[] memory level = new bytes32[](8);
        for (uint256 i = 0; i < messages.length; ++i) level[i] = RollupHashes.message(messages[i]);
        bytes32 zero;
        for (uint256 height = 0; height < 32; ++height) {
            path[height] = index ^ 1 < 8 ? level[index ^ 1] : zero;
            for (uint256 i = 0; i < 4; ++i) level[i] = keccak256(abi.encodePacked(level[2 * i], level[2 * i + 1]));
            zero = keccak256(abi.encodePacked(zero, zero));
            for (uint256 i = 4; i < 8; ++i) level[i] = zero;
            index /= 2;
        }
    }
}
