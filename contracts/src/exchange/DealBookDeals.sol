// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {DealBookBase} from "./DealBookBase.sol";
import {IDealBook} from "./interfaces/IDealBook.sol";
import {ExchangeHashes} from "./libraries/ExchangeHashes.sol";
import {Prices} from "./libraries/Prices.sol";
import {Deal, DealState, DealTerms, TokenPermit} from "./types/ExchangeTypes.sol";

/// @title Deals and their escrow, from creation to refund.
/// @dev The chain keeps a hash of the terms, so each call passes them again. Only the consumer creates, pauses, resumes or closes; anyone
/// may top up, expire or refund, and what comes back goes to the consumer.
abstract contract DealBookDeals is DealBookBase {
    using SafeCast for uint256;

    /// @inheritdoc IDealBook
    function createDeal(DealTerms calldata terms, bytes32 salt, uint256 budget)
        external
        nonReentrant
        returns (bytes32 dealId)
    {
        return _create(terms, salt, budget);
    }

    /// @inheritdoc IDealBook
    function createDealWithPermit(DealTerms calldata terms, bytes32 salt, uint256 budget, TokenPermit calldata permit)
        external
        nonReentrant
        returns (bytes32 dealId)
    {
        _usePermit(terms.token, msg.sender, permit);
        return _create(terms, salt, budget);
    }

    /// @inheritdoc IDealBook
    function topUp(DealTerms calldata terms, bytes32 salt, uint256 amount) external nonReentrant {
        _topUp(terms, salt, amount);
    }

    /// @inheritdoc IDealBook
    function topUpWithPermit(DealTerms calldata terms, bytes32 salt, uint256 amount, TokenPermit calldata permit)
        external
        nonReentrant
    {
        _usePermit(terms.token, msg.sender, permit);
        _topUp(terms, salt, amount);
    }

    /// @inheritdoc IDealBook
    function pause(DealTerms calldata terms, bytes32 salt) external {
        (bytes32 dealId, Deal storage deal) = _dealOfConsumer(terms, salt);
        if (deal.state != DealState.Active) revert DealStateRefused(dealId, deal.state);
        deal.state = DealState.Paused;
        deal.stoppedAt = Math.min(block.timestamp, terms.expiry).toUint32();
        emit DealStateChanged(dealId, DealState.Paused, deal.stoppedAt);
    }

    /// @inheritdoc IDealBook
    function resume(DealTerms calldata terms, bytes32 salt) external {
        (bytes32 dealId, Deal storage deal) = _dealOfConsumer(terms, salt);
        if (deal.state != DealState.Paused) revert DealStateRefused(dealId, deal.state);
        deal.state = DealState.Active;
        deal.gapStart = deal.stoppedAt;
        deal.gapEnd = block.timestamp.toUint32();
        deal.stoppedAt = 0;
        emit DealStateChanged(dealId, DealState.Active, 0);
    }

    /// @inheritdoc IDealBook
    function close(DealTerms calldata terms, bytes32 salt) external nonReentrant {
        (bytes32 dealId, Deal storage deal) = _dealOfConsumer(terms, salt);
        _end(terms, dealId, deal, DealState.Closed);
    }

    /// @inheritdoc IDealBook
    function expire(DealTerms calldata terms, bytes32 salt) external nonReentrant {
        (bytes32 dealId, Deal storage deal) = _knownDeal(terms, salt);
        if (block.timestamp <= terms.expiry) revert DealNotExpired(dealId, terms.expiry);
        _end(terms, dealId, deal, DealState.Expired);
    }

    /// @inheritdoc IDealBook
    function refund(DealTerms calldata terms, bytes32 salt) external nonReentrant {
        (bytes32 dealId, Deal storage deal) = _knownDeal(terms, salt);
        if (deal.state != DealState.Closed && deal.state != DealState.Expired) {
            revert DealStateRefused(dealId, deal.state);
        }
        if (_refund(terms, dealId, deal) == 0) {
            if (deal.available == 0) revert RefundEmpty(dealId);
            revert DealBudgetLocked(dealId, uint256(deal.stoppedAt) + terms.certificateLife);
        }
    }

    // ---- inside ----

    function _create(DealTerms calldata terms, bytes32 salt, uint256 budget) private returns (bytes32 dealId) {
        if (msg.sender != terms.consumer) revert DealConsumerOnly(terms.consumer, msg.sender);
        if (!_allowed[terms.token]) revert DealTokenNotAllowed(terms.token);
        _rules.assertTerms(terms, budget, minimumQuorum);
        if (budget > type(uint120).max) revert DealTermOutOfRange("budget", budget, 0, type(uint120).max);
        dealId = dealIdOf(terms, salt);
        Deal storage deal = _deals[dealId];
        if (deal.state != DealState.None) revert DealExists(dealId);
        deal.state = DealState.Active;
        deal.available = uint120(budget);
        emit DealCreated(dealId, terms.consumer, terms.purpose, salt, budget, terms);
        _pull(terms.token, msg.sender, budget);
    }

    function _topUp(DealTerms calldata terms, bytes32 salt, uint256 amount) private {
        (bytes32 dealId, Deal storage deal) = _knownDeal(terms, salt);
        if (deal.state != DealState.Active && deal.state != DealState.Paused) {
            revert DealStateRefused(dealId, deal.state);
        }
        uint256 room = type(uint120).max - deal.available;
        if (amount == 0 || amount > room) revert DealTermOutOfRange("amount", amount, 1, room);
        deal.available += uint120(amount);
        emit DealToppedUp(dealId, msg.sender, amount);
        _pull(terms.token, msg.sender, amount);
    }

    function _knownDeal(DealTerms calldata terms, bytes32 salt)
        internal
        view
        returns (bytes32 dealId, Deal storage deal)
    {
        bytes32 termsHash = ExchangeHashes.termsInCalldata(terms);
        dealId = ExchangeHashes.dealId(_chainId, address(this), terms.consumer, salt, termsHash);
        deal = _deals[dealId];
        if (deal.state == DealState.None) revert DealUnknown(dealId);
    }

    function _dealOfConsumer(DealTerms calldata terms, bytes32 salt)
        private
        view
        returns (bytes32 dealId, Deal storage deal)
    {
        (dealId, deal) = _knownDeal(terms, salt);
        if (msg.sender != terms.consumer) revert DealConsumerOnly(terms.consumer, msg.sender);
    }

    function _end(DealTerms calldata terms, bytes32 dealId, Deal storage deal, DealState state) private {
        if (deal.state == DealState.Active) {
            deal.stoppedAt = Math.min(block.timestamp, terms.expiry).toUint32();
        } else if (deal.state != DealState.Paused) {
            revert DealStateRefused(dealId, deal.state);
        }
        deal.state = state;
        emit DealStateChanged(dealId, state, deal.stoppedAt);
        _refund(terms, dealId, deal);
    }

    /// @dev Sends back what no certificate can claim any more. A certificate settles until asOf + life, and asOf <= stoppedAt.
    function _refund(DealTerms calldata terms, bytes32 dealId, Deal storage deal) internal returns (uint256 amount) {
        uint256 locked = 0;
        uint256 available = deal.available;
        if (block.timestamp <= uint256(deal.stoppedAt) + terms.certificateLife) {
            locked = Math.min(available, (terms.maximumRecords - deal.records) * Prices.highest(terms));
        }
        amount = available - locked;
        if (amount == 0) return 0;
        deal.available = uint120(locked);
        emit DealRefunded(dealId, terms.consumer, amount, locked);
        _push(terms.token, terms.consumer, amount);
    }
}
