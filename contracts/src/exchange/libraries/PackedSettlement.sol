// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Certificate, Consent, DealTerms} from "../types/ExchangeTypes.sol";

/// @title The packed form of a settlement (docs/protocol/exchange.md, section 8): what the deal and the certificate do not say already.
/// @dev Big-endian, without padding; what is left out is filled in before anything is hashed, so a message that says otherwise is one that
/// nobody signed. Bytes that do not fit a field's type can't be written. The caller checks the size.
library PackedSettlement {
    /// @dev Everything up to the certification: the set of signers and their proof.
    uint256 internal constant SIZE = 390;

    // | provider 20 | score 2 | asOf 8 | manifestHash, personTag, recordTag, statusListsRoot, receiptHash 32 each |
    uint256 private constant SCORE = 20;
    uint256 private constant AS_OF = 22;
    uint256 private constant MANIFEST_HASH = 30;
    uint256 private constant PERSON_TAG = 62;
    uint256 private constant RECORD_TAG = 94;
    uint256 private constant STATUS_LISTS_ROOT = 126;
    uint256 private constant RECEIPT_HASH = 158;
    // | answersHash 32 | minimumNet 16 | payout 20 | relayer 20 | maximumRelayerFee 16 | signedUntil 8 | consentUntil 8 |
    uint256 private constant ANSWERS_HASH = 190;
    uint256 private constant MINIMUM_NET = 222;
    uint256 private constant PAYOUT = 238;
    uint256 private constant RELAYER = 258;
    uint256 private constant MAXIMUM_RELAYER_FEE = 278;
    uint256 private constant SIGNED_UNTIL = 294;
    uint256 private constant CONSENT_UNTIL = 302;
    // | relayerFee 16 | consent signature 64: r, and s with the parity of v in its highest bit (EIP-2098) |
    uint256 private constant RELAYER_FEE = 310;
    uint256 private constant CONSENT_SIGNATURE = 326;

    function asOf(bytes calldata packed) internal pure returns (uint64) {
        return _uint64(packed, AS_OF);
    }

    /// @dev A validUntil that overflows belongs to an asOf that is refused before it is read.
    function certificate(bytes calldata packed, bytes32 dealId, DealTerms calldata terms)
        internal
        pure
        returns (Certificate memory value)
    {
        value.dealId = dealId;
        value.provider = _address(packed, 0);
        value.manifestHash = _word(packed, MANIFEST_HASH);
        value.personTag = _word(packed, PERSON_TAG);
        value.recordTag = _word(packed, RECORD_TAG);
        value.score = uint16(uint256(_word(packed, SCORE)) >> 240);
        value.asOf = _uint64(packed, AS_OF);
        unchecked {
            value.validUntil = value.asOf + terms.certificateLife;
        }
        value.validatorHash = terms.validatorHash;
        value.statusListsRoot = _word(packed, STATUS_LISTS_ROOT);
        value.receiptHash = _word(packed, RECEIPT_HASH);
    }

    function consent(bytes calldata packed, bytes32 dealId, bytes32 certificateHash, DealTerms calldata terms)
        internal
        pure
        returns (Consent memory value)
    {
        value.dealId = dealId;
        value.certificateHash = certificateHash;
        value.consumer = terms.consumer;
        value.agreementHash = terms.agreementHash;
        value.answersHash = _word(packed, ANSWERS_HASH);
        value.purpose = terms.purpose;
        value.token = terms.token;
        value.minimumNet = _uint128(packed, MINIMUM_NET);
        value.payout = _address(packed, PAYOUT);
        value.relayer = _address(packed, RELAYER);
        value.maximumRelayerFee = _uint128(packed, MAXIMUM_RELAYER_FEE);
        value.signedUntil = _uint64(packed, SIGNED_UNTIL);
        value.consentUntil = _uint64(packed, CONSENT_UNTIL);
    }

    function relayerFee(bytes calldata packed) internal pure returns (uint256) {
        return _uint128(packed, RELAYER_FEE);
    }

    function consentSignature(bytes calldata packed) internal pure returns (bytes32 r, bytes32 vs) {
        return (_word(packed, CONSENT_SIGNATURE), _word(packed, CONSENT_SIGNATURE + 32));
    }

    function _word(bytes calldata packed, uint256 offset) private pure returns (bytes32 word) {
        assembly ("memory-safe") {
            word := calldataload(add(packed.offset, offset))
        }
    }

    function _address(bytes calldata packed, uint256 offset) private pure returns (address) {
        return address(bytes20(_word(packed, offset)));
    }

    function _uint128(bytes calldata packed, uint256 offset) private pure returns (uint256) {
        return uint256(_word(packed, offset)) >> 128;
    }

    function _uint64(bytes calldata packed, uint256 offset) private pure returns (uint64) {
        return uint64(uint256(_word(packed, offset)) >> 192);
    }
}
