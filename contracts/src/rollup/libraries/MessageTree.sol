// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";

/// @title The append-only Merkle tree of depth 32 of inbox and outbox (docs/protocol/rollup.md, section 3).
/// @dev Inner nodes are keccak256(left, right), an absent leaf is zero. packages/rollup/src/MessageTree.ts is its twin.
library MessageTree {
    uint256 internal constant DEPTH = 32;
    uint256 internal constant MAXIMUM_COUNT = 2 ** DEPTH - 1;

    /// @param root Root over the leaves so far; first, so that it lies in the slot of the tree itself.
    /// @param count Leaves so far.
    /// @param branch By height, the root of the last full subtree of that height with no equal to its right.
    struct Tree {
        bytes32 root;
        uint256 count;
        bytes32[DEPTH] branch;
    }

    /// @notice All leaves are taken.
    error MessageTreeFull();
    /// @notice No tree has this leaf.
    error MessageTreeIndexOutOfRange(uint256 index);

    /// @dev Appends a leaf and returns the new root: the leaf's path with what is left of it, and zeros to its right.
    function append(Tree storage self, bytes32 leaf) internal returns (bytes32 root) {
        uint256 index = self.count;
        if (index >= MAXIMUM_COUNT) revert MessageTreeFull();
        root = leaf;
        bytes32 zero;
        bool isKept;
        for (uint256 height = 0; height < DEPTH; ++height) {
            if ((index >> height) & 1 == 1) {
                root = Hashes.efficientKeccak256(self.branch[height], root);
            } else {
                if (!isKept) {
                    self.branch[height] = root;
                    isKept = true;
                }
                root = Hashes.efficientKeccak256(root, zero);
            }
            zero = Hashes.efficientKeccak256(zero, zero);
        }
        self.count = index + 1;
        self.root = root;
    }

    /// @dev The root that a leaf at `index` with these siblings leads to.
    function rootFrom(bytes32 leaf, uint256 index, bytes32[DEPTH] calldata path) internal pure returns (bytes32 root) {
        if (index >= MAXIMUM_COUNT) revert MessageTreeIndexOutOfRange(index);
        root = leaf;
        for (uint256 height = 0; height < DEPTH; ++height) {
            root = (index >> height) & 1 == 1
                ? Hashes.efficientKeccak256(path[height], root)
                : Hashes.efficientKeccak256(root, path[height]);
        }
    }

    /// @dev Root of a tree without leaves.
    function emptyRoot() internal pure returns (bytes32 root) {
        for (uint256 height = 0; height < DEPTH; ++height) root = Hashes.efficientKeccak256(root, root);
    }

    /// @dev A root and its number of leaves in one word.
    function anchor(bytes32 root, uint256 count) internal pure returns (bytes32) {
        return keccak256(abi.encode(root, count));
    }
}
