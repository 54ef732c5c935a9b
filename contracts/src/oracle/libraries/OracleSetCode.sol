// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice One oracle of a set.
/// @param operator Operator account.
/// @param signer Account whose key signs certificates.
/// @param power Weight, at most 2^96 - 1.
/// @param commissionBps Commission asked, in 1/10000.
/// @param blsKey BLS12-381 public key in G2, 256 bytes as EIP-2537 writes it, or empty.
struct OracleSetEntry {
    address operator;
    address signer;
    uint96 power;
    uint16 commissionBps;
    bytes blsKey;
}

/// @title A set of oracles as the code of a contract: written once, read with one copy instead of several storage slots an oracle.
/// @dev Layout of the code, n entries:
/// | 1 zero | 2 n | 12 total power | n x 32: 12 power, 20 signer | n x 32: 10 zero, 2 commission, 20 operator | n x 256 BLS key, zeros if none |
library OracleSetCode {
    /// @notice Most oracles of a set: what 24,576 bytes of code hold.
    uint256 internal constant MAXIMUM = 76;
    uint256 internal constant HEADER_SIZE = 15;
    uint256 internal constant BLS_KEY_SIZE = 256;

    /// @notice The set is empty, too large, or an entry's key has another size.
    error OracleSetInvalid(uint256 size);
    /// @notice The set's code could not be created.
    error OracleSetNotWritten();

    function write(OracleSetEntry[] memory entries) internal returns (address set) {
        uint256 count = entries.length;
        if (count == 0 || count > MAXIMUM) revert OracleSetInvalid(count);
        uint256 total = 0;
        for (uint256 i = 0; i < count; ++i) total += entries[i].power;
        bytes memory data = new bytes(HEADER_SIZE + count * (64 + BLS_KEY_SIZE));
        _put(data, 0, (count << 232) | (total << 136));
        for (uint256 i = 0; i < count; ++i) {
            OracleSetEntry memory entry = entries[i];
            _put(data, signerOffset(i), (uint256(entry.power) << 160) | uint160(entry.signer));
            _put(data, operatorOffset(count, i), (uint256(entry.commissionBps) << 160) | uint160(entry.operator));
            if (entry.blsKey.length == 0) continue;
            if (entry.blsKey.length != BLS_KEY_SIZE) revert OracleSetInvalid(entry.blsKey.length);
            for (uint256 j = 0; j < BLS_KEY_SIZE; j += 32) {
                _put(data, blsKeyOffset(count, i) + j, _word(entry.blsKey, j));
            }
        }
        return _create(data);
    }

    /// @notice Writes one BLS key alone: a zero byte and the key.
    function writeKey(bytes memory key) internal returns (address) {
        if (key.length != BLS_KEY_SIZE) revert OracleSetInvalid(key.length);
        return _create(abi.encodePacked(bytes1(0), key));
    }

    /// @notice Reads what writeKey wrote.
    function readKey(address pointer) internal view returns (bytes memory key) {
        key = new bytes(BLS_KEY_SIZE);
        assembly ("memory-safe") {
            extcodecopy(pointer, add(key, 0x20), 1, 256)
        }
    }

    function _create(bytes memory data) private returns (address created) {
        // Creation code that returns all that follows it: PUSH2 size, DUP1, PUSH1 10, RETURNDATASIZE, CODECOPY, RETURNDATASIZE, RETURN.
        bytes memory creation = abi.encodePacked(hex"61", uint16(data.length), hex"80600a3d393df3", data);
        assembly ("memory-safe") {
            created := create(0, add(creation, 0x20), mload(creation))
        }
        if (created == address(0)) revert OracleSetNotWritten();
    }

    /// @return count Number of oracles.
    /// @return total Sum of their power.
    function header(address set) internal view returns (uint256 count, uint256 total) {
        uint256 word = _read(set, 0);
        return ((word >> 232) & 0xffff, (word >> 136) & type(uint96).max);
    }

    function operatorAt(address set, uint256 count, uint256 place)
        internal
        view
        returns (address operator, uint16 commissionBps)
    {
        uint256 word = _read(set, operatorOffset(count, place));
        return (address(uint160(word)), uint16(word >> 160));
    }

    function signerAt(address set, uint256 place) internal view returns (address signer, uint96 power) {
        uint256 word = _read(set, signerOffset(place));
        return (address(uint160(word)), uint96(word >> 160));
    }

    function signerOffset(uint256 place) internal pure returns (uint256) {
        return HEADER_SIZE + 32 * place;
    }

    function operatorOffset(uint256 count, uint256 place) internal pure returns (uint256) {
        return HEADER_SIZE + 32 * (count + place);
    }

    function blsKeyOffset(uint256 count, uint256 place) internal pure returns (uint256) {
        return HEADER_SIZE + 64 * count + BLS_KEY_SIZE * place;
    }

    function _read(address set, uint256 offset) private view returns (uint256 word) {
        assembly ("memory-safe") {
            extcodecopy(set, 0, offset, 0x20)
            word := mload(0)
        }
    }

    function _put(bytes memory data, uint256 offset, uint256 word) private pure {
        assembly ("memory-safe") {
            mstore(add(add(data, 0x20), offset), word)
        }
    }

    function _word(bytes memory data, uint256 offset) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(add(add(data, 0x20), offset))
        }
    }
}
