// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Certificate, Consent} from "../../src/exchange/types/ExchangeTypes.sol";

/// @dev Signature of the oracle at a place of the deal's list.
struct OracleSignature {
    uint8 index;
    bytes signature;
}

/// @dev A settlement before it is packed. What deal and certificate imply stands here too, so that tests can sign something else.
struct Settlement {
    Certificate certificate;
    OracleSignature[] oracleSignatures;
    Consent consent;
    bytes consentSignature;
    uint256 relayerFee;
}

/// @dev The packed form of settlements (docs/protocol/exchange.md, section 8), written a second time.
abstract contract Settlements {
    function list(Settlement memory settlement) internal pure returns (bytes[] memory packed) {
        packed = new bytes[](1);
        packed[0] = pack(settlement);
    }

    function list(Settlement[] memory settlements) internal pure returns (bytes[] memory packed) {
        packed = new bytes[](settlements.length);
        for (uint256 i = 0; i < packed.length; ++i) packed[i] = pack(settlements[i]);
    }

    function pack(Settlement memory settlement) internal pure returns (bytes memory) {
        OracleSignature[] memory signatures = settlement.oracleSignatures;
        uint256 signers = 0;
        bytes memory proof = "";
        for (uint256 i = 0; i < signatures.length; ++i) {
            signers |= 1 << signatures[i].index;
            proof = bytes.concat(proof, compact(signatures[i].signature));
        }
        return bytes.concat(packAlone(settlement), bytes2(uint16(signers)), proof);
    }

    /// @dev Without a certification, as settlements of a batch are.
    function packAlone(Settlement memory settlement) internal pure returns (bytes memory) {
        Certificate memory certificate = settlement.certificate;
        Consent memory consent = settlement.consent;
        bytes memory certified = abi.encodePacked(
            certificate.provider,
            certificate.score,
            certificate.asOf,
            certificate.manifestHash,
            certificate.personTag,
            certificate.recordTag,
            certificate.statusListsRoot,
            certificate.receiptHash
        );
        bytes memory agreed = abi.encodePacked(
            consent.answersHash,
            uint128(consent.minimumNet),
            consent.payout,
            consent.relayer,
            uint128(consent.maximumRelayerFee),
            consent.signedUntil,
            consent.consentUntil,
            uint128(settlement.relayerFee)
        );
        return bytes.concat(certified, agreed, compact(settlement.consentSignature));
    }

    /// @dev The 64 bytes of EIP-2098: r, and s with the parity of v in its highest bit. What is no signature of 65 bytes stays as it is.
    function compact(bytes memory long) internal pure returns (bytes memory) {
        if (long.length != 65) return long;
        (bytes32 r, bytes32 s) = abi.decode(long, (bytes32, bytes32));
        return abi.encodePacked(r, uint256(s) | (long[64] == 0x1c ? 1 << 255 : 0));
    }
}
