// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Verifies that a state is the first of a program on an input.
interface IGenesisVerifier {
    /// @param signals programId, inputRoot, state.
    function verifyProof(
        uint256[2] calldata a,
        uint256[2][2] calldata b,
        uint256[2] calldata c,
        uint256[3] calldata signals
    ) external view returns (bool);
}

/// @title Verifies that one step of a program leads from a state to a state.
interface IStepVerifier {
    /// @param signals programId, state before, state after.
    function verifyProof(
        uint256[2] calldata a,
        uint256[2][2] calldata b,
        uint256[2] calldata c,
        uint256[3] calldata signals
    ) external view returns (bool);
}

/// @title Verifies that a state has halted with an exit code and an answer.
interface IFinalVerifier {
    /// @param signals state, exitCode, the answer's first 16 bytes, its last 16 bytes.
    function verifyProof(
        uint256[2] calldata a,
        uint256[2][2] calldata b,
        uint256[2] calldata c,
        uint256[4] calldata signals
    ) external view returns (bool);
}
