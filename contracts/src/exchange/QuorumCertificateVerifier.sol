// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {ERC165} from "@openzeppelin/contracts/utils/introspection/ERC165.sol";
import {IOracleRegistry} from "../oracle/interfaces/IOracleRegistry.sol";
import {ICertificateVerifier} from "./interfaces/ICertificateVerifier.sol";
import {IDealBookErrors} from "./interfaces/IDealBookErrors.sol";

/// @title Quorum of signatures by operators of an OracleRegistry.
/// @dev Status, program, signing key and commission are those of the block in which the certificate settles.
contract QuorumCertificateVerifier is ICertificateVerifier, IDealBookErrors, ERC165 {
    uint256 private constant SIGNATURE_SIZE = 64;

    /// @notice The registry that operators are measured against.
    IOracleRegistry public immutable oracleRegistry;

    constructor(IOracleRegistry registry) {
        oracleRegistry = registry;
    }

    /// @inheritdoc ICertificateVerifier
    /// @dev The proof is a signature of 64 bytes for each signer, in their order: r, and s with the parity of v in its highest bit (EIP-2098).
    function verify(bytes32 digest, address[] calldata oracles, uint8 quorum, uint256 signers, bytes calldata proof)
        external
        view
        returns (uint256 commissions)
    {
        uint256 count = 0;
        for (uint256 rest = signers; rest != 0; rest &= rest - 1) ++count;
        if (count < quorum) revert CertificateQuorumMissing(count, quorum);
        if (proof.length != SIGNATURE_SIZE * count) revert CertificateProofMalformed(proof.length, SIGNATURE_SIZE * count);
        uint256 next = 0;
        unchecked {
            for (uint256 i = 0; signers >> i != 0; ++i) {
                if ((signers >> i) & 1 == 0) continue;
                if (i >= oracles.length) revert CertificateOracleUnlisted(uint8(i), oracles.length);
                bytes calldata signature = proof[SIGNATURE_SIZE * next:];
                commissions |= _commissionOf(oracles[i], digest, bytes32(signature), bytes32(signature[32:])) << (16 * next);
                ++next;
            }
        }
    }

    /// @inheritdoc ERC165
    function supportsInterface(bytes4 interfaceId) public view override returns (bool) {
        return interfaceId == type(ICertificateVerifier).interfaceId || super.supportsInterface(interfaceId);
    }

    /// @dev Commission of an operator whose signing key made the signature.
    function _commissionOf(address oracle, bytes32 digest, bytes32 r, bytes32 vs) private view returns (uint256) {
        (address signer, uint16 commissionBps) = oracleRegistry.certifierOf(oracle);
        if (signer == address(0)) revert CertificateOracleInactive(oracle);
        (address recovered,,) = ECDSA.tryRecover(digest, r, vs);
        // A signature that recovers nobody recovers zero, which is no signing key.
        if (recovered != signer) revert CertificateSignatureInvalid(oracle);
        return commissionBps;
    }
}
