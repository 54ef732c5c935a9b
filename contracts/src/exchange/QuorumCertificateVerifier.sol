// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {ERC165} from "@openzeppelin/contracts/utils/introspection/ERC165.sol";
import {IOracleRegistry} from "../oracle/interfaces/IOracleRegistry.sol";
import {ICertificateVerifier} from "./interfaces/ICertificateVerifier.sol";
import {IDealBookErrors} from "./interfaces/IDealBookErrors.sol";
import {OracleSignature} from "./types/ExchangeTypes.sol";

/// @title Quorum of signatures by operators of an OracleRegistry.
/// @dev Status, signing key and commission are those of the block in which the certificate settles.
contract QuorumCertificateVerifier is ICertificateVerifier, IDealBookErrors, ERC165 {
    /// @notice The registry that operators are measured against.
    IOracleRegistry public immutable oracleRegistry;

    constructor(IOracleRegistry registry) {
        oracleRegistry = registry;
    }

    /// @inheritdoc ICertificateVerifier
    function verify(
        bytes32 certificateHash,
        address[] calldata oracles,
        uint8 quorum,
        OracleSignature[] calldata signatures
    ) external view returns (uint256 commissions) {
        if (signatures.length < quorum) revert CertificateQuorumMissing(signatures.length, quorum);
        uint256 next = 0;
        for (uint256 i = 0; i < signatures.length; ++i) {
            OracleSignature calldata signature = signatures[i];
            uint256 index = signature.index;
            if (index < next) revert CertificateSignersUnordered(uint8(next - 1), uint8(index));
            if (index >= oracles.length) revert CertificateOracleUnlisted(uint8(index), oracles.length);
            next = index + 1;
            commissions |= _commissionOf(oracles[index], certificateHash, signature.signature) << (16 * i);
        }
    }

    /// @inheritdoc ERC165
    function supportsInterface(bytes4 interfaceId) public view override returns (bool) {
        return interfaceId == type(ICertificateVerifier).interfaceId || super.supportsInterface(interfaceId);
    }

    /// @dev Commission of an operator whose signing key made the signature.
    function _commissionOf(address oracle, bytes32 digest, bytes calldata signature) private view returns (uint256) {
        (address signer, uint16 commissionBps) = oracleRegistry.certifierOf(oracle);
        if (signer == address(0)) revert CertificateOracleInactive(oracle);
        (address recovered, ECDSA.RecoverError failure,) = ECDSA.tryRecoverCalldata(digest, signature);
        if (failure != ECDSA.RecoverError.NoError || recovered != signer) revert CertificateSignatureInvalid(oracle);
        return commissionBps;
    }
}
