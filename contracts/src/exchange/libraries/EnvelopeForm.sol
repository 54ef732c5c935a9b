// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The exact form of a wrapped data key (docs/protocol/exchange.md, section 11).
/// @dev Canonical JSON with the parts of HPKE over X25519 and AES-256-GCM at their lengths: an encapsulated key of 32 bytes and a wrapped data
/// key of 32 bytes with a tag of 16, both in base64url. Whether it opens is not for a chain to see.
library EnvelopeForm {
    // | {"enc":" | 43 | ","epoch": | 1 to 16 | ,"keyId":" | 1 to 256 | ","wrapped":" | 64 | "} |
    uint256 private constant ENC_END = 51;
    uint256 private constant EPOCH_START = 61;
    uint256 private constant WRAPPED_SIZE = 64;
    uint256 private constant MINIMUM_SIZE = 61 + 1 + 10 + 1 + 13 + 64 + 2;
    uint256 private constant MAXIMUM_SIZE = 61 + 16 + 10 + 256 + 13 + 64 + 2;

    /// @dev Letters, digits, - and _.
    uint256 private constant BASE64URL = 0x0000000000000000000000000000000007fffffe87fffffe03ff200000000000;
    /// @dev Printable ASCII that JSON writes as it is: 0x21 to 0x7e without the quotation mark and the backslash.
    uint256 private constant PLAIN = 0x000000000000000000000000000000007fffffffeffffffffffffffa00000000;

    /// @notice Whether the bytes are an envelope to the last character.
    function isEnvelope(bytes calldata text) internal pure returns (bool) {
        if (text.length < MINIMUM_SIZE || text.length > MAXIMUM_SIZE) return false;
        uint256 wrapped = text.length - 2 - WRAPPED_SIZE;
        uint256 keyEnd = wrapped - 13;
        if (bytes8(text[:8]) != bytes8('{"enc":"') || bytes10(text[ENC_END:EPOCH_START]) != bytes10('","epoch":')) {
            return false;
        }
        if (bytes13(text[keyEnd:wrapped]) != bytes13('","wrapped":"') || bytes2(text[text.length - 2:]) != bytes2('"}')) {
            return false;
        }
        uint256 keyStart = _digitsEnd(text);
        if (keyStart == EPOCH_START || keyStart + 10 >= keyEnd || keyEnd - keyStart - 10 > 256) return false;
        if (bytes10(text[keyStart:keyStart + 10]) != bytes10(',"keyId":"')) return false;
        return _isOf(text[8:ENC_END], BASE64URL) && _isOf(text[wrapped:wrapped + WRAPPED_SIZE], BASE64URL)
            && _isOf(text[keyStart + 10:keyEnd], PLAIN);
    }

    /// @dev End of the digits of the epoch, of which there are at most 16.
    function _digitsEnd(bytes calldata text) private pure returns (uint256 end) {
        end = EPOCH_START;
        while (end < EPOCH_START + 16 && text[end] >= "0" && text[end] <= "9") ++end;
    }

    /// @dev Whether each character is of a set, which has bit c for the character c. Byte by byte without bounds checks, since a text of 168
    /// characters would cost the oracle that answers 50,000 gas with them.
    function _isOf(bytes calldata text, uint256 set) private pure returns (bool) {
        uint256 all = 1;
        uint256 length = text.length;
        assembly ("memory-safe") {
            for { let i := 0 } lt(i, length) { i := add(i, 1) } {
                all := and(all, shr(byte(0, calldataload(add(text.offset, i))), set))
            }
        }
        return all == 1;
    }
}
