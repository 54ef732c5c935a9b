// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Deploys contracts at addresses that follow from their code.
/// @dev Called like the deterministic deployment proxy that most chains have at 0x4e59b44847b379578588920cA78FbF26c0B4956C: 32 bytes of
/// salt, then creation code; the answer is the address, 20 bytes. It is deployed where a chain has none. Nobody owns it, and whoever calls
/// it can only put the code there that the address stands for, so constructors must not rely on msg.sender.
contract DeploymentProxy {
    /// @notice The creation code failed, or something stands at its address already.
    error DeploymentFailed(bytes32 salt, bytes32 creationCodeHash);
    /// @notice Shorter than a salt.
    error DeploymentInputShort(uint256 length);

    fallback(bytes calldata input) external payable returns (bytes memory) {
        if (input.length < 32) revert DeploymentInputShort(input.length);
        bytes32 salt = bytes32(input[:32]);
        bytes memory creationCode = input[32:];
        address deployed;
        assembly ("memory-safe") {
            deployed := create2(callvalue(), add(creationCode, 32), mload(creationCode), salt)
        }
        if (deployed == address(0)) revert DeploymentFailed(salt, keccak256(creationCode));
        return abi.encodePacked(deployed);
    }
}
