// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EnvelopeForm} from "../../src/exchange/libraries/EnvelopeForm.sol";
import {Test} from "../support/Test.sol";

contract EnvelopeFormCaller {
    function isEnvelope(bytes calldata text) external pure returns (bool) {
        return EnvelopeForm.isEnvelope(text);
    }
}

/// @dev P22, character by character: at each place of each part, every byte there is.
contract EnvelopeFormTest is Test {
    EnvelopeFormCaller internal form = new EnvelopeFormCaller();

    function envelope() internal pure returns (bytes memory) {
        return
            '{"enc":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","epoch":0,"keyId":"did:a#1","wrapped":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}';
    }

    function isBase64url(uint256 c) internal pure returns (bool) {
        bool isLetter = (c >= 0x41 && c <= 0x5a) || (c >= 0x61 && c <= 0x7a);
        return isLetter || (c >= 0x30 && c <= 0x39) || c == 0x2d || c == 0x5f;
    }

    function isPlain(uint256 c) internal pure returns (bool) {
        return c > 0x20 && c < 0x7f && c != 0x22 && c != 0x5c;
    }

    function test_isEnvelope_everyByteOfEveryPart() public view {
        bytes memory text = envelope();
        assertTrue(form.isEnvelope(text), "as it is");
        uint256 size = text.length;
        // First and last of the encapsulated key, of the key's name and of the wrapped key.
        uint256[6] memory places = [uint256(8), 50, 72, 78, size - 66, size - 3];
        for (uint256 i = 0; i < places.length; ++i) {
            bool isName = i == 2 || i == 3;
            bytes1 kept = text[places[i]];
            for (uint256 c = 0; c < 256; ++c) {
                text[places[i]] = bytes1(uint8(c));
                assertTrue(form.isEnvelope(text) == (isName ? isPlain(c) : isBase64url(c)), "one byte");
            }
            text[places[i]] = kept;
        }
    }

    /// @dev A byte of the frame that is another: nowhere is one taken.
    function test_isEnvelope_everyByteOfTheFrame() public view {
        bytes memory text = envelope();
        for (uint256 i = 0; i < text.length; ++i) {
            bool isPart = (i >= 8 && i < 51) || (i >= 72 && i < 79) || (i >= text.length - 66 && i < text.length - 2);
            // The digit of the epoch.
            if (isPart || i == 61) continue;
            bytes1 kept = text[i];
            text[i] = kept ^ 0x01;
            assertTrue(!form.isEnvelope(text), "the frame");
            text[i] = kept;
        }
    }
}
