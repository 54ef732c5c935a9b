// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ChainRules, InboxEntry, OutboxMessage, RollupState} from "../types/RollupTypes.sol";

/// @title Hashes of the rollup's formats (docs/protocol/rollup.md); packages/rollup has their twins.
library RollupHashes {
    bytes32 internal constant BATCH_CERTIFICATE_TYPEHASH = keccak256(
        "BatchCertificate(uint64 index,bytes32 accumulator,bytes32 commitment,uint64 inboxCount,bytes32 anchor)"
    );
    bytes32 internal constant FAST_CONFIRMATION_TYPEHASH = keccak256("FastConfirmation(bytes32 assertion)");

    function rules(ChainRules memory value) internal pure returns (bytes32) {
        return keccak256(abi.encode(value));
    }

    /// @dev The leaf of an inbox entry: all of its fields are words.
    function entry(InboxEntry memory value) internal pure returns (bytes32) {
        return keccak256(abi.encode(value));
    }

    /// @dev What entries of kinds 2, 4 and 5 commit to.
    function commitment(bytes32 salt, address to, bytes memory data) internal pure returns (bytes32) {
        return keccak256(abi.encode(salt, to, keccak256(data)));
    }

    function metadata(string memory name, string memory symbol, uint8 decimals) internal pure returns (bytes32) {
        return keccak256(abi.encode(keccak256(bytes(name)), keccak256(bytes(symbol)), decimals));
    }

    function message(OutboxMessage memory value) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(value.index, value.sender, value.target, value.value, keccak256(value.data), value.salt)
        );
    }

    function accumulate(
        bytes32 accumulator,
        bytes32 batchCommitment,
        uint64 inboxCount,
        bytes32 anchor,
        uint64 l1Timestamp
    ) internal pure returns (bytes32) {
        return keccak256(abi.encode(accumulator, batchCommitment, inboxCount, anchor, l1Timestamp));
    }

    function state(RollupState memory value) internal pure returns (bytes32) {
        return keccak256(abi.encode(value));
    }

    /// @dev The statement that a claim stands for.
    function digest(bytes32 rulesHash, bytes32 stateBefore, bytes32 stateAfter) internal pure returns (bytes32) {
        return keccak256(abi.encode(rulesHash, stateBefore, stateAfter));
    }

    function batchCertificate(
        uint64 index,
        bytes32 accumulator,
        bytes32 batchCommitment,
        uint64 inboxCount,
        bytes32 anchor
    ) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(BATCH_CERTIFICATE_TYPEHASH, index, accumulator, batchCommitment, inboxCount, anchor)
        );
    }

    function fastConfirmation(bytes32 assertion) internal pure returns (bytes32) {
        return keccak256(abi.encode(FAST_CONFIRMATION_TYPEHASH, assertion));
    }
}
