// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDealBookErrors} from "../../src/exchange/interfaces/IDealBookErrors.sol";
import {DealState, DealTerms} from "../../src/exchange/types/ExchangeTypes.sol";
import {ExchangeFixture} from "../support/ExchangeFixture.sol";
import {Settlement} from "../support/Settlements.sol";

/// @dev P9, P10: pause, resume, close, expire, refund.
contract StopDealTest is ExchangeFixture, IDealBookErrors {
    bytes32 internal dealId;

    function setUp() public override {
        super.setUp();
        dealId = open(defaultTerms());
    }

    function test_pause_laterCertificatesRefused_earlierOnesSettle() public {
        DealTerms memory terms = defaultTerms();
        Settlement memory early = sale(terms, 1, 1);
        vm.prank(consumer);
        book.pause(terms, SALT);
        uint256 stop = block.timestamp;
        vm.warp(stop + 60);
        Settlement memory late = sale(terms, 2, 2);
        assertRefused(terms, late, abi.encodeWithSelector(DealPaused.selector, stop + 60, stop));
        settle(terms, early);
        vm.warp(stop + 90);
        vm.prank(consumer);
        book.resume(terms, SALT);
        // What was certified inside the pause stays refused, what is certified from now on is not.
        vm.warp(stop + 120);
        assertRefused(terms, late, abi.encodeWithSelector(DealPaused.selector, stop + 60, stop));
        settle(terms, sale(terms, 2, 2));
    }

    function test_pause_thenClose_keepsTheFirstStop() public {
        DealTerms memory terms = defaultTerms();
        uint256 stop = block.timestamp;
        vm.prank(consumer);
        book.pause(terms, SALT);
        vm.warp(stop + terms.certificateLife + 1);
        Settlement memory late = sale(terms, 1, 1);
        vm.prank(consumer);
        book.close(terms, SALT);
        assertEq(token.balanceOf(consumer), 1e30, "nothing can be claimed, so everything is back");
        assertRefused(terms, late, abi.encodeWithSelector(DealClosed.selector, late.certificate.asOf, stop));
    }

    function test_close_gapOfAnEarlierPause_staysRefused() public {
        DealTerms memory terms = defaultTerms();
        uint256 stop = block.timestamp;
        vm.prank(consumer);
        book.pause(terms, SALT);
        vm.warp(stop + 60);
        Settlement memory inside = sale(terms, 1, 1);
        vm.warp(stop + 120);
        vm.startPrank(consumer);
        book.resume(terms, SALT);
        book.close(terms, SALT);
        vm.stopPrank();
        assertRefused(terms, inside, abi.encodeWithSelector(DealPaused.selector, stop + 60, stop));
    }

    function test_close_earlierCertificatesSettleUntilTheyExpire() public {
        DealTerms memory terms = defaultTerms();
        Settlement memory early = sale(terms, 1, 1);
        Settlement memory other = sale(terms, 2, 2);
        uint256 stop = block.timestamp;
        vm.prank(consumer);
        book.close(terms, SALT);
        assertEq(book.dealOf(dealId).available, 15e18, "all of it may still be claimed");

        vm.warp(stop + 1);
        Settlement memory late = sale(terms, 3, 3);
        assertRefused(terms, late, abi.encodeWithSelector(DealClosed.selector, stop + 1, stop));
        uint256 end = stop + terms.certificateLife;
        vm.warp(end);
        settle(terms, early);
        vm.expectRevert(abi.encodeWithSelector(DealBudgetLocked.selector, dealId, end));
        book.refund(terms, SALT);

        vm.warp(end + 1);
        assertRefused(terms, other, abi.encodeWithSelector(CertificateExpired.selector, end, end + 1));
        vm.prank(STRANGER);
        book.refund(terms, SALT);
        assertEq(token.balanceOf(consumer), 1e30 - HIGH, "the rest is back");
        assertEq(book.dealOf(dealId).available, 0, "nothing left");
        vm.expectRevert(abi.encodeWithSelector(RefundEmpty.selector, dealId));
        book.refund(terms, SALT);
    }

    function test_refund_afterLowTierSale_returnsWhatTheLockNoLongerNeeds() public {
        DealTerms memory terms = defaultTerms();
        Settlement memory early = sale(terms, 1, 1);
        early.certificate.score = 50;
        early = sign(early);
        vm.prank(consumer);
        book.close(terms, SALT);
        settle(terms, early);
        book.refund(terms, SALT);
        assertEq(book.dealOf(dealId).available, 10e18, "two records at the highest tier");
        assertEq(token.balanceOf(consumer), 1e30 - 12e18, "the difference is back");
    }

    function test_close_lastRecordAfterClose_refundsTheRest() public {
        DealTerms memory terms = defaultTerms();
        Settlement[] memory settlements = new Settlement[](3);
        for (uint256 i = 0; i < 3; ++i) {
            settlements[i] = sale(terms, i, i);
            settlements[i].certificate.score = 60;
            settlements[i] = sign(settlements[i]);
        }
        vm.prank(consumer);
        book.close(terms, SALT);
        assertEq(book.settle(terms, SALT, list(settlements), "", true), 3, "three");
        assertEq(token.balanceOf(consumer), 1e30 - 3 * LOW, "the rest is back");
        assertEq(uint256(book.dealOf(dealId).state), uint256(DealState.Closed), "an ended deal stays ended");
    }

    function test_expire_anyone_onlyAfterExpiry() public {
        DealTerms memory terms = defaultTerms();
        vm.warp(terms.expiry);
        vm.expectRevert(abi.encodeWithSelector(DealNotExpired.selector, dealId, terms.expiry));
        book.expire(terms, SALT);
        Settlement memory last = sale(terms, 1, 1);
        vm.warp(terms.expiry + 1);
        Settlement memory late = sale(terms, 2, 2);
        bytes memory reason = abi.encodeWithSelector(DealExpired.selector, terms.expiry + 1, terms.expiry);
        assertRefused(terms, late, reason);
        vm.prank(STRANGER);
        book.expire(terms, SALT);
        assertRefused(terms, late, reason);
        assertEq(book.dealOf(dealId).available, 15e18, "locked for earlier certificates");
        settle(terms, last);
        vm.warp(terms.expiry + terms.certificateLife + 1);
        book.refund(terms, SALT);
        assertEq(token.balanceOf(consumer), 1e30 - HIGH, "the rest is back");
    }

    function test_expire_longAfter_refundsAtOnce() public {
        DealTerms memory terms = defaultTerms();
        vm.warp(terms.expiry + terms.certificateLife + 1);
        book.expire(terms, SALT);
        assertEq(token.balanceOf(consumer), 1e30, "everything is back");
    }

    function test_expire_pausedDeal_keepsTheFirstStop() public {
        DealTerms memory terms = defaultTerms();
        uint256 stop = block.timestamp;
        vm.prank(consumer);
        book.pause(terms, SALT);
        vm.warp(terms.expiry + 1);
        book.expire(terms, SALT);
        assertEq(book.dealOf(dealId).stoppedAt, stop, "stopped at the pause");
        assertEq(token.balanceOf(consumer), 1e30, "everything is back");
    }

    function test_stateChanges_onlyByTheConsumer_onlyWhereAllowed() public {
        DealTerms memory terms = defaultTerms();
        bytes memory notConsumer = abi.encodeWithSelector(DealConsumerOnly.selector, consumer, address(this));
        vm.expectRevert(notConsumer);
        book.pause(terms, SALT);
        vm.expectRevert(notConsumer);
        book.resume(terms, SALT);
        vm.expectRevert(notConsumer);
        book.close(terms, SALT);
        vm.expectRevert(abi.encodeWithSelector(DealStateRefused.selector, dealId, DealState.Active));
        book.refund(terms, SALT);
        vm.startPrank(consumer);
        vm.expectRevert(abi.encodeWithSelector(DealStateRefused.selector, dealId, DealState.Active));
        book.resume(terms, SALT);
        book.pause(terms, SALT);
        vm.expectRevert(abi.encodeWithSelector(DealStateRefused.selector, dealId, DealState.Paused));
        book.pause(terms, SALT);
        book.close(terms, SALT);
        bytes memory closed = abi.encodeWithSelector(DealStateRefused.selector, dealId, DealState.Closed);
        vm.expectRevert(closed);
        book.close(terms, SALT);
        vm.expectRevert(closed);
        book.resume(terms, SALT);
        vm.expectRevert(closed);
        book.pause(terms, SALT);
        vm.stopPrank();
        vm.warp(terms.expiry + 1);
        vm.expectRevert(closed);
        book.expire(terms, SALT);
    }
}
