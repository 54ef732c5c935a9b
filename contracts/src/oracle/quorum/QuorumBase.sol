// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {IOracleSets} from "../interfaces/IOracleSets.sol";
import {IQuorumVerifier} from "../interfaces/IQuorumVerifier.sol";
import {OracleSetCode} from "../libraries/OracleSetCode.sol";

/// @title What both kinds of quorum share: the message, the proof's head, counting and weighing.
abstract contract QuorumBase is IQuorumVerifier, EIP712 {
    bytes32 private constant BATCH_TYPEHASH = keccak256("CertificateBatch(uint64 epoch,bytes32 root)");
    uint256 internal constant HEAD_SIZE = 40;
    uint256 private constant BPS = 10_000;

    /// @notice Where the set of an epoch is found.
    IOracleSets public immutable sets;

    constructor(IOracleSets oracleSets, string memory name) EIP712(name, "1") {
        sets = oracleSets;
    }

    /// @inheritdoc IQuorumVerifier
    function verify(bytes32 root, uint256 count, uint256 powerBps, bytes calldata proof)
        external
        view
        returns (address set, uint256 signers)
    {
        (set, signers) = _setOf(proof);
        bytes32 digest = hashBatch(_epochOf(proof), root);
        (uint256 found, uint256 power) = _check(set, signers, digest, proof[HEAD_SIZE:]);
        if (found < count) revert QuorumCountMissing(found, count);
        (, uint256 total) = OracleSetCode.header(set);
        if (power * BPS < total * powerBps) revert QuorumPowerMissing(power, (total * powerBps + BPS - 1) / BPS);
    }

    /// @inheritdoc IQuorumVerifier
    function hashBatch(uint64 epoch, bytes32 root) public view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(BATCH_TYPEHASH, epoch, root)));
    }

    /// @dev Refuses unless every signer signed the digest.
    /// @return found Number of signers.
    /// @return power Their power.
    function _check(address set, uint256 signers, bytes32 digest, bytes calldata signatures)
        internal
        view
        virtual
        returns (uint256 found, uint256 power);

    /// @dev The set of the proof's epoch, and the signers, all of whom are in it and not excluded.
    function _setOf(bytes calldata proof) private view returns (address set, uint256 signers) {
        if (proof.length < HEAD_SIZE) revert QuorumProofMalformed();
        uint256 excluded;
        (set, excluded) = sets.setOf(_epochOf(proof));
        if (set == address(0)) revert QuorumEpochUnusable(_epochOf(proof));
        signers = uint256(bytes32(proof[8:HEAD_SIZE]));
        if (signers & excluded != 0) revert QuorumSignerExcluded(_firstPlace(signers & excluded));
        (uint256 size,) = OracleSetCode.header(set);
        if (signers >> size != 0) revert QuorumProofMalformed();
    }

    function _epochOf(bytes calldata proof) private pure returns (uint64) {
        return uint64(bytes8(proof[:8]));
    }

    function _firstPlace(uint256 bits) private pure returns (uint256 place) {
        while (bits & 1 == 0) {
            bits >>= 1;
            ++place;
        }
    }
}
