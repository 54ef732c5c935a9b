// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDealBookErrors} from "../../src/exchange/interfaces/IDealBookErrors.sol";
import {
    DealTerms,
    DeliveryAnswer,
    Record,
    RecordStatus,
    TokenPermit
} from "../../src/exchange/types/ExchangeTypes.sol";
import {ExchangeFixture} from "../support/ExchangeFixture.sol";

/// @dev P12, P13, P21, P22: oracle shares, the claim of delivery with its bond, and what answers it.
contract DeliveryTest is ExchangeFixture, IDealBookErrors {
    function sold() internal returns (Record memory) {
        DealTerms memory terms = defaultTerms();
        open(terms);
        return settle(terms, sale(terms, 1, 1));
    }

    function one(Record memory record) internal pure returns (Record[] memory records) {
        records = new Record[](1);
        records[0] = record;
    }

    function withdraw(Record memory record, uint256 oracle) internal {
        vm.prank(oracles[oracle]);
        book.withdrawShares(one(record));
    }

    function assertLocked(Record memory record, uint256 oracle, uint256 until) internal {
        vm.expectRevert(abi.encodeWithSelector(DeliveryWindowOpen.selector, recordIdOf(record), until));
        withdraw(record, oracle);
    }

    /// @dev What an oracle keeps of its share whatever happens.
    function kept(Record memory record) internal pure returns (uint256) {
        return record.shares[0].amount / 10;
    }

    function bondPart(Record memory record) internal pure returns (uint256) {
        return record.price / 7;
    }

    function test_withdrawShares_lockedUntilTheWindowEnds_onceEach() public {
        Record memory record = sold();
        vm.warp(record.deliveryEnd);
        assertLocked(record, 0, record.deliveryEnd);
        vm.warp(record.deliveryEnd + 1);
        for (uint256 i = 0; i < 3; ++i) {
            withdraw(record, i);
            assertEq(token.balanceOf(oracles[i]), record.shares[i].amount, "share");
            vm.expectRevert(abi.encodeWithSelector(ShareUnavailable.selector, recordIdOf(record), oracles[i]));
            withdraw(record, i);
        }
        assertEq(token.balanceOf(address(book)), 10e18, "only the budget of two records is left");
    }

    function test_withdrawShares_byAnother_reverts() public {
        Record memory record = sold();
        vm.warp(record.deliveryEnd + 1);
        vm.expectRevert(abi.encodeWithSelector(RecordOracleUnknown.selector, recordIdOf(record), STRANGER));
        vm.prank(STRANGER);
        book.withdrawShares(one(record));
    }

    function test_withdrawShares_sameRecordTwiceInOneCall_reverts() public {
        Record memory record = sold();
        vm.warp(record.deliveryEnd + 1);
        Record[] memory records = new Record[](2);
        (records[0], records[1]) = (record, record);
        vm.expectRevert(abi.encodeWithSelector(ShareUnavailable.selector, recordIdOf(record), oracles[0]));
        vm.prank(oracles[0]);
        book.withdrawShares(records);
    }

    // ---- claims ----

    function test_claimDelivery_answeredByAll_eachTakesItsPartOfTheBond_sharesArePaid() public {
        Record memory record = sold();
        uint256 before = token.balanceOf(consumer);
        claim(record);
        assertEq(token.balanceOf(consumer), before - 3 * bondPart(record), "the bond");
        uint256 answerBy = block.timestamp + 1 days;
        for (uint256 i = 0; i < 3; ++i) {
            post(record, i);
            assertEq(token.balanceOf(oracles[i]), bondPart(record), "paid for the answer");
        }
        vm.warp(answerBy + 1);
        vm.expectRevert(abi.encodeWithSelector(RefundEmpty.selector, recordIdOf(record)));
        book.refundDelivery(record);
        for (uint256 i = 0; i < 3; ++i) withdraw(record, i);
        assertEq(token.balanceOf(oracles[2]), bondPart(record) + record.shares[2].amount, "share");
        assertEq(token.balanceOf(address(book)), 10e18, "paid out");
    }

    function test_claimDelivery_unanswered_consumerGetsThoseSharesAndTheBondBack() public {
        Record memory record = sold();
        uint256 before = token.balanceOf(consumer);
        vm.warp(record.deliveryEnd);
        claim(record);
        uint256 answerBy = block.timestamp + 1 days;
        vm.warp(answerBy);
        // The last second of the window is in time.
        post(record, 1);
        vm.expectRevert(abi.encodeWithSelector(DeliveryAnswerPending.selector, recordIdOf(record), answerBy));
        book.refundDelivery(record);
        vm.warp(answerBy + 1);
        DeliveryAnswer memory late = answerOf(record, 0);
        vm.expectRevert(abi.encodeWithSelector(DeliveryAnswerLate.selector, recordIdOf(record), answerBy));
        vm.prank(oracles[0]);
        book.postDelivery(record, late);
        vm.prank(STRANGER);
        book.refundDelivery(record);
        uint256 lost = 2 * (record.shares[0].amount - kept(record));
        assertEq(token.balanceOf(consumer), before - bondPart(record) + lost, "two shares, two parts of the bond");
        assertEq(token.balanceOf(provider), record.net, "the provider keeps what it was paid");
        vm.expectRevert(abi.encodeWithSelector(RefundEmpty.selector, recordIdOf(record)));
        book.refundDelivery(record);
        // Who did not answer keeps what is never refunded, and no more.
        withdraw(record, 0);
        assertEq(token.balanceOf(oracles[0]), kept(record), "paid for the check");
        vm.expectRevert(abi.encodeWithSelector(ShareUnavailable.selector, recordIdOf(record), oracles[0]));
        withdraw(record, 0);
        withdraw(record, 1);
        withdraw(record, 2);
        assertEq(token.balanceOf(address(book)), 10e18, "nothing stays behind");
    }

    /// @dev In whatever order they come, refund and shares are what they are.
    function test_claimDelivery_unanswered_shareBeforeRefund() public {
        Record memory record = sold();
        claim(record);
        vm.warp(block.timestamp + 1 days + 1);
        for (uint256 i = 0; i < 3; ++i) withdraw(record, i);
        uint256 before = token.balanceOf(consumer);
        book.refundDelivery(record);
        assertEq(
            token.balanceOf(consumer),
            before + 3 * (record.shares[0].amount - kept(record) + bondPart(record)),
            "refunded"
        );
        assertEq(token.balanceOf(address(book)), 10e18, "nothing stays behind");
    }

    function test_claimDelivery_onlyConsumer_onlyOnce() public {
        Record memory record = sold();
        vm.expectRevert(abi.encodeWithSelector(RecordConsumerOnly.selector, consumer, STRANGER));
        vm.prank(STRANGER);
        book.claimDelivery(record, noPermit());
        uint256 answerBy = block.timestamp + 1 days;
        claim(record);
        vm.expectRevert(abi.encodeWithSelector(DeliveryClaimed.selector, recordIdOf(record), answerBy));
        claim(record);
    }

    /// @dev Game 7: a claim on everything is not a free discount.
    function test_game_claimWithoutItsBond_reverts_andAPermitCarriesIt() public {
        Record memory record = sold();
        vm.prank(consumer);
        token.approve(address(book), 3 * bondPart(record) - 1);
        vm.expectRevert();
        vm.prank(consumer);
        book.claimDelivery(record, noPermit());
        TokenPermit memory permit = permitFor(CONSUMER_KEY, 3 * bondPart(record));
        vm.prank(consumer);
        book.claimDelivery(record, permit);
    }

    function test_claimDelivery_afterTheWindow_reverts() public {
        Record memory record = sold();
        vm.warp(record.deliveryEnd + 1);
        vm.expectRevert(
            abi.encodeWithSelector(DeliveryWindowEnded.selector, recordIdOf(record), record.deliveryEnd)
        );
        claim(record);
    }

    function test_claimDelivery_afterUnwinding_reverts() public {
        Record memory record = sold();
        unwind(record);
        vm.expectRevert(
            abi.encodeWithSelector(RecordStatusRefused.selector, recordIdOf(record), RecordStatus.Unwound)
        );
        claim(record);
    }

    // ---- answers ----

    function test_postDelivery_checks() public {
        Record memory record = sold();
        bytes32 recordId = recordIdOf(record);
        DeliveryAnswer memory answer = answerOf(record, 0);
        vm.expectRevert(abi.encodeWithSelector(DeliveryNotClaimed.selector, recordId));
        vm.prank(oracles[0]);
        book.postDelivery(record, answer);
        vm.expectRevert(abi.encodeWithSelector(DeliveryNotClaimed.selector, recordId));
        book.refundDelivery(record);
        claim(record);
        // Another account can't post what the oracle signed, nor sign for it.
        vm.expectRevert(abi.encodeWithSelector(DeliveryStatementInvalid.selector, STRANGER));
        vm.prank(STRANGER);
        book.postDelivery(record, answer);
        DeliveryAnswer memory own = signAnswer(record, answerOf(record, 0), CONSUMER_KEY);
        vm.expectRevert(abi.encodeWithSelector(RecordOracleUnknown.selector, recordId, consumer));
        vm.prank(consumer);
        book.postDelivery(record, own);
        vm.startPrank(oracles[0]);
        book.postDelivery(record, answer);
        vm.expectRevert(abi.encodeWithSelector(DeliveryAnswered.selector, recordId, oracles[0]));
        book.postDelivery(record, answer);
        vm.stopPrank();
    }

    /// @dev Game 7: what is posted is what the oracle signed as its release, to the last byte.
    function test_game_answerIsBoundToTheStatement() public {
        Record memory record = sold();
        claim(record);
        bytes memory invalid = abi.encodeWithSelector(DeliveryStatementInvalid.selector, oracles[0]);
        for (uint256 i = 0; i < 5; ++i) {
            DeliveryAnswer memory answer = answerOf(record, 0);
            if (i == 0) answer.envelope[10] = "B";
            if (i == 1) answer.consumerKeyHash = keccak256("another key");
            if (i == 2) answer.blockNumber += 1;
            if (i == 3) answer.signature = signature(signerKey(0), keccak256("else"));
            if (i == 4) {
                answer.blockNumber = uint64(block.number + 1);
                answer = signAnswer(record, answer, operatorKey(0));
            }
            vm.expectRevert(invalid);
            vm.prank(oracles[0]);
            book.postDelivery(record, answer);
        }
    }

    /// @dev Game 7: a byte is not an answer; only the exact form of an envelope is.
    function test_game_answerHasTheFormOfAnEnvelope() public {
        Record memory record = sold();
        claim(record);
        string memory enc = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        string memory wrapped = "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz-_09";
        assertForm(record, hex"01");
        assertForm(record, "");
        assertForm(record, envelopeOf(string.concat(enc, "A"), "0", "did:a#1", wrapped));
        assertForm(record, envelopeOf("AAAA", "0", "did:a#1", wrapped));
        assertForm(record, envelopeOf("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA+", "0", "did:a#1", wrapped));
        assertForm(record, envelopeOf(enc, "", "did:a#1", wrapped));
        assertForm(record, envelopeOf(enc, "x", "did:a#1", wrapped));
        assertForm(record, envelopeOf(enc, "12345678901234567", "did:a#1", wrapped));
        assertForm(record, envelopeOf(enc, "0", "", wrapped));
        assertForm(record, envelopeOf(enc, "0", 'a"b', wrapped));
        assertForm(record, envelopeOf(enc, "0", "a\\b", wrapped));
        assertForm(record, envelopeOf(enc, "0", "a b", wrapped));
        assertForm(record, envelopeOf(enc, "0", string(new bytes(257)), wrapped));
        assertForm(record, envelopeOf(enc, "0", "did:a#1", string.concat(wrapped, "A")));
        assertForm(record, envelopeOf(enc, "0", "did:a#1", enc));
        bytes memory good = envelopeOf(enc, "1234567890123456", "~", wrapped);
        for (uint256 i = 0; i < good.length; ++i) {
            // Every character that is not a part stands where it must.
            if (good[i] != '"' && good[i] != "{" && good[i] != "}" && good[i] != ":" && good[i] != ",") continue;
            bytes memory bent = bytes.concat(good);
            bent[i] = " ";
            assertForm(record, bent);
        }
        postEnvelope(record, 0, good);
        postEnvelope(record, 1, envelopeOf(enc, "0", string(filled(256)), wrapped));
    }

    function filled(uint256 size) internal pure returns (bytes memory text) {
        text = new bytes(size);
        for (uint256 i = 0; i < size; ++i) text[i] = "k";
    }

    function assertForm(Record memory record, bytes memory envelope) internal {
        DeliveryAnswer memory answer = answerOf(record, 0);
        answer.envelope = envelope;
        answer = signAnswer(record, answer, operatorKey(0));
        vm.expectRevert(abi.encodeWithSelector(DeliveryEnvelopeInvalid.selector, envelope.length));
        vm.prank(oracles[0]);
        book.postDelivery(record, answer);
    }

    function postEnvelope(Record memory record, uint256 oracle, bytes memory envelope) internal {
        DeliveryAnswer memory answer = answerOf(record, oracle);
        answer.envelope = envelope;
        answer = signAnswer(record, answer, operatorKey(oracle));
        vm.prank(oracles[oracle]);
        book.postDelivery(record, answer);
    }

    /// @dev Game 4: a consumer without a key at the settlement can claim, and takes nothing by it: the oracle's signed word is an answer, and
    /// the bond pays for it.
    function test_game_noKeyInForce_isAnAnswer_andCarriesNoEnvelope() public {
        Record memory record = sold();
        claim(record);
        DeliveryAnswer memory answer = answerOf(record, 0);
        answer.consumerKeyHash = 0;
        answer = signAnswer(record, answer, operatorKey(0));
        vm.expectRevert(abi.encodeWithSelector(DeliveryEnvelopeInvalid.selector, answer.envelope.length));
        vm.prank(oracles[0]);
        book.postDelivery(record, answer);
        answer.envelope = "";
        answer = signAnswer(record, answer, operatorKey(0));
        vm.prank(oracles[0]);
        book.postDelivery(record, answer);
        vm.warp(block.timestamp + 1 days + 1);
        withdraw(record, 0);
        assertEq(token.balanceOf(oracles[0]), bondPart(record) + record.shares[0].amount, "it costs the oracle nothing");
    }

    // ---- revocation of what is claimed ----

    /// @dev Game 2: a pending claim keeps the way back open, and shares locked, until its deadline.
    function test_game_pendingClaim_unwindsUntilItsDeadline_sharesLockedUntilThen() public {
        Record memory record = sold();
        vm.warp(record.deliveryEnd);
        claim(record);
        uint256 answerBy = block.timestamp + 1 days;
        post(record, 0);
        vm.warp(answerBy);
        assertLocked(record, 0, answerBy);
        uint256 before = token.balanceOf(consumer);
        unwind(record);
        assertEq(token.balanceOf(consumer), before + 2 * bondPart(record), "the bond of those who did not answer");
        uint256 held = 15e18 - 3 * kept(record);
        assertEq(book.dealOf(record.dealId).available, held, "price back but what oracles keep");
        vm.warp(answerBy + 3 days);
        bytes memory reason =
            abi.encodeWithSelector(RecordStatusRefused.selector, recordIdOf(record), RecordStatus.Unwound);
        vm.expectRevert(reason);
        book.refundDelivery(record);
        for (uint256 i = 0; i < 3; ++i) {
            withdraw(record, i);
            vm.expectRevert(abi.encodeWithSelector(ShareUnavailable.selector, recordIdOf(record), oracles[i]));
            withdraw(record, i);
        }
        assertEq(token.balanceOf(oracles[0]), bondPart(record) + kept(record), "answered and checked");
        assertEq(token.balanceOf(oracles[1]), kept(record), "checked");
        assertEq(token.balanceOf(address(book)), held, "nothing stays behind");
    }

    function test_revoke_return_afterTheDeadline_isLate() public {
        Record memory record = sold();
        vm.warp(record.deliveryEnd);
        claim(record);
        uint256 answerBy = block.timestamp + 1 days;
        vm.warp(answerBy + 1);
        vm.expectRevert(abi.encodeWithSelector(PaymentReturnLate.selector, recordIdOf(record), answerBy));
        vm.prank(provider);
        book.revoke(record, true, payerOf(provider));
    }

    /// @dev Game 2: a stop after the window voids no claim.
    function test_game_stopVoidsNoClaim() public {
        Record memory record = sold();
        vm.warp(record.deliveryEnd);
        claim(record);
        vm.warp(record.deliveryEnd + 1);
        vm.prank(provider);
        book.revoke(record, false, noPayer());
        post(record, 0);
        vm.warp(record.deliveryEnd + 3 days);
        uint256 before = token.balanceOf(consumer);
        book.refundDelivery(record);
        assertEq(
            token.balanceOf(consumer),
            before + 2 * (record.shares[0].amount - kept(record) + bondPart(record)),
            "what was not delivered comes back"
        );
        withdraw(record, 0);
        assertEq(token.balanceOf(oracles[0]), bondPart(record) + record.shares[0].amount, "what was delivered is paid");
    }

    /// @dev Game 7: consumer and provider undo the sale; the oracles' work is paid, at once.
    function test_game_workIsPaid_alsoForAnUnwoundSale() public {
        Record memory record = sold();
        unwind(record);
        for (uint256 i = 0; i < 3; ++i) {
            withdraw(record, i);
            assertEq(token.balanceOf(oracles[i]), kept(record), "paid for its work");
        }
        assertEq(token.balanceOf(address(book)), book.dealOf(record.dealId).available, "nothing stays behind");
    }

    /// @dev Paid once, whether before or after the unwinding.
    function test_withdrawShares_afterUnwinding_needsNoWindow_once() public {
        Record memory record = sold();
        unwind(record);
        withdraw(record, 0);
        vm.warp(record.deliveryEnd + 1);
        vm.expectRevert(abi.encodeWithSelector(ShareUnavailable.selector, recordIdOf(record), oracles[0]));
        withdraw(record, 0);
    }
}
