// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Roots over batches of certificates, which oracles sign instead of each certificate.
/// @dev Keccak-256; leaf = H(0x00, certificate hash), node = H(0x01, left, right); a node without a sibling moves up as it is.
library CertificateBatches {
    /// @notice A path is longer than any batch needs.
    error CertificateBatchPathTooLong(uint256 size);

    /// @dev Batches of at most 2^20 certificates.
    uint256 private constant MAXIMUM_PATH = 20;

    function leaf(bytes32 certificateHash) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            mstore8(0, 0)
            mstore(1, certificateHash)
            hash := keccak256(0, 33)
        }
    }

    /// @notice The root to which a path leads from a certificate.
    /// @param turns Bit i: at step i the sibling stands on the left.
    function rootFrom(bytes32 certificateHash, uint256 turns, bytes32[] memory path)
        internal
        pure
        returns (bytes32 hash)
    {
        if (path.length > MAXIMUM_PATH) revert CertificateBatchPathTooLong(path.length);
        hash = leaf(certificateHash);
        for (uint256 i = 0; i < path.length; ++i) {
            bytes32 sibling = path[i];
            hash = (turns >> i) & 1 == 0 ? _node(hash, sibling) : _node(sibling, hash);
        }
    }

    /// @notice The root over certificate hashes in their order, of which there is at least one. Writes over them.
    function rootOf(bytes32[] memory level) internal pure returns (bytes32) {
        uint256 size = level.length;
        for (uint256 i = 0; i < size; ++i) level[i] = leaf(level[i]);
        while (size > 1) {
            for (uint256 i = 0; i + 1 < size; i += 2) level[i / 2] = _node(level[i], level[i + 1]);
            if (size % 2 == 1) level[size / 2] = level[size - 1];
            size = (size + 1) / 2;
        }
        return level[0];
    }

    function _node(bytes32 left, bytes32 right) private pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore8(free, 1)
            mstore(add(free, 1), left)
            mstore(add(free, 33), right)
            hash := keccak256(free, 65)
        }
    }
}
