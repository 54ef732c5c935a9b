// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Document, Service, VerificationMethod} from "../types/DidTypes.sol";

/// @title EIP-712 struct hashes of the DidRegistry.
library DidHashes {
    string private constant SERVICE = "Service(string fragment,string serviceType,string endpoint)";
    string private constant METHOD = "VerificationMethod(string fragment,uint16 purposes,bytes multikey)";
    string private constant DOCUMENT =
        "Document(address controller,VerificationMethod[] verificationMethods,Service[] services)";

    // EIP-712 encodeType: the referenced types follow in alphabetical order.
    bytes32 internal constant SERVICE_TYPEHASH = keccak256(bytes(SERVICE));
    bytes32 internal constant METHOD_TYPEHASH = keccak256(bytes(METHOD));
    bytes32 internal constant DOCUMENT_TYPEHASH = keccak256(abi.encodePacked(DOCUMENT, SERVICE, METHOD));
    bytes32 internal constant CREATE_TYPEHASH = keccak256(
        abi.encodePacked(
            "CreateDid(address firstController,bytes32 salt,Document document,uint64 deadline)",
            DOCUMENT,
            SERVICE,
            METHOD
        )
    );
    bytes32 internal constant UPDATE_TYPEHASH = keccak256(
        abi.encodePacked(
            "UpdateDid(bytes20 id,Document document,uint40 version,uint64 deadline)", DOCUMENT, SERVICE, METHOD
        )
    );
    bytes32 internal constant DEACTIVATE_TYPEHASH =
        keccak256("DeactivateDid(bytes20 id,uint40 version,uint64 deadline)");

    function create(address firstController, bytes32 salt, Document calldata value, uint64 deadline)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(CREATE_TYPEHASH, firstController, salt, document(value), deadline));
    }

    function update(bytes20 id, Document calldata value, uint40 version, uint64 deadline)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(UPDATE_TYPEHASH, id, document(value), version, deadline));
    }

    function deactivate(bytes20 id, uint40 version, uint64 deadline) internal pure returns (bytes32) {
        return keccak256(abi.encode(DEACTIVATE_TYPEHASH, id, version, deadline));
    }

    function document(Document calldata value) internal pure returns (bytes32) {
        bytes32[] memory methods = new bytes32[](value.verificationMethods.length);
        for (uint256 i = 0; i < methods.length; ++i) methods[i] = method(value.verificationMethods[i]);
        bytes32[] memory services = new bytes32[](value.services.length);
        for (uint256 i = 0; i < services.length; ++i) services[i] = service(value.services[i]);
        return keccak256(
            abi.encode(
                DOCUMENT_TYPEHASH,
                value.controller,
                keccak256(abi.encodePacked(methods)),
                keccak256(abi.encodePacked(services))
            )
        );
    }

    function method(VerificationMethod calldata value) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(METHOD_TYPEHASH, keccak256(bytes(value.fragment)), value.purposes, keccak256(value.multikey))
        );
    }

    function service(Service calldata value) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                SERVICE_TYPEHASH,
                keccak256(bytes(value.fragment)),
                keccak256(bytes(value.serviceType)),
                keccak256(bytes(value.endpoint))
            )
        );
    }
}
