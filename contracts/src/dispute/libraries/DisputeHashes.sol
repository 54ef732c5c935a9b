// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Checkpoint, Claim, Link} from "../types/DisputeTypes.sol";

/// @title What the dispute hashes; docs/protocol/dispute.md has the formats.
library DisputeHashes {
    bytes32 private constant RECEIPT_TYPEHASH =
        keccak256("Receipt(bytes32 claim,bytes32 inputRoot,uint64 inputLength)");
    bytes32 private constant CHECKPOINT_TYPEHASH = keccak256(
        "Checkpoint(bytes32 game,uint64 depth,uint64 low,uint64 high,bytes32 lowState,bytes32 highState)"
    );
    /// @dev Order of BN254's scalar field.
    uint256 private constant FIELD_ORDER =
        21888242871839275222246405745257275088548364400416034343698204186575808495617;

    /// @dev Whoever repeats another's claim makes one of their own.
    function claim(address claimant, Claim calldata content) internal view returns (bytes32) {
        return keccak256(abi.encode(block.chainid, address(this), claimant, content));
    }

    function game(bytes32 claimId, address challenger, Link link, uint64 index) internal pure returns (bytes32) {
        return keccak256(abi.encode(claimId, challenger, link, index));
    }

    function receipt(bytes32 claimId, Claim calldata content) internal pure returns (bytes32) {
        return keccak256(abi.encode(RECEIPT_TYPEHASH, claimId, content.inputRoot, content.inputLength));
    }

    function checkpoint(Checkpoint calldata one) internal pure returns (bytes32) {
        return keccak256(abi.encode(CHECKPOINT_TYPEHASH, one));
    }

    function isElement(bytes32 value) internal pure returns (bool) {
        return uint256(value) < FIELD_ORDER;
    }
}
