// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {IDidRegistry} from "./interfaces/IDidRegistry.sol";
import {DocumentRules} from "./libraries/DocumentRules.sol";
import {DidHashes} from "./libraries/DidHashes.sol";
import {Document, Identity, Service, VerificationMethod} from "./types/DidTypes.sol";

/// @title DIDs of the method `did:ambrosia`.
contract DidRegistry is IDidRegistry, EIP712 {
    mapping(bytes20 id => Identity) private _identities;

    constructor() EIP712("DidRegistry", "1") {}

    /// @inheritdoc IDidRegistry
    function create(bytes32 salt, Document calldata document) external returns (bytes20 id) {
        return _create(msg.sender, salt, document);
    }

    /// @inheritdoc IDidRegistry
    function createWithSignature(
        address firstController,
        bytes32 salt,
        Document calldata document,
        uint64 deadline,
        bytes calldata signature
    ) external returns (bytes20 id) {
        _assertSigned(firstController, hashCreate(firstController, salt, document, deadline), deadline, signature);
        return _create(firstController, salt, document);
    }

    /// @inheritdoc IDidRegistry
    function update(bytes20 id, Document calldata document) external {
        _assertController(_active(id).controller);
        _update(id, document);
    }

    /// @inheritdoc IDidRegistry
    function updateWithSignature(bytes20 id, Document calldata document, uint64 deadline, bytes calldata signature)
        external
    {
        Identity storage identity = _active(id);
        bytes32 digest = hashUpdate(id, document, identity.version, deadline);
        _assertSigned(identity.controller, digest, deadline, signature);
        _update(id, document);
    }

    /// @inheritdoc IDidRegistry
    function deactivate(bytes20 id) external {
        _assertController(_active(id).controller);
        _deactivate(id);
    }

    /// @inheritdoc IDidRegistry
    function deactivateWithSignature(bytes20 id, uint64 deadline, bytes calldata signature) external {
        Identity storage identity = _active(id);
        _assertSigned(identity.controller, hashDeactivate(id, identity.version, deadline), deadline, signature);
        _deactivate(id);
    }

    /// @inheritdoc IDidRegistry
    function identityOf(bytes20 id) external view returns (Identity memory) {
        return _identities[id];
    }

    /// @inheritdoc IDidRegistry
    function idOf(address firstController, bytes32 salt) public pure returns (bytes20) {
        return bytes20(uint160(uint256(keccak256(abi.encode(firstController, salt)))));
    }

    /// @inheritdoc IDidRegistry
    function DOMAIN_SEPARATOR() external view returns (bytes32) {
        return _domainSeparatorV4();
    }

    /// @inheritdoc IDidRegistry
    function hashCreate(address firstController, bytes32 salt, Document calldata document, uint64 deadline)
        public
        view
        returns (bytes32)
    {
        return _hashTypedDataV4(DidHashes.create(firstController, salt, document, deadline));
    }

    /// @inheritdoc IDidRegistry
    function hashUpdate(bytes20 id, Document calldata document, uint40 version, uint64 deadline)
        public
        view
        returns (bytes32)
    {
        return _hashTypedDataV4(DidHashes.update(id, document, version, deadline));
    }

    /// @inheritdoc IDidRegistry
    function hashDeactivate(bytes20 id, uint40 version, uint64 deadline) public view returns (bytes32) {
        return _hashTypedDataV4(DidHashes.deactivate(id, version, deadline));
    }

    function _create(address firstController, bytes32 salt, Document calldata document) private returns (bytes20 id) {
        id = idOf(firstController, salt);
        if (_identities[id].version != 0) revert DidExists(id);
        DocumentRules.assertDocument(document);
        _identities[id] = Identity(document.controller, 1, uint40(block.number), false);
        emit DidDocumentChanged(id, 1, false, 0, document);
    }

    function _update(bytes20 id, Document calldata document) private {
        DocumentRules.assertDocument(document);
        Identity memory identity = _identities[id];
        uint40 previous = identity.changedAtBlock;
        identity.controller = document.controller;
        identity.version += 1;
        identity.changedAtBlock = uint40(block.number);
        _identities[id] = identity;
        emit DidDocumentChanged(id, identity.version, false, previous, document);
    }

    function _deactivate(bytes20 id) private {
        Identity memory identity = _identities[id];
        uint40 previous = identity.changedAtBlock;
        identity.version += 1;
        identity.changedAtBlock = uint40(block.number);
        identity.deactivated = true;
        _identities[id] = identity;
        Document memory empty = Document(identity.controller, new VerificationMethod[](0), new Service[](0));
        emit DidDocumentChanged(id, identity.version, true, previous, empty);
    }

    function _active(bytes20 id) private view returns (Identity storage identity) {
        identity = _identities[id];
        if (identity.version == 0) revert DidUnknown(id);
        if (identity.deactivated) revert DidDeactivated(id);
    }

    function _assertController(address controller) private view {
        if (msg.sender != controller) revert DidControllerOnly(controller, msg.sender);
    }

    function _assertSigned(address controller, bytes32 digest, uint64 deadline, bytes calldata signature)
        private
        view
    {
        if (block.timestamp > deadline) revert DidSignatureExpired(deadline, block.timestamp);
        (address recovered, ECDSA.RecoverError failure,) = ECDSA.tryRecoverCalldata(digest, signature);
        if (failure != ECDSA.RecoverError.NoError || recovered != controller) revert DidSignatureInvalid(controller);
    }
}
