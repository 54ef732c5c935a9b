// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice A verification method of a DID document.
/// @param fragment Its id behind '#'.
/// @param purposes Bits: authentication 1, assertionMethod 2, keyAgreement 4, capabilityInvocation 8, capabilityDelegation 16.
/// @param multikey Public key with its multicodec prefix, as in the Multikey's publicKeyMultibase before base58.
struct VerificationMethod {
    string fragment;
    uint16 purposes;
    bytes multikey;
}

/// @notice A service of a DID document.
struct Service {
    string fragment;
    string serviceType;
    string endpoint;
}

/// @notice What the registry keeps of a DID document; the resolver builds the JSON from it.
/// @param controller Account that may change the document.
struct Document {
    address controller;
    VerificationMethod[] verificationMethods;
    Service[] services;
}

/// @notice A DID's state: one storage slot.
/// @param controller Account that may change the document; zero when unknown.
/// @param version Counts changes from 1; the nonce of the next signed change.
/// @param changedAtBlock Block of the last change.
struct Identity {
    address controller;
    uint40 version;
    uint40 changedAtBlock;
    bool deactivated;
}
