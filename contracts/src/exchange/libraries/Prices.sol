// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {DealTerms} from "../types/ExchangeTypes.sol";

/// @title Prices by quality.
library Prices {
    function highest(DealTerms calldata terms) internal pure returns (uint256) {
        return terms.tiers[terms.tiers.length - 1].price;
    }

    /// @return found Whether the score reaches a tier.
    /// @return price Price of the highest tier that it reaches.
    function ofScore(DealTerms calldata terms, uint16 score) internal pure returns (bool found, uint256 price) {
        for (uint256 i = terms.tiers.length; i > 0; --i) {
            if (score >= terms.tiers[i - 1].minimumScore) return (true, terms.tiers[i - 1].price);
        }
    }
}
