// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {OutboxMessage} from "../types/RollupTypes.sol";

/// @title Messages from L2, once they are certain.
interface IOutbox {
    /// @notice Messages under this root are certain.
    event RootConfirmed(bytes32 indexed root);
    /// @notice A message was carried out.
    event MessageExecuted(uint64 indexed index, address indexed sender, address indexed target, uint256 value);

    /// @notice Only the network's Assertions may do this.
    error OutboxAssertionsOnly(address caller);
    /// @notice The proof leads to a root that is not confirmed.
    error OutboxRootUnknown(bytes32 root);
    /// @notice The message was carried out already.
    error OutboxMessageSpent(uint64 index);
    /// @notice The call of the target failed; the message can be tried again.
    error OutboxCallFailed(bytes reason);
    /// @notice One message at a time.
    error OutboxEntered();

    /// @notice For the Assertions: makes the messages under a root certain.
    function confirmRoot(bytes32 root) external;

    /// @notice Carries out a message: pays its value, then calls its target with its data.
    /// @param path Siblings of its leaf, from the leaf up.
    function execute(OutboxMessage calldata message, bytes32[32] calldata path) external;

    /// @notice Who sent the message that is being carried out, on L2; zero outside of one.
    function l2Sender() external view returns (address);

    /// @notice Whether a message was carried out.
    function isSpent(uint64 index) external view returns (bool);

    /// @notice Whether messages under a root are certain.
    function isConfirmed(bytes32 root) external view returns (bool);
}
