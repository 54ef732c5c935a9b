// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDealBookErrors} from "../../src/exchange/interfaces/IDealBookErrors.sol";
import {DealBook} from "../../src/exchange/DealBook.sol";
import {Deal, DealState, DealTerms, Tier, TokenPermit} from "../../src/exchange/types/ExchangeTypes.sol";
import {ExchangeFixture} from "../support/ExchangeFixture.sol";
import {FeeToken} from "../support/Tokens.sol";

/// @dev P1, P8, P16, P17: what a deal may be, and the money that enters it.
contract CreateDealTest is ExchangeFixture, IDealBookErrors {
    function test_createDeal_goodTerms_escrowsTheBudget() public {
        DealTerms memory terms = defaultTerms();
        bytes32 dealId = open(terms);
        assertEq(dealId, book.dealIdOf(terms, SALT), "id");
        assertEq(
            dealId,
            keccak256(abi.encode(block.chainid, address(book), consumer, SALT, keccak256(abi.encode(terms)))),
            "id by the formula"
        );
        Deal memory deal = book.dealOf(dealId);
        assertEq(uint256(deal.state), uint256(DealState.Active), "active");
        assertEq(deal.available, 15e18, "available");
        assertEq(token.balanceOf(address(book)), 15e18, "held");
    }

    function test_createDeal_withPermit_needsNoAllowance() public {
        DealTerms memory terms = defaultTerms();
        vm.prank(consumer);
        token.approve(address(book), 0);
        TokenPermit memory permit = permitFor(CONSUMER_KEY, 15e18);
        vm.prank(consumer);
        book.createDealWithPermit(terms, SALT, 15e18, permit);
        permit = permitFor(CONSUMER_KEY, 1e18);
        // Whoever saw the permit used it first: the allowance stands, so the call succeeds all the same.
        token.permit(consumer, address(book), permit.value, permit.deadline, permit.v, permit.r, permit.s);
        vm.prank(consumer);
        book.topUpWithPermit(terms, SALT, 1e18, permit);
        assertEq(token.balanceOf(address(book)), 16e18, "held");
    }

    function test_createDeal_twice_reverts() public {
        DealTerms memory terms = defaultTerms();
        bytes32 dealId = open(terms);
        assertReverts(terms, 15e18, abi.encodeWithSelector(DealExists.selector, dealId));
    }

    function test_createDeal_forAnother_reverts() public {
        DealTerms memory terms = defaultTerms();
        vm.expectRevert(abi.encodeWithSelector(DealConsumerOnly.selector, consumer, STRANGER));
        vm.prank(STRANGER);
        book.createDeal(terms, SALT, 15e18);
    }

    function test_createDeal_tokenNotAllowed_reverts() public {
        DealTerms memory terms = defaultTerms();
        terms.token = address(0xdead);
        assertReverts(terms, 15e18, abi.encodeWithSelector(DealTokenNotAllowed.selector, address(0xdead)));
    }

    function test_createDeal_feeOnTransfer_reverts() public {
        DealTerms memory terms = defaultTerms();
        FeeToken fee = new FeeToken(consumer);
        book.setTokenAllowed(address(fee), true);
        terms.token = address(fee);
        vm.prank(consumer);
        fee.approve(address(book), type(uint256).max);
        assertReverts(
            terms, 15e18, abi.encodeWithSelector(DealTokenShortfall.selector, address(fee), 15e18, 15e18 - 1)
        );
    }

    function test_createDeal_underfunded_reverts() public {
        assertReverts(
            defaultTerms(), 15e18 - 1, abi.encodeWithSelector(DealUnderfunded.selector, 15e18 - 1, 15e18)
        );
    }

    function test_createDeal_missingHash_reverts() public {
        DealTerms memory terms = defaultTerms();
        terms.criteriaHash = 0;
        assertReverts(terms, 15e18, abi.encodeWithSelector(DealTermMissing.selector, "criteriaHash"));
        terms = defaultTerms();
        terms.agreementHash = 0;
        assertReverts(terms, 15e18, abi.encodeWithSelector(DealTermMissing.selector, "agreementHash"));
        terms = defaultTerms();
        terms.purpose = 0;
        assertReverts(terms, 15e18, abi.encodeWithSelector(DealTermMissing.selector, "purpose"));
        terms = defaultTerms();
        terms.validatorHash = 0;
        assertReverts(terms, 15e18, abi.encodeWithSelector(DealTermMissing.selector, "validatorHash"));
    }

    /// @dev Game 9: nothing for nothing, and nobody where somebody must be.
    function test_game_zeroPriceOrAccount_reverts() public {
        DealTerms memory terms = defaultTerms();
        terms.tiers[0].price = 0;
        assertReverts(terms, 15e18, abi.encodeWithSelector(DealTermMissing.selector, "price"));
        terms = defaultTerms();
        terms.oracles[2] = address(0);
        assertReverts(terms, 15e18, abi.encodeWithSelector(DealTermMissing.selector, "oracles"));
        terms = defaultTerms();
        terms.stores[0] = address(0);
        assertReverts(terms, 15e18, abi.encodeWithSelector(DealTermMissing.selector, "stores"));
    }

    /// @dev Game 3: a window in which nobody could follow the chain.
    function test_game_windowBelowFinality_onlyInDevelopment() public {
        DealTerms memory terms = defaultTerms();
        terms.deliveryWindow = 3599;
        assertOutOfRange(terms, "deliveryWindow", 3599, 3600, 30 days);
        terms.deliveryWindow = 3600;
        assertOpens(terms);
        DealBook development = DealBook(shipped("dealBook", abi.encode(address(manager), true)));
        development.setTokenAllowed(address(token), true);
        vm.startPrank(consumer);
        token.approve(address(development), 15e18);
        terms.deliveryWindow = 59;
        vm.expectRevert(abi.encodeWithSelector(DealTermOutOfRange.selector, "deliveryWindow", 59, 60, 30 days));
        development.createDeal(terms, SALT, 15e18);
        terms.deliveryWindow = 60;
        development.createDeal(terms, SALT, 15e18);
        vm.stopPrank();
    }

    /// @dev Game 9: a fork that changes the chain id strands no escrow, and lends it no signature.
    function test_game_forkWithAnotherChainId_consumerStillHasTheDeal() public {
        DealTerms memory terms = defaultTerms();
        bytes32 dealId = open(terms);
        bytes32 separator = book.DOMAIN_SEPARATOR();
        vm.chainId(5);
        assertEq(book.dealIdOf(terms, SALT), dealId, "the same id");
        assertTrue(book.DOMAIN_SEPARATOR() != separator, "other signatures");
        vm.prank(consumer);
        book.close(terms, SALT);
    }

    function test_createDeal_tiersUnordered_reverts() public {
        DealTerms memory terms = defaultTerms();
        terms.tiers[1].minimumScore = 50;
        assertReverts(terms, 15e18, abi.encodeWithSelector(DealTiersUnordered.selector, 1));
        terms = defaultTerms();
        terms.tiers[1].price = LOW;
        assertReverts(terms, 15e18, abi.encodeWithSelector(DealTiersUnordered.selector, 1));
    }

    function test_createDeal_repeatedOracle_reverts() public {
        DealTerms memory terms = defaultTerms();
        terms.oracles[2] = terms.oracles[0];
        assertReverts(terms, 15e18, abi.encodeWithSelector(DealOracleRepeated.selector, terms.oracles[0]));
    }

    function test_createDeal_verifierThatIsNone_reverts() public {
        DealTerms memory terms = defaultTerms();
        terms.verifier = address(token);
        assertReverts(terms, 15e18, abi.encodeWithSelector(DealVerifierUnsupported.selector, address(token)));
        terms.verifier = STRANGER;
        assertReverts(terms, 15e18, abi.encodeWithSelector(DealVerifierUnsupported.selector, STRANGER));
    }

    function test_createDeal_quorumOfOne_onlyInDevelopment() public {
        DealTerms memory terms = defaultTerms();
        terms.quorum = 1;
        assertOutOfRange(terms, "quorum", 1, 2, 3);
        terms.quorum = 4;
        assertOutOfRange(terms, "quorum", 4, 2, 3);
        DealBook development = DealBook(shipped("dealBook", abi.encode(address(manager), true)));
        development.setTokenAllowed(address(token), true);
        vm.startPrank(consumer);
        token.approve(address(development), 15e18);
        terms.quorum = 1;
        development.createDeal(terms, SALT, 15e18);
        vm.stopPrank();
    }

    /// @dev P17: each limit, at it and past it.
    function test_createDeal_atAndPastEachLimit() public {
        DealTerms memory terms = defaultTerms();
        terms.tiers = new Tier[](0);
        assertOutOfRange(terms, "tiers", 0, 1, 8);
        terms.tiers = tiersOf(9);
        assertOutOfRange(terms, "tiers", 9, 1, 8);
        terms.tiers = tiersOf(8);
        assertOpens(terms);

        terms = defaultTerms();
        terms.maximumRecords = 0;
        assertOutOfRange(terms, "maximumRecords", 0, 1, 1_000_000);
        terms.maximumRecords = 1_000_001;
        assertOutOfRange(terms, "maximumRecords", 1_000_001, 1, 1_000_000);
        terms.maximumRecords = 1_000_000;
        assertOpens(terms);

        terms = defaultTerms();
        terms.perPersonCap = 0;
        assertOutOfRange(terms, "perPersonCap", 0, 1, 64);
        terms.perPersonCap = 65;
        assertOutOfRange(terms, "perPersonCap", 65, 1, 64);
        terms.perPersonCap = 64;
        assertOpens(terms);

        terms = defaultTerms();
        terms.commissionCapBps = 5001;
        assertOutOfRange(terms, "commissionCapBps", 5001, 0, 5000);
        terms.commissionCapBps = 5000;
        assertOpens(terms);
    }

    function test_createDeal_atAndPastEachTimeLimit() public {
        DealTerms memory terms = defaultTerms();
        terms.certificateLife = 0;
        assertOutOfRange(terms, "certificateLife", 0, 1, 3600);
        terms.certificateLife = 3601;
        assertOutOfRange(terms, "certificateLife", 3601, 1, 3600);
        terms.certificateLife = 3600;
        assertOpens(terms);

        terms = defaultTerms();
        terms.deliveryWindow = 3599;
        assertOutOfRange(terms, "deliveryWindow", 3599, 3600, 30 days);
        terms.deliveryWindow = 30 days + 1;
        assertOutOfRange(terms, "deliveryWindow", 30 days + 1, 3600, 30 days);
        terms.deliveryWindow = 30 days;
        assertOpens(terms);

        terms = defaultTerms();
        uint256 longest = block.timestamp + 5 * 365 days;
        terms.expiry = uint64(block.timestamp);
        assertOutOfRange(terms, "expiry", block.timestamp, block.timestamp + 1, longest);
        terms.expiry = uint64(longest + 1);
        assertOutOfRange(terms, "expiry", longest + 1, block.timestamp + 1, longest);

        terms = defaultTerms();
        uint256 shortest = terms.expiry + 1800 + 2 days;
        terms.retentionEnd = uint64(shortest - 1);
        assertOutOfRange(terms, "retentionEnd", shortest - 1, shortest, block.timestamp + 100 * 365 days);
        terms.retentionEnd = uint64(shortest);
        assertOpens(terms);
    }

    function test_createDeal_tooManyOraclesOrStores_reverts() public {
        DealTerms memory terms = defaultTerms();
        terms.oracles = new address[](17);
        assertOutOfRange(terms, "oracles", 17, 1, 16);
        terms = defaultTerms();
        terms.stores = new address[](0);
        assertOutOfRange(terms, "stores", 0, 1, 16);
        terms.stores = new address[](17);
        assertOutOfRange(terms, "stores", 17, 1, 16);
    }

    function test_createDeal_budgetAboveStorage_reverts() public {
        DealTerms memory terms = defaultTerms();
        assertReverts(
            terms,
            2 ** 120,
            abi.encodeWithSelector(DealTermOutOfRange.selector, "budget", 2 ** 120, 0, type(uint120).max)
        );
        terms.tiers[1].price = type(uint128).max;
        terms.maximumRecords = 1_000_000;
        uint256 required = uint256(type(uint128).max) * 1_000_000;
        assertReverts(terms, 1, abi.encodeWithSelector(DealUnderfunded.selector, 1, required));
    }

    function test_topUp_anyoneAdds_consumerGetsItBack() public {
        DealTerms memory terms = defaultTerms();
        bytes32 dealId = open(terms);
        vm.prank(consumer);
        token.transfer(STRANGER, 4e18);
        vm.startPrank(STRANGER);
        token.approve(address(book), 4e18);
        vm.expectRevert(
            abi.encodeWithSelector(DealTermOutOfRange.selector, "amount", 0, 1, type(uint120).max - 15e18)
        );
        book.topUp(terms, SALT, 0);
        book.topUp(terms, SALT, 4e18);
        vm.stopPrank();
        assertEq(book.dealOf(dealId).available, 19e18, "available");
        vm.prank(consumer);
        book.close(terms, SALT);
        // 15 may still be claimed by certificates made before the stop; the rest is back at once.
        assertEq(token.balanceOf(consumer), 1e30 - 15e18, "the consumer has it");
        vm.expectRevert(abi.encodeWithSelector(DealStateRefused.selector, dealId, DealState.Closed));
        book.topUp(terms, SALT, 1);
    }

    function assertOpens(DealTerms memory terms) internal {
        open(terms);
    }

    function assertReverts(DealTerms memory terms, uint256 budget, bytes memory reason) internal {
        vm.expectRevert(reason);
        vm.prank(consumer);
        book.createDeal(terms, SALT, budget);
    }

    function assertOutOfRange(
        DealTerms memory terms,
        string memory term,
        uint256 value,
        uint256 minimum,
        uint256 maximum
    ) internal {
        assertReverts(
            terms, 1e27, abi.encodeWithSelector(DealTermOutOfRange.selector, term, value, minimum, maximum)
        );
    }

    function tiersOf(uint256 count) internal pure returns (Tier[] memory tiers) {
        tiers = new Tier[](count);
        for (uint256 i = 0; i < count; ++i) tiers[i] = Tier(uint16(i), uint128(i + 1));
    }
}
