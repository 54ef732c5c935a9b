// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Judge of a quorum of one epoch's oracles over the root of a batch of certificates.
/// @notice Whoever settles a batch asks once for its root and checks each certificate against the root (CertificateBatches). Two ways of
/// signing have this interface: packed ECDSA signatures, and one aggregated BLS signature.
interface IQuorumVerifier {
    /// @notice The proof is too short, too long, or names a place outside the set.
    error QuorumProofMalformed();
    /// @notice Signatures of this epoch do not count now.
    error QuorumEpochUnusable(uint64 epoch);
    /// @notice A signer was excluded since the epoch began.
    error QuorumSignerExcluded(uint256 place);
    /// @notice Fewer signers than asked for.
    error QuorumCountMissing(uint256 signers, uint256 wanted);
    /// @notice Less power than asked for.
    error QuorumPowerMissing(uint256 power, uint256 wanted);
    /// @notice A signature is not that of the oracle at this place; for an aggregate, of all of them.
    error QuorumSignatureInvalid(uint256 place);

    /// @notice Judges the signatures over one root; refuses by reverting.
    /// @param root Root of a batch of certificates, or the one certificate's leaf.
    /// @param count How many oracles must have signed.
    /// @param powerBps How much of the set's power they must have together, in 1/10000.
    /// @param proof | 8 epoch | 32 bit map of the signers | signatures |
    /// @return set Address of the set's code.
    /// @return signers Bit i: the oracle at place i signed.
    function verify(bytes32 root, uint256 count, uint256 powerBps, bytes calldata proof)
        external
        view
        returns (address set, uint256 signers);

    /// @notice EIP-712 digest that oracles of an epoch sign for a root.
    function hashBatch(uint64 epoch, bytes32 root) external view returns (bytes32);
}
