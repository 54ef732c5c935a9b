// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IOracleSets} from "../interfaces/IOracleSets.sol";
import {OracleSetCode} from "../libraries/OracleSetCode.sol";
import {QuorumBase} from "./QuorumBase.sol";

/// @title Quorum of ECDSA signatures packed one after another in the order of the signers' places, each 64 bytes: r, and s with the parity of v
/// in its highest bit (EIP-2098).
contract PackedQuorumVerifier is QuorumBase {
    uint256 private constant SIGNATURE_SIZE = 64;
    /// @dev Half of the order of secp256k1: signatures with a larger s are refused (EIP-2).
    uint256 private constant HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0;

    constructor(IOracleSets oracleSets) QuorumBase(oracleSets, "PackedQuorumVerifier") {}

    function _check(address set, uint256 signers, bytes32 digest, bytes calldata signatures)
        internal
        view
        override
        returns (uint256 found, uint256 power)
    {
        (uint256 size,) = OracleSetCode.header(set);
        uint256 table;
        uint256 start = OracleSetCode.signerOffset(0);
        assembly ("memory-safe") {
            table := mload(0x40)
            extcodecopy(set, table, start, mul(size, 0x20))
            mstore(0x40, add(table, mul(size, 0x20)))
        }
        uint256 offset = 0;
        for (uint256 place = 0; signers >> place != 0; ++place) {
            if ((signers >> place) & 1 == 0) continue;
            if (offset + SIGNATURE_SIZE > signatures.length) revert QuorumProofMalformed();
            uint256 entry;
            assembly ("memory-safe") {
                entry := mload(add(table, mul(place, 0x20)))
            }
            if (_recover(digest, signatures, offset) != address(uint160(entry))) revert QuorumSignatureInvalid(place);
            offset += SIGNATURE_SIZE;
            power += entry >> 160;
            ++found;
        }
        if (offset != signatures.length) revert QuorumProofMalformed();
    }

    /// @dev The account that signed, or the maximum address, which no oracle has.
    function _recover(bytes32 digest, bytes calldata signatures, uint256 offset) private view returns (address signer) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            let at := add(signatures.offset, offset)
            let vs := calldataload(add(at, 0x20))
            let s := shr(1, shl(1, vs))
            mstore(free, digest)
            mstore(add(free, 0x20), add(27, shr(255, vs)))
            mstore(add(free, 0x40), calldataload(at))
            mstore(add(free, 0x60), s)
            mstore(0, not(0))
            if iszero(gt(s, HALF_ORDER)) { pop(staticcall(gas(), 1, free, 0x80, 0, 0x20)) }
            signer := shr(96, shl(96, mload(0)))
        }
    }
}
