// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDealBookErrors} from "../../src/exchange/interfaces/IDealBookErrors.sol";
import {
    DealState,
    DealTerms,
    Payer,
    Record,
    RecordStatus
} from "../../src/exchange/types/ExchangeTypes.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ExchangeFixture} from "../support/ExchangeFixture.sol";
import {Settlement} from "../support/Settlements.sol";

/// @dev More of it than a deal can hold.
contract RichToken is ERC20("Rich", "RICH") {
    constructor(address holder) {
        _mint(holder, 2 ** 130);
    }
}

/// @dev P11, P18, P19, P20: revocation with and without a return of the payment, and who pays it back.
contract RevokeTest is ExchangeFixture, IDealBookErrors {
    uint256 internal constant PAYER_KEY = 0xdad;

    function sold() internal returns (Record memory) {
        DealTerms memory terms = defaultTerms();
        open(terms);
        Settlement memory settlement = sale(terms, 1, 1);
        settlement.relayerFee = 0.2e18;
        return settle(terms, settlement);
    }

    function statusOf(Record memory record) internal view returns (RecordStatus status) {
        (status,) = consents.recordOf(recordIdOf(record));
    }

    function stop(Record memory record) internal {
        vm.prank(provider);
        book.revoke(record, false, noPayer());
    }

    function kept(Record memory record) internal pure returns (uint256 sum) {
        for (uint256 i = 0; i < record.shares.length; ++i) sum += record.shares[i].amount / 10;
    }

    function assertReturnFails(Record memory record, Payer memory payer, bytes memory reason) internal {
        vm.expectRevert(reason);
        vm.prank(provider);
        book.revoke(record, true, payer);
        assertEq(uint256(statusOf(record)), uint256(RecordStatus.Settled), "still settled");
    }

    // ---- unwinding ----

    function test_revoke_return_givesNetAndFeeAndSharesBackToTheDeal() public {
        Record memory record = sold();
        vm.warp(record.deliveryEnd);
        give(provider, record.relayerFee);
        uint256 before = token.balanceOf(consumer);
        vm.startPrank(provider);
        token.approve(address(book), record.net + record.relayerFee);
        book.revoke(record, true, payerOf(provider));
        vm.stopPrank();
        assertEq(token.balanceOf(provider), 0, "net and the relayer's fee came from the provider");
        assertEq(token.balanceOf(consumer), before, "the deal goes on with the money");
        assertEq(book.dealOf(record.dealId).available, 15e18 - kept(record), "all but what oracles keep");
        assertEq(book.dealOf(record.dealId).records, 0, "the place is free again");
        assertEq(token.balanceOf(address(book)), 15e18, "held");
        assertEq(uint256(statusOf(record)), uint256(RecordStatus.Unwound), "unwound");
    }

    function test_revoke_return_afterTheWindow_isLate() public {
        Record memory record = sold();
        vm.warp(record.deliveryEnd + 1);
        assertReturnFails(
            record,
            payerOf(provider),
            abi.encodeWithSelector(PaymentReturnLate.selector, recordIdOf(record), record.deliveryEnd)
        );
    }

    /// @dev Game 1: a provider with a relayer of its own takes the fee and revokes. The deal loses nothing to the two of them.
    function test_game_feeOfOwnRelayer_comesBack() public {
        DealTerms memory terms = defaultTerms();
        bytes32 dealId = open(terms);
        Settlement memory settlement = sale(terms, 1, 1);
        settlement.relayerFee = 0.5e18;
        Record memory record = settle(terms, settlement);
        vm.prank(RELAYER);
        token.transfer(provider, 0.5e18);
        unwind(record);
        assertEq(token.balanceOf(provider) + token.balanceOf(RELAYER), 0, "nothing won");
        assertEq(book.dealOf(dealId).available, 15e18 - kept(record), "nothing lost but the oracles' work");
    }

    /// @dev Game 1: unwound sales do not use a deal up.
    function test_game_unwoundSales_givePlacesBack_aCompletedDealBuysAgain() public {
        DealTerms memory terms = defaultTerms();
        terms.perPersonCap = 3;
        bytes32 dealId = open(terms);
        Record[] memory records = new Record[](3);
        for (uint256 i = 0; i < 3; ++i) records[i] = settle(terms, sale(terms, 1, i));
        assertEq(uint256(book.dealOf(dealId).state), uint256(DealState.Completed), "completed");
        for (uint256 i = 0; i < 3; ++i) unwind(records[i]);
        assertEq(uint256(book.dealOf(dealId).state), uint256(DealState.Active), "the deal buys again");
        assertEq(book.dealOf(dealId).records, 0, "three places");
        // The person's places and the records' tags stay used,
        assertRefused(
            terms, sale(terms, 1, 9), abi.encodeWithSelector(PersonTagOverCap.selector, records[0].personTag, 3)
        );
        assertRefused(terms, sale(terms, 2, 0), abi.encodeWithSelector(RecordTagUsed.selector, recordIdOf(records[0])));
        // somebody else sells, until the budget, which oracles kept a part of, no longer holds a price.
        settle(terms, sale(terms, 2, 9));
        settle(terms, sale(terms, 3, 10));
        uint256 available = book.dealOf(dealId).available;
        assertRefused(terms, sale(terms, 4, 11), abi.encodeWithSelector(DealBudgetShort.selector, HIGH, available));
        vm.prank(consumer);
        book.topUp(terms, SALT, HIGH - available);
        settle(terms, sale(terms, 4, 11));
        assertEq(book.dealOf(dealId).available, 0, "spent to the unit");
    }

    function test_revoke_return_pausedAndCompleted_staysPaused() public {
        DealTerms memory terms = defaultTerms();
        terms.maximumRecords = 1;
        bytes32 dealId = open(terms);
        Settlement memory settlement = sale(terms, 1, 1);
        vm.prank(consumer);
        book.pause(terms, SALT);
        Record memory record = settle(terms, settlement);
        unwind(record);
        assertEq(uint256(book.dealOf(dealId).state), uint256(DealState.Paused), "paused as before");
        vm.prank(consumer);
        book.resume(terms, SALT);
    }

    function test_revoke_return_dealThatHasEnded_consumerHasTheMoneyAtOnce() public {
        DealTerms memory terms = defaultTerms();
        bytes32 dealId = open(terms);
        Record memory record = settle(terms, sale(terms, 1, 1));
        vm.prank(consumer);
        book.close(terms, SALT);
        uint256 before = token.balanceOf(consumer);
        unwind(record);
        assertEq(token.balanceOf(consumer), before + record.price - kept(record), "at once");
        assertEq(book.dealOf(dealId).records, 1, "nobody gets its place");
        assertEq(uint256(book.dealOf(dealId).state), uint256(DealState.Closed), "closed");
    }

    /// @dev A deal that ended stays ended when its last certificate fills it, and when that sale is undone.
    function test_settle_lastRecordOfAClosedDeal_doesNotReopenByUnwinding() public {
        DealTerms memory terms = defaultTerms();
        terms.maximumRecords = 1;
        bytes32 dealId = open(terms);
        Settlement memory settlement = sale(terms, 1, 1);
        vm.prank(consumer);
        book.close(terms, SALT);
        Record memory record = settle(terms, settlement);
        assertEq(uint256(book.dealOf(dealId).state), uint256(DealState.Closed), "closed and full");
        unwind(record);
        assertEq(uint256(book.dealOf(dealId).state), uint256(DealState.Closed), "closed");
        assertEq(token.balanceOf(consumer), 1e30 - kept(record), "money back");
    }

    function test_revoke_return_dealWithoutRoom_paysTheConsumer() public {
        RichToken rich = new RichToken(consumer);
        book.setTokenAllowed(address(rich), true);
        DealTerms memory terms = defaultTerms();
        terms.token = address(rich);
        vm.prank(consumer);
        rich.approve(address(book), type(uint256).max);
        bytes32 dealId = open(terms);
        Record memory record = settle(terms, sale(terms, 1, 1));
        uint256 back = record.price - kept(record);
        uint256 available = book.dealOf(dealId).available;
        vm.prank(consumer);
        book.topUp(terms, SALT, type(uint120).max - available - back + 1);
        uint256 before = rich.balanceOf(consumer);
        unwind(record);
        assertEq(rich.balanceOf(consumer), before + back, "paid out");
        assertEq(book.dealOf(dealId).records, 1, "nobody gets its place");
        record = settle(terms, sale(terms, 2, 2));
        unwind(record);
        assertEq(book.dealOf(dealId).records, 1, "with room again, its place is free");
    }

    function test_revoke_return_bySignatureAndPermit_providerHoldsNoEther() public {
        Record memory record = sold();
        give(provider, record.relayerFee);
        uint64 until = uint64(block.timestamp + 60);
        bytes memory signed = signature(PROVIDER_KEY, book.hashRevokeConsent(recordIdOf(record), true, until));
        Payer memory payer = payerOf(provider);
        payer.permit = permitFor(PROVIDER_KEY, record.net + record.relayerFee);
        vm.prank(STRANGER);
        book.revokeWithSignature(record, true, payer, until, signed);
        assertEq(token.balanceOf(provider), 0, "gone back");
        assertEq(uint256(statusOf(record)), uint256(RecordStatus.Unwound), "unwound");
    }

    function test_revoke_return_moneyNotThere_saysHowMuch() public {
        Record memory record = sold();
        uint256 required = uint256(record.net) + record.relayerFee;
        assertReturnFails(
            record,
            payerOf(provider),
            abi.encodeWithSelector(PaymentReturnShort.selector, provider, required, 0)
        );
        vm.prank(provider);
        token.approve(address(book), type(uint256).max);
        assertReturnFails(
            record,
            payerOf(provider),
            abi.encodeWithSelector(PaymentReturnShort.selector, provider, required, record.net)
        );
        give(provider, record.relayerFee);
        vm.prank(provider);
        token.approve(address(book), required - 1);
        assertReturnFails(
            record,
            payerOf(provider),
            abi.encodeWithSelector(PaymentReturnShort.selector, provider, required, required - 1)
        );
    }

    function test_revoke_return_tagsStayUsed() public {
        DealTerms memory terms = defaultTerms();
        terms.perPersonCap = 1;
        open(terms);
        Record memory record = settle(terms, sale(terms, 1, 1));
        unwind(record);
        assertRefused(terms, sale(terms, 1, 1), abi.encodeWithSelector(RecordTagUsed.selector, recordIdOf(record)));
        assertRefused(
            terms, sale(terms, 1, 2), abi.encodeWithSelector(PersonTagOverCap.selector, record.personTag, 1)
        );
    }

    function test_revoke_afterUnwinding_reverts() public {
        Record memory record = sold();
        give(provider, record.relayerFee);
        unwind(record);
        bytes memory reason =
            abi.encodeWithSelector(RecordStatusRefused.selector, recordIdOf(record), RecordStatus.Unwound);
        vm.startPrank(provider);
        vm.expectRevert(reason);
        book.revoke(record, true, payerOf(provider));
        vm.expectRevert(reason);
        book.revoke(record, false, noPayer());
        vm.stopPrank();
    }

    // ---- who pays ----

    /// @dev Game 5: a consent may pay anybody; nobody who did not sign for this record is pulled from.
    function test_game_allowanceAndCreditOfAThirdParty_areNeverTouched() public {
        DealTerms memory terms = defaultTerms();
        open(terms);
        address victim = vm.addr(PAYER_KEY);
        Settlement memory settlement = sale(terms, 1, 1);
        settlement.consent.payout = victim;
        Record memory record = settle(terms, signConsent(settlement));
        vm.prank(victim);
        token.approve(address(book), type(uint256).max);
        assertReturnFails(
            record, payerOf(victim), abi.encodeWithSelector(PaymentReturnExpired.selector, 0, block.timestamp)
        );
        Payer memory payer = payerOf(victim);
        payer.signedUntil = uint64(block.timestamp);
        payer.signature =
            signature(PROVIDER_KEY, book.hashReturnPayment(recordIdOf(record), record.net, payer.signedUntil));
        assertReturnFails(record, payer, abi.encodeWithSelector(PaymentReturnUnsigned.selector, victim));
        assertEq(token.balanceOf(victim), record.net, "what was paid stays");
    }

    function test_revoke_return_payerThatSigned_paysForThisRecordAndAmountOnly() public {
        DealTerms memory terms = defaultTerms();
        open(terms);
        Record memory record = settle(terms, sale(terms, 1, 1));
        Record memory other = settle(terms, sale(terms, 2, 2));
        address account = vm.addr(PAYER_KEY);
        give(account, 10e18);
        vm.prank(account);
        token.approve(address(book), type(uint256).max);
        uint64 until = uint64(block.timestamp + 60);
        bytes memory unsigned = abi.encodeWithSelector(PaymentReturnUnsigned.selector, account);
        Payer memory payer = payerOf(account);
        payer.signedUntil = until;
        payer.signature = signature(PAYER_KEY, book.hashReturnPayment(recordIdOf(other), record.net, until));
        assertReturnFails(record, payer, unsigned);
        payer.signature = signature(PAYER_KEY, book.hashReturnPayment(recordIdOf(record), record.net + 1, until));
        assertReturnFails(record, payer, unsigned);
        payer.signature = signature(PAYER_KEY, book.hashReturnPayment(recordIdOf(record), record.net, until));
        payer.signedUntil = until + 1;
        assertReturnFails(record, payer, unsigned);
        payer.signedUntil = until;
        vm.warp(until + 1);
        assertReturnFails(record, payer, abi.encodeWithSelector(PaymentReturnExpired.selector, until, until + 1));
        vm.warp(until);
        vm.prank(provider);
        book.revoke(record, true, payer);
        assertEq(token.balanceOf(account), 10e18 - record.net, "paid by who signed");
    }

    function test_revoke_return_caller_paysForTheProvider() public {
        Record memory record = sold();
        uint256 amount = uint256(record.net) + record.relayerFee;
        give(STRANGER, amount);
        uint64 until = uint64(block.timestamp);
        bytes memory signed = signature(PROVIDER_KEY, book.hashRevokeConsent(recordIdOf(record), true, until));
        vm.startPrank(STRANGER);
        token.approve(address(book), amount);
        book.revokeWithSignature(record, true, payerOf(STRANGER), until, signed);
        vm.stopPrank();
        assertEq(token.balanceOf(STRANGER), 0, "the caller paid");
        assertEq(token.balanceOf(provider), record.net, "the provider did not");
    }

    // ---- stopping ----

    /// @dev Game 6: a stop never hangs on a balance, inside the window or after it, and moves nothing.
    function testFuzz_revoke_stop_alwaysPossible_movesNothing(uint32 later) public {
        Record memory record = sold();
        vm.warp(block.timestamp + later);
        vm.prank(provider);
        token.transfer(STRANGER, record.net);
        uint256 before = token.balanceOf(consumer);
        stop(record);
        assertEq(token.balanceOf(consumer), before, "nothing goes back");
        assertEq(token.balanceOf(address(book)), 15e18 - record.net - record.relayerFee, "nothing moves");
        assertEq(uint256(statusOf(record)), uint256(RecordStatus.Revoked), "stopped");
        vm.warp(uint256(record.deliveryEnd) + 1 + later);
        Record[] memory records = new Record[](1);
        records[0] = record;
        vm.prank(oracles[0]);
        book.withdrawShares(records);
        assertEq(token.balanceOf(oracles[0]), record.shares[0].amount, "oracles are paid");
    }

    /// @dev Nobody takes the money and leaves the consumer with nothing: a stop voids no claim, made before it or after.
    function test_revoke_stop_delivery_goesOnAsIfSettled() public {
        Record memory record = sold();
        stop(record);
        claim(record);
        post(record, 0);
        vm.warp(block.timestamp + 1 days + 1);
        uint256 before = token.balanceOf(consumer);
        book.refundDelivery(record);
        uint256 lost = record.shares[1].amount - record.shares[1].amount / 10;
        assertEq(token.balanceOf(consumer), before + 2 * (lost + record.price / 7), "unanswered parts");
    }

    function test_revoke_stop_twice_reverts_butTheMoneyMayStillReturn() public {
        Record memory record = sold();
        stop(record);
        vm.expectRevert(
            abi.encodeWithSelector(RecordStatusRefused.selector, recordIdOf(record), RecordStatus.Revoked)
        );
        vm.prank(provider);
        book.revoke(record, false, noPayer());
        give(provider, record.relayerFee);
        unwind(record);
        assertEq(uint256(statusOf(record)), uint256(RecordStatus.Unwound), "unwound");
    }

    function test_revoke_byAnother_reverts() public {
        Record memory record = sold();
        vm.expectRevert(abi.encodeWithSelector(RecordProviderOnly.selector, provider, consumer));
        vm.prank(consumer);
        book.revoke(record, false, noPayer());
    }

    /// @dev A relayer can't turn one kind of revocation into the other, use it late or for another record.
    function test_revokeWithSignature_changedOrExpired_reverts() public {
        Record memory record = sold();
        uint64 until = uint64(block.timestamp);
        bytes memory invalid = abi.encodeWithSelector(RevocationSignatureInvalid.selector, provider);
        for (uint256 i = 0; i < 2; ++i) {
            bool withReturn = i == 1;
            bytes32 digest = book.hashRevokeConsent(recordIdOf(record), withReturn, until);
            bytes memory signed = signature(CONSUMER_KEY, digest);
            vm.expectRevert(invalid);
            book.revokeWithSignature(record, withReturn, noPayer(), until, signed);
            signed = signature(PROVIDER_KEY, digest);
            vm.expectRevert(invalid);
            book.revokeWithSignature(record, !withReturn, noPayer(), until, signed);
            vm.expectRevert(invalid);
            book.revokeWithSignature(record, withReturn, noPayer(), until + 1, signed);
            vm.warp(until + 1);
            vm.expectRevert(abi.encodeWithSelector(RevocationExpired.selector, until, until + 1));
            book.revokeWithSignature(record, withReturn, noPayer(), until, signed);
            vm.warp(until);
        }
        bytes memory good = signature(PROVIDER_KEY, book.hashRevokeConsent(recordIdOf(record), false, until));
        vm.prank(STRANGER);
        book.revokeWithSignature(record, false, noPayer(), until, good);
        assertEq(uint256(statusOf(record)), uint256(RecordStatus.Revoked), "stopped");
    }

    /// @dev P2: whoever changes one word of a record finds that it is none.
    function testFuzz_revoke_changedRecord_reverts(uint8 field, bytes32 noise) public {
        Record memory record = sold();
        bytes32 before = keccak256(abi.encode(record));
        field = field % 13;
        if (field == 0) record.net = uint128(uint256(noise));
        if (field == 1) record.payout = address(uint160(uint256(noise)));
        if (field == 2) record.shares[0].amount = uint128(uint256(noise));
        if (field == 3) record.shares[0].oracle = address(uint160(uint256(noise)));
        if (field == 4) record.deliveryEnd = uint64(uint256(noise));
        if (field == 5) record.consumer = address(uint160(uint256(noise)));
        if (field == 6) record.token = address(uint160(uint256(noise)));
        if (field == 7) record.personTag = noise;
        if (field == 8) record.ordinal = uint16(uint256(noise));
        if (field == 9) record.dealId = noise;
        if (field == 10) record.settledAt = uint64(uint256(noise));
        if (field == 11) record.relayerFee = uint128(uint256(noise));
        if (field == 12) record.price = uint128(uint256(noise));
        vm.assume(keccak256(abi.encode(record)) != before);
        bytes memory reason = abi.encodeWithSelector(RecordUnknown.selector, recordIdOf(record));
        for (uint256 i = 0; i < 2; ++i) {
            vm.expectRevert(reason);
            vm.prank(record.provider);
            book.revoke(record, i == 0, payerOf(record.provider));
        }
        vm.expectRevert(reason);
        vm.prank(record.consumer);
        book.claimDelivery(record, noPermit());
        vm.expectRevert(reason);
        book.refundDelivery(record);
        Record[] memory records = new Record[](1);
        records[0] = record;
        vm.expectRevert(reason);
        vm.prank(record.shares[0].oracle);
        book.withdrawShares(records);
    }
}
