// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title BLS signatures on BLS12-381 by the precompiles of EIP-2537: signatures in G1, keys in G2 (draft-irtf-cfrg-bls-signature, minimal
/// signature size). A coordinate is 64 bytes, the first 16 of them zero.
library Bls {
    uint256 internal constant G1_SIZE = 128;
    uint256 internal constant G2_SIZE = 256;

    uint256 private constant MODEXP = 0x05;
    uint256 private constant G1_ADD = 0x0b;
    uint256 private constant G2_ADD = 0x0d;
    uint256 private constant PAIRING_CHECK = 0x0f;
    uint256 private constant MAP_FP_TO_G1 = 0x10;

    /// @dev The prime of the field, in 64 bytes.
    bytes32 private constant PRIME_HIGH = 0x000000000000000000000000000000001a0111ea397fe69a4b1ba7b6434bacd7;
    bytes32 private constant PRIME_LOW = 0x64774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab;

    /// @dev The generator of G2 with its y negated (x.c0, x.c1, y.c0, y.c1).
    bytes private constant NEGATED_G2 =
        hex"00000000000000000000000000000000024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8"
        hex"0000000000000000000000000000000013e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e"
        hex"000000000000000000000000000000000d1b3cc2c7027888be51d9ef691d77bcb679afda66c73f17f9ee3837a55024f78c71363275a75d75d86bab79f74782aa"
        hex"0000000000000000000000000000000013fa4d4a0ad8b1ce186ed5061789213d993923066dddaf1040bc3ff59f825c78df74f2d75467e25e0f55f8a00fa030ed";

    /// @notice A precompile refused its input: a point outside its curve or group, or a chain without EIP-2537.
    error BlsPointInvalid();

    /// @notice Adds the point of G2 that lies 256 bytes after the free memory pointer to `sum`, in place. Neither is checked for its group,
    /// which the pairing does.
    function addG2FromFree(bytes memory sum) internal view {
        bool ok;
        assembly ("memory-safe") {
            let free := mload(0x40)
            mcopy(free, add(sum, 0x20), 256)
            ok := staticcall(gas(), G2_ADD, free, 512, add(sum, 0x20), 256)
            ok := and(ok, eq(returndatasize(), 256))
        }
        if (!ok) revert BlsPointInvalid();
    }

    /// @notice Whether a signature is that of a key (or the sum of keys) over a message.
    /// @param signature 128 bytes, a point of G1.
    /// @param key 256 bytes, a point of G2; not infinity, for which everything would hold.
    /// @param message What was signed.
    /// @param purpose Domain separation tag of RFC 9380, shorter than 256 bytes.
    function isSigned(bytes calldata signature, bytes memory key, bytes32 message, bytes memory purpose)
        internal
        view
        returns (bool valid)
    {
        if (signature.length != G1_SIZE || key.length != G2_SIZE || _isInfinity(key)) return false;
        bytes memory point = hashToG1(message, purpose);
        bytes memory negated = NEGATED_G2;
        assembly ("memory-safe") {
            let free := mload(0x40)
            calldatacopy(free, signature.offset, 128)
            mcopy(add(free, 128), add(negated, 0x20), 256)
            mcopy(add(free, 384), add(point, 0x20), 128)
            mcopy(add(free, 512), add(key, 0x20), 256)
            valid := staticcall(gas(), PAIRING_CHECK, free, 768, free, 32)
            valid := and(valid, and(eq(returndatasize(), 32), eq(mload(free), 1)))
        }
    }

    /// @notice hash_to_curve of RFC 9380 with the suite BLS12381G1_XMD:SHA-256_SSWU_RO_.
    function hashToG1(bytes32 message, bytes memory purpose) internal view returns (bytes memory point) {
        (bytes32[4] memory uniform) = _expand(message, purpose);
        point = new bytes(G1_SIZE);
        bool ok;
        assembly ("memory-safe") {
            let free := mload(0x40)
            // Each field element is 64 uniform bytes modulo the prime: base^1 mod prime.
            function reduce(at, high, low) -> done {
                mstore(at, 64)
                mstore(add(at, 0x20), 1)
                mstore(add(at, 0x40), 64)
                mstore(add(at, 0x60), high)
                mstore(add(at, 0x80), low)
                mstore8(add(at, 0xa0), 1)
                mstore(add(at, 0xa1), PRIME_HIGH)
                mstore(add(at, 0xc1), PRIME_LOW)
                done := staticcall(gas(), MODEXP, at, 0xe1, at, 64)
            }
            function mapToG1(at, to) -> done {
                done := staticcall(gas(), MAP_FP_TO_G1, at, 64, to, 128)
                done := and(done, eq(returndatasize(), 128))
            }
            let work := add(free, 256)
            ok := reduce(work, mload(uniform), mload(add(uniform, 0x20)))
            ok := and(ok, mapToG1(work, free))
            ok := and(ok, reduce(work, mload(add(uniform, 0x40)), mload(add(uniform, 0x60))))
            ok := and(ok, mapToG1(work, add(free, 128)))
            ok := and(ok, staticcall(gas(), G1_ADD, free, 256, add(point, 0x20), 128))
            ok := and(ok, eq(returndatasize(), 128))
        }
        if (!ok) revert BlsPointInvalid();
    }

    /// @dev expand_message_xmd to 128 bytes.
    function _expand(bytes32 message, bytes memory purpose) private pure returns (bytes32[4] memory uniform) {
        bytes memory suffix = abi.encodePacked(purpose, uint8(purpose.length));
        bytes32 first = sha256(abi.encodePacked(new bytes(64), message, uint16(128), uint8(0), suffix));
        uniform[0] = sha256(abi.encodePacked(first, uint8(1), suffix));
        for (uint8 i = 1; i < 4; ++i) {
            uniform[i] = sha256(abi.encodePacked(first ^ uniform[i - 1], i + 1, suffix));
        }
    }

    function _isInfinity(bytes memory point) private pure returns (bool) {
        return keccak256(point) == keccak256(new bytes(point.length));
    }
}
