// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC165} from "@openzeppelin/contracts/utils/introspection/ERC165.sol";
import {ICertificateVerifier} from "../../exchange/interfaces/ICertificateVerifier.sol";
import {IDealBookErrors} from "../../exchange/interfaces/IDealBookErrors.sol";
import {IQuorumVerifier} from "../interfaces/IQuorumVerifier.sol";
import {CertificateBatches} from "../libraries/CertificateBatches.sol";
import {OracleSetCode} from "../libraries/OracleSetCode.sol";

/// @notice What proves a certification here.
/// @param turns Bit i: at step i of the path the sibling stands on the left.
/// @param path Siblings from the certificate to the root of its batch.
/// @param proof Proof of an IQuorumVerifier over that root.
/// @param places Place in the epoch's set of the i-th of the signers, counted by ascending bit.
struct NetworkProof {
    uint256 turns;
    bytes32[] path;
    bytes proof;
    uint8[] places;
}

/// @title A network's quorum behind the interface that a deal names: keys, power and commissions are those of the epoch's set, whose keys are
/// attested; the deal's own list says which of its oracles count.
/// @dev The proof is an abi-encoded NetworkProof.
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
    function verify(bytes32 digest, address[] calldata oracles, uint8 quorum, uint256 signers, bytes calldata proof)
        external
        view
        returns (uint256 commissions)
    {
        uint256 count = 0;
        for (uint256 rest = signers; rest != 0; rest &= rest - 1) ++count;
        if (count < quorum || count == 0) revert CertificateQuorumMissing(count, quorum);
        return _verify(digest, oracles, signers, count, abi.decode(proof, (NetworkProof)));
    }

    /// @inheritdoc ERC165
    function supportsInterface(bytes4 interfaceId) public view override returns (bool) {
        return interfaceId == type(ICertificateVerifier).interfaceId || super.supportsInterface(interfaceId);
    }

    function _verify(
        bytes32 digest,
        address[] calldata oracles,
        uint256 signers,
        uint256 count,
        NetworkProof memory network
    ) private view returns (uint256 commissions) {
        bytes32 root = CertificateBatches.rootFrom(digest, network.turns, network.path);
        (address set, uint256 found) = quorumVerifier.verify(root, count, powerBps, network.proof);
        (uint256 size,) = OracleSetCode.header(set);
        uint256 next = 0;
        for (uint256 i = 0; signers >> i != 0; ++i) {
            if ((signers >> i) & 1 == 0) continue;
            if (i >= oracles.length) revert CertificateOracleUnlisted(uint8(i), oracles.length);
            uint256 place = network.places[next];
            (address operator, uint16 commissionBps) = OracleSetCode.operatorAt(set, size, place);
            if (operator != oracles[i] || (found >> place) & 1 == 0) revert CertificateOracleInactive(oracles[i]);
            commissions |= uint256(commissionBps) << (16 * next);
            ++next;
        }
    }
}
