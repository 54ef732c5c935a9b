// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {OracleSignature} from "../types/ExchangeTypes.sol";

/// @title Judge of a certificate's signatures; fixed for a deal at its creation.
interface ICertificateVerifier {
    /// @notice Judges the signatures over one certificate against the state of this block; refuses by reverting with an error of
    /// IDealBookErrors.
    /// @param certificateHash EIP-712 digest of the certificate in the DealBook's domain.
    /// @param oracles Operator accounts that the deal lists.
    /// @param quorum How many of them must certify.
    /// @param signatures Signatures, ascending strictly by index.
    /// @return commissions Commission that the oracle of signatures[i] asks, in 1/10000 of its part of the price, in bits 16 i to 16 i + 15.
    function verify(
        bytes32 certificateHash,
        address[] calldata oracles,
        uint8 quorum,
        OracleSignature[] calldata signatures
    ) external view returns (uint256 commissions);
}
