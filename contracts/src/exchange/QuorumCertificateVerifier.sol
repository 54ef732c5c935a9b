// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {ERC165} from "@openzeppelin/contracts/utils/introspection/ERC165.sol";
import {IOracleRegistry} from "../oracle/interfaces/IOracleRegistry.sol";
import {Certifier, ICertificateVerifier} from "./interfaces/ICertificateVerifier.sol";
import {IDealBookErrors} from "./interfaces/IDealBookErrors.sol";
import {OracleSignature} from "./types/ExchangeTypes.sol";

/// @title Quorum of signatures by operators of an OracleRegistry.
/// @dev Status, signing key and commission are those of the block in which the certificate settles.
contract QuorumCertificateVerifier is ICertificateVerifier, ERC165 {
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
    ) external view returns (bytes memory refusal, Certifier[] memory certifiers) {
        if (signatures.length < quorum) {
            refusal = abi.encodeWithSelector(
                IDealBookErrors.CertificateQuorumMissing.selector, signatures.length, quorum
            );
            return (refusal, certifiers);
        }
        Certifier[] memory found = new Certifier[](signatures.length);
        uint256 next = 0;
        for (uint256 i = 0; i < signatures.length; ++i) {
            (refusal, found[i]) = _judge(certificateHash, oracles, signatures[i], next);
            if (refusal.length != 0) return (refusal, certifiers);
            next = uint256(signatures[i].index) + 1;
        }
        return ("", found);
    }

    /// @inheritdoc ERC165
    function supportsInterface(bytes4 interfaceId) public view override returns (bool) {
        return interfaceId == type(ICertificateVerifier).interfaceId || super.supportsInterface(interfaceId);
    }

    /// @param next Lowest index that may follow.
    function _judge(
        bytes32 certificateHash,
        address[] calldata oracles,
        OracleSignature calldata signature,
        uint256 next
    ) private view returns (bytes memory refusal, Certifier memory certifier) {
        uint8 index = signature.index;
        if (index < next) {
            refusal =
                abi.encodeWithSelector(IDealBookErrors.CertificateSignersUnordered.selector, next - 1, index);
        } else if (index >= oracles.length) {
            refusal =
                abi.encodeWithSelector(IDealBookErrors.CertificateOracleUnlisted.selector, index, oracles.length);
        } else {
            address signer;
            certifier.oracle = oracles[index];
            (signer, certifier.commissionBps) = oracleRegistry.certifierOf(certifier.oracle);
            if (signer == address(0)) {
                refusal =
                    abi.encodeWithSelector(IDealBookErrors.CertificateOracleInactive.selector, certifier.oracle);
            } else if (!_isSignedBy(signer, certificateHash, signature.signature)) {
                refusal = abi.encodeWithSelector(
                    IDealBookErrors.CertificateSignatureInvalid.selector, certifier.oracle
                );
            }
        }
    }

    function _isSignedBy(address signer, bytes32 digest, bytes calldata signature) private pure returns (bool) {
        (address recovered, ECDSA.RecoverError failure,) = ECDSA.tryRecoverCalldata(digest, signature);
        return failure == ECDSA.RecoverError.NoError && recovered == signer;
    }
}
