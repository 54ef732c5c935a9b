// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IDealBookErrors} from "../../src/exchange/interfaces/IDealBookErrors.sol";
import {DealTerms, Record} from "../../src/exchange/types/ExchangeTypes.sol";
import {ExchangeFixture} from "../support/ExchangeFixture.sol";
import {Settlement} from "../support/Settlements.sol";
import {CallbackToken, MoodyToken} from "../support/Tokens.sol";

/// @dev P12, P14: receivers that refuse, tokens that call back.
contract TokensTest is ExchangeFixture, IDealBookErrors {
    function openWith(ERC20 other) internal returns (DealTerms memory terms) {
        book.setTokenAllowed(address(other), true);
        terms = defaultTerms();
        terms.token = address(other);
        vm.prank(consumer);
        other.approve(address(book), type(uint256).max);
        open(terms);
    }

    /// @dev However a receiver refuses, they alone wait; a credit keeps the money.
    function test_settle_payoutThatRefuses_becomesCredit() public {
        MoodyToken moody = new MoodyToken(consumer);
        DealTerms memory terms = openWith(moody);
        MoodyToken.Mood[4] memory moods = [
            MoodyToken.Mood.Reverts,
            MoodyToken.Mood.AnswersFalse,
            MoodyToken.Mood.BurnsGas,
            MoodyToken.Mood.AnswersAtLength
        ];
        terms.maximumRecords = 4;
        open(terms);
        for (uint256 i = 0; i < moods.length; ++i) {
            address payout = address(uint160(0xbad0 + i));
            moody.setMood(payout, moods[i]);
            Settlement memory settlement = sale(terms, i, i);
            settlement.consent.payout = payout;
            Record memory record = settle(terms, signConsent(settlement));
            assertEq(moody.balanceOf(payout), 0, "not pushed");
            assertEq(book.creditOf(address(moody), payout), record.net, "credited");
            moody.setMood(payout, MoodyToken.Mood.Fine);
            vm.expectRevert(abi.encodeWithSelector(CreditOwnerOnly.selector, payout, STRANGER));
            vm.prank(STRANGER);
            book.withdrawCredit(address(moody), payout, STRANGER);
            vm.prank(STRANGER);
            book.withdrawCredit(address(moody), payout, payout);
            assertEq(moody.balanceOf(payout), record.net, "withdrawn");
            vm.expectRevert(abi.encodeWithSelector(CreditEmpty.selector, address(moody), payout));
            vm.prank(payout);
            book.withdrawCredit(address(moody), payout, STRANGER);
        }
    }

    function test_withdrawCredit_ownerNamesAnotherReceiver() public {
        MoodyToken moody = new MoodyToken(consumer);
        DealTerms memory terms = openWith(moody);
        moody.setMood(provider, MoodyToken.Mood.Reverts);
        Record memory record = settle(terms, sale(terms, 1, 1));
        vm.prank(provider);
        book.withdrawCredit(address(moody), provider, STRANGER);
        assertEq(moody.balanceOf(STRANGER), record.net, "sent elsewhere");
    }

    /// @dev Too little gas for a push is the relayer's fault, not the receiver's.
    function test_settle_relayerGivesTooLittleGas_revertsInsteadOfCrediting() public {
        DealTerms memory terms = defaultTerms();
        open(terms);
        bytes[] memory settlements = list(sale(terms, 1, 1));
        bool seen = false;
        for (uint256 gas = 150_000; gas < 600_000; gas += 5000) {
            try book.settle{gas: gas}(terms, SALT, settlements, "", true) {
                assertTrue(seen, "refused for its gas before");
                assertEq(book.creditOf(address(token), provider), 0, "paid, not credited");
                assertTrue(token.balanceOf(provider) != 0, "paid");
                return;
            } catch (bytes memory reason) {
                if (bytes4(reason) == PushGasInsufficient.selector) seen = true;
                assertEq(token.balanceOf(provider), 0, "nothing paid");
            }
        }
        revert("never settled");
    }

    function test_close_consumerThatRefuses_isCreditedAndBlocksNobody() public {
        MoodyToken moody = new MoodyToken(consumer);
        DealTerms memory terms = openWith(moody);
        Record memory record = settle(terms, sale(terms, 1, 1));
        moody.setMood(consumer, MoodyToken.Mood.Reverts);
        // The provider can revoke although the consumer refuses their money back.
        vm.startPrank(provider);
        moody.approve(address(book), record.net);
        book.revoke(record, true, payerOf(provider));
        vm.stopPrank();
        vm.warp(terms.expiry + terms.certificateLife + 1);
        book.expire(terms, SALT);
        uint256 kept = 3 * (record.shares[0].amount / 10);
        assertEq(book.creditOf(address(moody), consumer), 15e18 - kept, "refunded into a credit");
        assertEq(moody.balanceOf(address(book)), 15e18, "held for it and for the oracles");
    }

    /// @dev What the provider never received is taken from their credit, not from them.
    function test_revoke_creditedPayout_usesTheCredit() public {
        MoodyToken moody = new MoodyToken(consumer);
        DealTerms memory terms = openWith(moody);
        moody.setMood(provider, MoodyToken.Mood.Reverts);
        Record memory record = settle(terms, sale(terms, 1, 1));
        vm.prank(provider);
        book.revoke(record, true, payerOf(provider));
        assertEq(book.creditOf(address(moody), provider), 0, "credit used");
        uint256 kept = 3 * (record.shares[0].amount / 10);
        assertEq(book.dealOf(record.dealId).available, 15e18 - kept, "the deal has its money");
        assertEq(moody.balanceOf(address(book)), 15e18, "budget and what oracles keep");
    }

    /// @dev P14: no function that moves money can be entered while another moves it.
    function test_settle_tokenThatCallsBack_isKeptOut() public {
        CallbackToken callback = new CallbackToken(consumer);
        DealTerms memory terms = openWith(callback);
        Settlement memory first = sale(terms, 1, 1);
        Settlement memory second = sale(terms, 2, 2);
        Record memory record = settle(terms, first);
        Record[] memory records = new Record[](1);
        records[0] = record;
        bytes[10] memory calls = [
            abi.encodeCall(book.settle, (terms, SALT, list(second), "", false)),
            abi.encodeCall(book.withdrawShares, (records)),
            abi.encodeCall(book.close, (terms, SALT)),
            abi.encodeCall(book.refund, (terms, SALT)),
            abi.encodeCall(book.topUp, (terms, SALT, 1)),
            abi.encodeCall(book.revoke, (record, true, payerOf(provider))),
            abi.encodeCall(book.withdrawCredit, (address(callback), provider, provider)),
            abi.encodeCall(book.refundDelivery, (record)),
            abi.encodeCall(book.claimDelivery, (record, noPermit())),
            abi.encodeCall(book.postDelivery, (record, answerOf(record, 0)))
        ];
        terms.maximumRecords = 10;
        open(terms);
        for (uint256 i = 0; i < calls.length; ++i) {
            callback.arm(address(book), calls[i]);
            Settlement memory settlement = sale(terms, 10 + i, 10 + i);
            settlement.consent.payout = address(uint160(0xca11 + i));
            uint256 held = callback.balanceOf(address(book));
            Record memory paid = settle(terms, signConsent(settlement));
            assertTrue(callback.called() && !callback.succeeded(), "called back and refused");
            assertEq(callback.balanceOf(address(book)), held - paid.net, "paid once");
            bytes4 guard = ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector;
            assertEq(bytes32(bytes4(callback.answer())), bytes32(guard), "by the guard");
        }
    }
}
