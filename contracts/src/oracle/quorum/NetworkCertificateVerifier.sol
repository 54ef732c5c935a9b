// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC165} from "@openzeppelin/contracts/utils/introspection/ERC165.sol";
import {ICertificateVerifier} from "../../exchange/interfaces/ICertificateVerifier.sol";
import {IDealBookErrors} from "../../exchange/interfaces/IDealBookErrors.sol";
import {OracleSignature} from "../../exchange/types/ExchangeTypes.sol";
import {IQuorumVerifier} from "../interfaces/IQuorumVerifier.sol";
import {CertificateBatches} from "../libraries/CertificateBatches.sol";
import {OracleSetCode} from "../libraries/OracleSetCode.sol";

/// @notice What the first signature of a settlement carries here.
/// @param turns Bit i: at step i of the path the sibling stands on the left.
/// @param path Siblings from the certificate to the root of its batch.
/// @param proof Proof of an IQuorumVerifier over that root.
/// @param places Place in the epoch's set of the oracle of signatures[i].
struct NetworkProof {
    uint256 turns;
    bytes32[] path;
    bytes proof;
    uint8[] places;
}

/// @title A network's quorum behind the interface that a deal names: keys, power and commissions are those of the epoch's set, whose keys are
/// attested; the deal's own list says which of its oracles count.
/// @dev The first signature holds an abi-encoded NetworkProof, the others are empty.
contract NetworkCertificateVerifier is ICertificateVerifier, IDealBookErrors, ERC165 {
    /// @notice Judge of the signatures.
    IQuorumVerifier public immutable quorumVerifier;
    /// @notice Power that must stand behind a certificate besides the deal's count, in 1/10000 of the set's.
    uint256 public immutable powerBps;

    constructor(IQuorumVerifier verifier, uint256 leastPowerBps) {
        quorumVerifier = verifier;
        powerBps = leastPowerBps;
    }

    /// @inheritdoc ICertificateVerifier
    function verify(
        bytes32 certificateHash,
        address[] calldata oracles,
        uint8 quorum,
        OracleSignature[] calldata signatures
    ) external view returns (uint256 commissions) {
        if (signatures.length < quorum || signatures.length == 0) {
            revert CertificateQuorumMissing(signatures.length, quorum);
        }
        return _verify(certificateHash, oracles, signatures, abi.decode(signatures[0].signature, (NetworkProof)));
    }

    /// @inheritdoc ERC165
    function supportsInterface(bytes4 interfaceId) public view override returns (bool) {
        return interfaceId == type(ICertificateVerifier).interfaceId || super.supportsInterface(interfaceId);
    }

    function _verify(
        bytes32 certificateHash,
        address[] calldata oracles,
        OracleSignature[] calldata signatures,
        NetworkProof memory network
    ) private view returns (uint256 commissions) {
        bytes32 root = CertificateBatches.rootFrom(certificateHash, network.turns, network.path);
        (address set, uint256 signers) = quorumVerifier.verify(root, signatures.length, powerBps, network.proof);
        (uint256 size,) = OracleSetCode.header(set);
        uint256 next = 0;
        for (uint256 i = 0; i < signatures.length; ++i) {
            uint256 index = signatures[i].index;
            if (index < next) revert CertificateSignersUnordered(uint8(next - 1), uint8(index));
            if (index >= oracles.length) revert CertificateOracleUnlisted(uint8(index), oracles.length);
            next = index + 1;
            uint256 place = network.places[i];
            (address operator, uint16 commissionBps) = OracleSetCode.operatorAt(set, size, place);
            if (operator != oracles[index] || (signers >> place) & 1 == 0) {
                revert CertificateOracleInactive(oracles[index]);
            }
            commissions |= uint256(commissionBps) << (16 * i);
        }
    }
}
