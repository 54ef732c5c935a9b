// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDealBookErrors} from "../../src/exchange/interfaces/IDealBookErrors.sol";
import {DealTerms, Record, RecordStatus} from "../../src/exchange/types/ExchangeTypes.sol";
import {ExchangeFixture} from "../support/ExchangeFixture.sol";

/// @dev P12, P13: oracle shares and the claim of delivery.
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

    function claim(Record memory record) internal {
        vm.prank(consumer);
        book.claimDelivery(record);
    }

    function post(Record memory record, uint256 oracle) internal {
        vm.prank(oracles[oracle]);
        book.postDelivery(record, hex"01");
    }

    function revoke(Record memory record) internal {
        vm.startPrank(provider);
        token.approve(address(book), type(uint256).max);
        book.revoke(record, noPermit());
        vm.stopPrank();
    }

    function test_withdrawShares_lockedUntilTheWindowEnds_onceEach() public {
        Record memory record = sold();
        vm.warp(record.deliveryEnd);
        vm.expectRevert(
            abi.encodeWithSelector(DeliveryWindowOpen.selector, recordIdOf(record), record.deliveryEnd)
        );
        vm.prank(oracles[0]);
        book.withdrawShares(one(record));
        vm.warp(record.deliveryEnd + 1);
        for (uint256 i = 0; i < 3; ++i) {
            vm.prank(oracles[i]);
            book.withdrawShares(one(record));
            assertEq(token.balanceOf(oracles[i]), record.shares[i].amount, "share");
            vm.expectRevert(abi.encodeWithSelector(ShareUnavailable.selector, recordIdOf(record), oracles[i]));
            vm.prank(oracles[i]);
            book.withdrawShares(one(record));
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

    function test_claimDelivery_answeredByAll_sharesArePaid() public {
        Record memory record = sold();
        claim(record);
        for (uint256 i = 0; i < 3; ++i) post(record, i);
        vm.warp(block.timestamp + 1 days + 1);
        vm.expectRevert(abi.encodeWithSelector(RefundEmpty.selector, recordIdOf(record)));
        book.refundDelivery(record);
        for (uint256 i = 0; i < 3; ++i) {
            vm.prank(oracles[i]);
            book.withdrawShares(one(record));
        }
        assertEq(token.balanceOf(address(book)), 10e18, "paid out");
    }

    function test_claimDelivery_unanswered_consumerGetsThoseShares() public {
        Record memory record = sold();
        vm.warp(record.deliveryEnd);
        claim(record);
        uint256 answerBy = block.timestamp + 1 days;
        post(record, 1);
        vm.warp(answerBy);
        vm.expectRevert(abi.encodeWithSelector(DeliveryAnswerPending.selector, recordIdOf(record), answerBy));
        book.refundDelivery(record);
        // An oracle that has not answered can't take its share before the deadline either.
        vm.expectRevert(abi.encodeWithSelector(ShareUnavailable.selector, recordIdOf(record), oracles[0]));
        vm.prank(oracles[0]);
        book.withdrawShares(one(record));
        vm.prank(oracles[1]);
        book.withdrawShares(one(record));
        vm.warp(answerBy + 1);
        vm.expectRevert(abi.encodeWithSelector(DeliveryAnswerLate.selector, recordIdOf(record), answerBy));
        vm.prank(oracles[0]);
        book.postDelivery(record, hex"01");
        uint256 before = token.balanceOf(consumer);
        vm.prank(STRANGER);
        book.refundDelivery(record);
        assertEq(
            token.balanceOf(consumer), before + record.shares[0].amount + record.shares[2].amount, "two shares"
        );
        assertEq(token.balanceOf(provider), record.net, "the provider keeps his");
        vm.expectRevert(abi.encodeWithSelector(RefundEmpty.selector, recordIdOf(record)));
        book.refundDelivery(record);
        vm.expectRevert(abi.encodeWithSelector(ShareUnavailable.selector, recordIdOf(record), oracles[0]));
        vm.prank(oracles[0]);
        book.withdrawShares(one(record));
    }

    function test_claimDelivery_onlyConsumer_onlyOnce_onlyInTheWindow() public {
        Record memory record = sold();
        vm.expectRevert(abi.encodeWithSelector(RecordConsumerOnly.selector, consumer, STRANGER));
        vm.prank(STRANGER);
        book.claimDelivery(record);
        uint256 answerBy = block.timestamp + 1 days;
        claim(record);
        vm.expectRevert(abi.encodeWithSelector(DeliveryClaimed.selector, recordIdOf(record), answerBy));
        vm.prank(consumer);
        book.claimDelivery(record);
    }

    function test_claimDelivery_afterTheWindow_reverts() public {
        Record memory record = sold();
        vm.warp(record.deliveryEnd + 1);
        vm.expectRevert(
            abi.encodeWithSelector(DeliveryWindowEnded.selector, recordIdOf(record), record.deliveryEnd)
        );
        vm.prank(consumer);
        book.claimDelivery(record);
    }

    function test_claimDelivery_afterRevocation_reverts() public {
        Record memory record = sold();
        revoke(record);
        vm.expectRevert(
            abi.encodeWithSelector(RecordStatusRefused.selector, recordIdOf(record), RecordStatus.Unwound)
        );
        vm.prank(consumer);
        book.claimDelivery(record);
    }

    function test_postDelivery_checks() public {
        Record memory record = sold();
        bytes32 recordId = recordIdOf(record);
        vm.expectRevert(abi.encodeWithSelector(DeliveryNotClaimed.selector, recordId));
        vm.prank(oracles[0]);
        book.postDelivery(record, hex"01");
        vm.expectRevert(abi.encodeWithSelector(DeliveryNotClaimed.selector, recordId));
        book.refundDelivery(record);
        claim(record);
        vm.expectRevert(abi.encodeWithSelector(RecordOracleUnknown.selector, recordId, STRANGER));
        vm.prank(STRANGER);
        book.postDelivery(record, hex"01");
        vm.startPrank(oracles[0]);
        vm.expectRevert(abi.encodeWithSelector(DeliveryEnvelopeInvalid.selector, 0, 1024));
        book.postDelivery(record, "");
        vm.expectRevert(abi.encodeWithSelector(DeliveryEnvelopeInvalid.selector, 1025, 1024));
        book.postDelivery(record, new bytes(1025));
        book.postDelivery(record, new bytes(1024));
        vm.expectRevert(abi.encodeWithSelector(DeliveryAnswered.selector, recordId, oracles[0]));
        book.postDelivery(record, hex"01");
        vm.stopPrank();
    }

    function test_revoke_withOpenClaim_insideWindow_unwinds() public {
        Record memory record = sold();
        claim(record);
        post(record, 0);
        revoke(record);
        assertEq(token.balanceOf(address(book)), 10e18, "shares went back");
        vm.warp(block.timestamp + 3 days);
        bytes memory reason =
            abi.encodeWithSelector(RecordStatusRefused.selector, recordIdOf(record), RecordStatus.Unwound);
        vm.expectRevert(reason);
        book.refundDelivery(record);
        vm.expectRevert(reason);
        vm.prank(oracles[0]);
        book.withdrawShares(one(record));
    }

    /// @dev After a revocation oracles may not answer; a pending claim must not cost them their share.
    function test_revoke_withOpenClaim_afterWindow_freesTheShares() public {
        Record memory record = sold();
        vm.warp(record.deliveryEnd);
        claim(record);
        vm.warp(record.deliveryEnd + 1);
        revoke(record);
        vm.expectRevert(
            abi.encodeWithSelector(RecordStatusRefused.selector, recordIdOf(record), RecordStatus.Revoked)
        );
        vm.prank(oracles[0]);
        book.postDelivery(record, hex"01");
        vm.warp(record.deliveryEnd + 3 days);
        vm.expectRevert(abi.encodeWithSelector(DeliveryNotClaimed.selector, recordIdOf(record)));
        book.refundDelivery(record);
        vm.prank(oracles[0]);
        book.withdrawShares(one(record));
    }

    /// @dev A revocation after the deadline does not save those who did not answer.
    function test_revoke_afterTheDeadline_consumerKeepsTheClaim() public {
        Record memory record = sold();
        claim(record);
        vm.warp(block.timestamp + 1 days + 1);
        revoke(record);
        uint256 before = token.balanceOf(consumer);
        book.refundDelivery(record);
        assertEq(token.balanceOf(consumer), before + 3 * record.shares[0].amount, "refunded");
    }
}
