// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {BitMaps} from "@openzeppelin/contracts/utils/structs/BitMaps.sol";
import {IBridge} from "./interfaces/IBridge.sol";
import {IOutbox} from "./interfaces/IOutbox.sol";
import {MessageTree} from "./libraries/MessageTree.sol";
import {RollupHashes} from "./libraries/RollupHashes.sol";
import {OutboxMessage} from "./types/RollupTypes.sol";

/// @title Messages from L2, once they are certain. It holds nothing itself: the Bridge does.
contract Outbox is IOutbox, Initializable {
    using BitMaps for BitMaps.BitMap;

    address private _assertions;
    IBridge private _bridge;
    mapping(bytes32 root => bool) private _confirmed;
    BitMaps.BitMap private _spent;
    address private transient _sender;
    bool private transient _isEntered;

    constructor() {
        _disableInitializers();
    }

    function initialize(address assertions, IBridge bridge) external initializer {
        _assertions = assertions;
        _bridge = bridge;
    }

    /// @inheritdoc IOutbox
    function confirmRoot(bytes32 root) external {
        if (msg.sender != _assertions) revert OutboxAssertionsOnly(msg.sender);
        _confirmed[root] = true;
        emit RootConfirmed(root);
    }

    /// @inheritdoc IOutbox
    function execute(OutboxMessage calldata message, bytes32[32] calldata path) external {
        if (_isEntered) revert OutboxEntered();
        bytes32 root = MessageTree.rootFrom(RollupHashes.message(message), message.index, path);
        if (!_confirmed[root]) revert OutboxRootUnknown(root);
        if (_spent.get(message.index)) revert OutboxMessageSpent(message.index);
        _spent.set(message.index);
        emit MessageExecuted(message.index, message.sender, message.target, message.value);
        _isEntered = true;
        _sender = message.sender;
        if (message.value > 0) _bridge.releaseGasToken(message.target, message.value);
        if (message.data.length > 0) {
            (bool succeeded, bytes memory reason) = message.target.call(message.data);
            if (!succeeded) revert OutboxCallFailed(reason);
        }
        _sender = address(0);
        _isEntered = false;
    }

    /// @inheritdoc IOutbox
    function l2Sender() external view returns (address) {
        return _sender;
    }

    /// @inheritdoc IOutbox
    function isSpent(uint64 index) external view returns (bool) {
        return _spent.get(index);
    }

    /// @inheritdoc IOutbox
    function isConfirmed(bytes32 root) external view returns (bool) {
        return _confirmed[root];
    }
}
