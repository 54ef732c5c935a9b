// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC165Checker} from "@openzeppelin/contracts/utils/introspection/ERC165Checker.sol";
import {ICertificateVerifier} from "./interfaces/ICertificateVerifier.sol";
import {IDealBookErrors} from "./interfaces/IDealBookErrors.sol";
import {DealTerms} from "./types/ExchangeTypes.sol";
import {Prices} from "./libraries/Prices.sol";

/// @title Limits of a deal's terms, judged once at its creation.
/// @dev A contract of its own, made by the DealBook, because both together exceed the size limit of a contract.
contract DealRules {
    uint256 public constant MAXIMUM_TIERS = 8;
    uint256 public constant MAXIMUM_ORACLES = 16;
    uint256 public constant MAXIMUM_STORES = 16;
    uint256 public constant MAXIMUM_RECORDS = 1_000_000;
    uint256 public constant MAXIMUM_PER_PERSON = 64;
    uint256 public constant MAXIMUM_COMMISSION_BPS = 5000;
    uint256 public constant MAXIMUM_CERTIFICATE_LIFE = 1 hours;
    uint256 public constant MAXIMUM_DELIVERY_WINDOW = 30 days;
    uint256 public constant MAXIMUM_DEAL_LIFE = 5 * 365 days;
    uint256 public constant MAXIMUM_RETENTION = 100 * 365 days;

    /// @notice Shortest delivery window: what oracles and stores follow must be final long before it ends.
    uint256 public immutable minimumDeliveryWindow;

    /// @param shortestWindow In seconds.
    constructor(uint256 shortestWindow) {
        minimumDeliveryWindow = shortestWindow;
    }

    /// @notice Reverts with the first term that is outside its limits.
    /// @param budget Escrow, in the smallest unit of the token.
    /// @param minimumQuorum Smallest quorum allowed.
    function assertTerms(DealTerms calldata terms, uint256 budget, uint256 minimumQuorum) external view {
        if (terms.criteriaHash == 0) revert IDealBookErrors.DealTermMissing("criteriaHash");
        if (terms.agreementHash == 0) revert IDealBookErrors.DealTermMissing("agreementHash");
        if (terms.purpose == 0) revert IDealBookErrors.DealTermMissing("purpose");
        if (terms.validatorHash == 0) revert IDealBookErrors.DealTermMissing("validatorHash");
        _assertRange("tiers", terms.tiers.length, 1, MAXIMUM_TIERS);
        // Prices ascend, so that the first is the one that can be zero.
        if (terms.tiers[0].price == 0) revert IDealBookErrors.DealTermMissing("price");
        for (uint256 i = 1; i < terms.tiers.length; ++i) {
            if (
                terms.tiers[i].minimumScore <= terms.tiers[i - 1].minimumScore
                    || terms.tiers[i].price <= terms.tiers[i - 1].price
            ) revert IDealBookErrors.DealTiersUnordered(i);
        }
        _assertRange("maximumRecords", terms.maximumRecords, 1, MAXIMUM_RECORDS);
        _assertRange("perPersonCap", terms.perPersonCap, 1, MAXIMUM_PER_PERSON);
        _assertRange("commissionCapBps", terms.commissionCapBps, 0, MAXIMUM_COMMISSION_BPS);
        _assertRange("certificateLife", terms.certificateLife, 1, MAXIMUM_CERTIFICATE_LIFE);
        _assertRange("deliveryWindow", terms.deliveryWindow, minimumDeliveryWindow, MAXIMUM_DELIVERY_WINDOW);
        _assertRange("expiry", terms.expiry, block.timestamp + 1, block.timestamp + MAXIMUM_DEAL_LIFE);
        // The last certificate may settle a life after expiry; delivery may then be claimed and answered, a window each.
        _assertRange(
            "retentionEnd",
            terms.retentionEnd,
            uint256(terms.expiry) + terms.certificateLife + 2 * uint256(terms.deliveryWindow),
            block.timestamp + MAXIMUM_RETENTION
        );
        _assertRange("oracles", terms.oracles.length, 1, MAXIMUM_ORACLES);
        for (uint256 i = 0; i < terms.oracles.length; ++i) {
            if (terms.oracles[i] == address(0)) revert IDealBookErrors.DealTermMissing("oracles");
            for (uint256 j = 0; j < i; ++j) {
                if (terms.oracles[i] == terms.oracles[j]) revert IDealBookErrors.DealOracleRepeated(terms.oracles[i]);
            }
        }
        _assertRange("quorum", terms.quorum, minimumQuorum, terms.oracles.length);
        _assertRange("stores", terms.stores.length, 1, MAXIMUM_STORES);
        for (uint256 i = 0; i < terms.stores.length; ++i) {
            if (terms.stores[i] == address(0)) revert IDealBookErrors.DealTermMissing("stores");
        }
        if (!ERC165Checker.supportsInterface(terms.verifier, type(ICertificateVerifier).interfaceId)) {
            revert IDealBookErrors.DealVerifierUnsupported(terms.verifier);
        }
        uint256 required = uint256(terms.maximumRecords) * Prices.highest(terms);
        if (budget < required) revert IDealBookErrors.DealUnderfunded(budget, required);
    }

    function _assertRange(string memory term, uint256 value, uint256 minimum, uint256 maximum) private pure {
        if (value < minimum || value > maximum) {
            revert IDealBookErrors.DealTermOutOfRange(term, value, minimum, maximum);
        }
    }
}
