// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Document, Identity} from "../types/DidTypes.sol";

/// @title DIDs of the method `did:ambrosia`.
/// @notice The id is the last 20 bytes of keccak256(abi.encode(firstController, salt)), and creation needs that controller's call or
/// signature: nobody else can take an id, whatever they saw in the mempool. Every change emits the whole document in one event, so that the
/// document at a block is the last event of the id at or before it.
///
/// EIP-712, domain {name "DidRegistry", version "1", chainId, verifyingContract}:
/// CreateDid(address firstController,bytes32 salt,Document document,uint64 deadline)
/// UpdateDid(bytes20 id,Document document,uint40 version,uint64 deadline)
/// DeactivateDid(bytes20 id,uint40 version,uint64 deadline)
/// Document(address controller,VerificationMethod[] verificationMethods,Service[] services)
/// VerificationMethod(string fragment,uint16 purposes,bytes multikey)
/// Service(string fragment,string serviceType,string endpoint)
/// `version` is the version that the change answers: Identity.version before it.
interface IDidRegistry {
    /// @notice A DID was created, updated or deactivated.
    /// @param id Identifier.
    /// @param version Number of the change, from 1.
    /// @param deactivated True when this change ended the DID; the document is then empty.
    /// @param previousChangeBlock Block of the change before, 0 if none.
    /// @param document The whole document from here on.
    event DidDocumentChanged(
        bytes20 indexed id,
        uint40 indexed version,
        bool deactivated,
        uint40 previousChangeBlock,
        Document document
    );

    /// @notice The id exists already.
    error DidExists(bytes20 id);
    /// @notice The id does not exist.
    error DidUnknown(bytes20 id);
    /// @notice The id was deactivated, which is final.
    error DidDeactivated(bytes20 id);
    /// @notice Only the DID's controller may do this.
    error DidControllerOnly(address controller, address caller);
    /// @notice The document names no controller.
    error DidControllerMissing();
    /// @notice The signature's deadline has passed.
    error DidSignatureExpired(uint64 deadline, uint256 blockTime);
    /// @notice The signature is not by the controller over this change and version.
    error DidSignatureInvalid(address controller);
    /// @notice A part of the document is empty or too large.
    error DidDocumentSizeInvalid(string part, uint256 size, uint256 minimum, uint256 maximum);
    /// @notice A fragment holds a byte other than A-Z a-z 0-9 . _ -
    error DidFragmentInvalid(string fragment);
    /// @notice Two methods or services have the same fragment.
    error DidFragmentRepeated(string fragment);
    /// @notice A verification method has no purpose, or one that does not exist.
    error DidPurposesInvalid(string fragment, uint16 purposes);

    /// @notice Creates the caller's DID.
    function create(bytes32 salt, Document calldata document) external returns (bytes20 id);
    /// @notice Creates the DID of whoever signed. Anyone.
    function createWithSignature(
        address firstController,
        bytes32 salt,
        Document calldata document,
        uint64 deadline,
        bytes calldata signature
    ) external returns (bytes20 id);
    /// @notice Replaces the document; document.controller may be another account, which then controls the DID. Controller only.
    function update(bytes20 id, Document calldata document) external;
    /// @notice As update, by the controller's signature. Anyone.
    function updateWithSignature(bytes20 id, Document calldata document, uint64 deadline, bytes calldata signature)
        external;
    /// @notice Ends the DID for ever. Controller only.
    function deactivate(bytes20 id) external;
    /// @notice As deactivate, by the controller's signature. Anyone.
    function deactivateWithSignature(bytes20 id, uint64 deadline, bytes calldata signature) external;

    /// @notice A DID's state; controller zero when unknown.
    function identityOf(bytes20 id) external view returns (Identity memory);
    /// @notice The id of a first controller and salt.
    function idOf(address firstController, bytes32 salt) external pure returns (bytes20);
    /// @notice EIP-712 domain separator.
    function DOMAIN_SEPARATOR() external view returns (bytes32);
    /// @notice EIP-712 digest of CreateDid.
    function hashCreate(address firstController, bytes32 salt, Document calldata document, uint64 deadline)
        external
        view
        returns (bytes32);
    /// @notice EIP-712 digest of UpdateDid.
    function hashUpdate(bytes20 id, Document calldata document, uint40 version, uint64 deadline)
        external
        view
        returns (bytes32);
    /// @notice EIP-712 digest of DeactivateDid.
    function hashDeactivate(bytes20 id, uint40 version, uint64 deadline) external view returns (bytes32);
}
