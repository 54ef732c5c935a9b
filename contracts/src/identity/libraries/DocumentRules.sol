// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDidRegistry} from "../interfaces/IDidRegistry.sol";
import {Document} from "../types/DidTypes.sol";

/// @title Limits of a DID document.
library DocumentRules {
    uint256 internal constant MAXIMUM_METHODS = 16;
    uint256 internal constant MAXIMUM_SERVICES = 16;
    uint256 internal constant MAXIMUM_FRAGMENT_BYTES = 64;
    uint256 internal constant MAXIMUM_MULTIKEY_BYTES = 200;
    uint256 internal constant MAXIMUM_SERVICE_TYPE_BYTES = 64;
    uint256 internal constant MAXIMUM_ENDPOINT_BYTES = 512;
    uint16 internal constant ALL_PURPOSES = 31;

    // Set bits: - . 0-9 A-Z _ a-z
    uint256 private constant FRAGMENT_BYTES = (1 << 0x2d) | (1 << 0x2e) | (0x3ff << 0x30) | (0x3ffffff << 0x41)
        | (1 << 0x5f) | (0x3ffffff << 0x61);

    /// @dev Reverts with the first part that breaks a limit.
    function assertDocument(Document calldata document) internal pure {
        if (document.controller == address(0)) revert IDidRegistry.DidControllerMissing();
        uint256 methods = document.verificationMethods.length;
        uint256 services = document.services.length;
        _assertSize("verificationMethods", methods, 0, MAXIMUM_METHODS);
        _assertSize("services", services, 0, MAXIMUM_SERVICES);
        bytes32[] memory fragments = new bytes32[](methods + services);
        for (uint256 i = 0; i < methods; ++i) {
            uint16 purposes = document.verificationMethods[i].purposes;
            string calldata fragment = document.verificationMethods[i].fragment;
            if (purposes == 0 || purposes > ALL_PURPOSES) revert IDidRegistry.DidPurposesInvalid(fragment, purposes);
            _assertSize("multikey", document.verificationMethods[i].multikey.length, 1, MAXIMUM_MULTIKEY_BYTES);
            _addFragment(fragments, i, fragment);
        }
        for (uint256 i = 0; i < services; ++i) {
            _assertSize(
                "serviceType", bytes(document.services[i].serviceType).length, 1, MAXIMUM_SERVICE_TYPE_BYTES
            );
            _assertSize("endpoint", bytes(document.services[i].endpoint).length, 1, MAXIMUM_ENDPOINT_BYTES);
            _addFragment(fragments, methods + i, document.services[i].fragment);
        }
    }

    function _addFragment(bytes32[] memory fragments, uint256 count, string calldata fragment) private pure {
        bytes calldata text = bytes(fragment);
        _assertSize("fragment", text.length, 1, MAXIMUM_FRAGMENT_BYTES);
        for (uint256 i = 0; i < text.length; ++i) {
            if ((FRAGMENT_BYTES >> uint8(text[i])) & 1 == 0) revert IDidRegistry.DidFragmentInvalid(fragment);
        }
        fragments[count] = keccak256(text);
        for (uint256 i = 0; i < count; ++i) {
            if (fragments[i] == fragments[count]) revert IDidRegistry.DidFragmentRepeated(fragment);
        }
    }

    function _assertSize(string memory part, uint256 size, uint256 minimum, uint256 maximum) private pure {
        if (size < minimum || size > maximum) revert IDidRegistry.DidDocumentSizeInvalid(part, size, minimum, maximum);
    }
}
