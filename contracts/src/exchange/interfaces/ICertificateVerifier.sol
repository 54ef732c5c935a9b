// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {OracleSignature} from "../types/ExchangeTypes.sol";

/// @notice An oracle that certified, and what it asks.
/// @param oracle Operator account.
/// @param commissionBps Commission in 1/10000 of its part of the price.
struct Certifier {
    address oracle;
    uint16 commissionBps;
}

/// @title Judge of a certificate's signatures; fixed for a deal at its creation.
interface ICertificateVerifier {
    /// @notice Judges the signatures over one certificate against the state of this block.
    /// @param certificateHash EIP-712 digest of the certificate in the DealBook's domain.
    /// @param oracles Operator accounts that the deal lists.
    /// @param quorum How many of them must certify.
    /// @param signatures Signatures, ascending strictly by index.
    /// @return refusal Encoded error of IDealBookErrors, empty when the quorum stands.
    /// @return certifiers One entry a signature in the same order; empty when refused.
    function verify(
        bytes32 certificateHash,
        address[] calldata oracles,
        uint8 quorum,
        OracleSignature[] calldata signatures
    ) external view returns (bytes memory refusal, Certifier[] memory certifiers);
}
