// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {NodeKeys} from "../../src/oracle/interfaces/IOracleAdmission.sol";

/// @dev What signing keys sign to be an operator's, computed without the contracts.
library KeyProofs {
    function signingKey(address registry, address operator) internal view returns (bytes32) {
        bytes32 content = keccak256(abi.encode(keccak256("SigningKey(address operator)"), operator));
        return _digest("OracleRegistry", registry, content);
    }

    function nodeKeys(address admission, NodeKeys memory keys) internal view returns (bytes32) {
        bytes32 typeHash = keccak256(
            "NodeKeys(address operator,address signer,bytes32 encryptionKey,bytes32 admissionKey,bytes32 blsKeyHash,bytes32 measurement,bytes32 nonce,uint64 expiresAt)"
        );
        return _digest("OracleAdmission", admission, keccak256(abi.encode(typeHash, keys)));
    }

    function _digest(bytes memory name, address target, bytes32 content) private view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256(name),
                keccak256("1"),
                block.chainid,
                target
            )
        );
        return keccak256(abi.encodePacked(bytes2(0x1901), domain, content));
    }
}
