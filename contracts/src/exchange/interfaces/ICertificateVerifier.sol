// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Judge of a certificate's signatures; fixed for a deal at its creation.
interface ICertificateVerifier {
    /// @notice Judges what stands behind one digest against the state of this block; refuses by reverting with an error of IDealBookErrors.
    /// @param digest EIP-712 digest of a Certificate, or of a CertificateBatch, in the DealBook's domain.
    /// @param oracles Operator accounts that the deal lists.
    /// @param quorum How many of them must certify.
    /// @param signers Bit i: oracles[i] certifies.
    /// @param proof That they do, in the verifier's own form.
    /// @return commissions Commission that the i-th of the signers asks, counted by ascending bit, in 1/10000 of its part of the price, in bits 16 i
    /// to 16 i + 15.
    function verify(bytes32 digest, address[] calldata oracles, uint8 quorum, uint256 signers, bytes calldata proof)
        external
        view
        returns (uint256 commissions);
}
