// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Certificate, Delivery, Record, RecordStatus} from "../../exchange/types/ExchangeTypes.sol";

/// @title What evidence needs of the DealBook: how it hashes what oracles sign.
interface IExchangeFacts {
    /// @notice EIP-712 digest of a Certificate.
    function hashCertificate(Certificate calldata certificate) external view returns (bytes32);
    /// @notice EIP-712 digest of a CertificateBatch: what oracles sign of all certificates of one settlement.
    function hashCertificateBatch(bytes32 root) external view returns (bytes32);
    /// @notice EIP-712 digest of a Release.
    function hashRelease(bytes32 recordId, bytes32 consumerKeyHash, bytes32 envelopeHash, uint64 blockNumber)
        external
        view
        returns (bytes32);
    /// @notice Id of a record.
    function recordIdOf(bytes32 dealId, bytes32 recordTag) external pure returns (bytes32);
    /// @notice First 31 bytes of keccak256(abi.encode(record)).
    function commitmentOf(Record calldata record) external pure returns (bytes31);
}

/// @title What evidence needs of the ConsentBook: what became of a record.
interface IConsentFacts {
    /// @notice Status of a record and the commitment to its content.
    function recordOf(bytes32 recordId) external view returns (RecordStatus status, bytes31 commitment);
    /// @notice What happened to the sale with which a person filled a place of a deal.
    function deliveryOf(bytes32 dealId, bytes32 personTag, uint16 ordinal) external view returns (Delivery memory);
}
