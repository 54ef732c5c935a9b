// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IOracleSets} from "../interfaces/IOracleSets.sol";
import {Bls} from "../libraries/Bls.sol";
import {OracleSetCode} from "../libraries/OracleSetCode.sol";
import {QuorumBase} from "./QuorumBase.sol";

/// @title Quorum by one aggregated BLS signature of 128 bytes. Keys in a set have proven their possession, so none can cancel another.
contract BlsQuorumVerifier is QuorumBase {
    bytes private constant PURPOSE = "AMBROSIA-QUORUM-V1-BLS12381G1_XMD:SHA-256_SSWU_RO_";

    constructor(IOracleSets oracleSets) QuorumBase(oracleSets, "BlsQuorumVerifier") {}

    function _check(address set, uint256 signers, bytes32 digest, bytes calldata signature)
        internal
        view
        override
        returns (uint256 found, uint256 power)
    {
        if (signature.length != Bls.G1_SIZE) revert QuorumProofMalformed();
        bytes memory sum;
        (sum, found, power) = _sumKeys(set, signers);
        if (!Bls.isSigned(signature, sum, digest, PURPOSE)) revert QuorumSignatureInvalid(0);
    }

    /// @dev Sum of the signers' keys. An entry without a key holds zeros, the point at infinity, which would add nothing and yet count: refused.
    function _sumKeys(address set, uint256 signers)
        private
        view
        returns (bytes memory sum, uint256 found, uint256 power)
    {
        (uint256 size,) = OracleSetCode.header(set);
        uint256 firstWord = OracleSetCode.signerOffset(0);
        uint256 firstKey = OracleSetCode.blsKeyOffset(size, 0);
        sum = new bytes(Bls.G2_SIZE);
        uint256 table;
        assembly ("memory-safe") {
            table := mload(0x40)
            extcodecopy(set, table, firstWord, shl(5, size))
            mstore(0x40, add(table, shl(5, size)))
        }
        for (uint256 place = 0; signers >> place != 0; ++place) {
            if ((signers >> place) & 1 == 0) continue;
            uint256 any;
            assembly ("memory-safe") {
                power := add(power, shr(160, mload(add(table, shl(5, place)))))
                let pointer := add(mload(0x40), 256)
                extcodecopy(set, pointer, add(firstKey, shl(8, place)), 256)
                any := or(mload(pointer), mload(add(pointer, 0x20)))
            }
            if (any == 0) revert QuorumSignatureInvalid(place);
            Bls.addG2FromFree(sum);
            ++found;
        }
    }
}
