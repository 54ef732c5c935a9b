// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IConsentBook} from "../../src/exchange/interfaces/IConsentBook.sol";
import {IDealBookErrors} from "../../src/exchange/interfaces/IDealBookErrors.sol";
import {DealTerms, Record} from "../../src/exchange/types/ExchangeTypes.sol";
import {ExchangeFixture} from "../support/ExchangeFixture.sol";

/// @dev P8: no privileged role reaches an open deal, and no pause blocks refund, revocation or withdrawal.
contract GovernanceTest is ExchangeFixture, IDealBookErrors {
    function test_setTokenAllowed_onlyTheRole() public {
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, STRANGER));
        vm.prank(STRANGER);
        book.setTokenAllowed(address(token), false);
    }

    /// @dev The administrator does all they can: closes the targets, takes the token off the list, suspends every oracle. Money still moves.
    function test_everythingThatGovernanceCanDo_leavesOpenDealsWhole() public {
        DealTerms memory terms = defaultTerms();
        open(terms);
        Record memory first = settle(terms, sale(terms, 1, 1));
        Record memory second = settle(terms, sale(terms, 2, 2));
        book.setTokenAllowed(address(token), false);
        manager.setTargetClosed(address(book), true);
        manager.setTargetClosed(address(registry), true);
        manager.setTargetClosed(address(verifier), true);

        // The deal lives on although its token is no longer allowed,
        Record memory third = settle(terms, sale(terms, 3, 3));
        // revocation unwinds,
        vm.startPrank(provider);
        token.approve(address(book), type(uint256).max);
        book.revoke(first, true, payerOf(provider));
        vm.stopPrank();
        // delivery is claimed,
        claim(second);
        // shares are paid, refunds go back, to the last unit.
        vm.warp(block.timestamp + 1 days + 1);
        Record[] memory records = new Record[](1);
        Record[3] memory sold = [first, second, third];
        for (uint256 i = 0; i < 9; ++i) {
            records[0] = sold[i / 3];
            vm.prank(oracles[i % 3]);
            book.withdrawShares(records);
        }
        book.refundDelivery(second);
        vm.prank(consumer);
        book.close(terms, SALT);
        vm.warp(block.timestamp + terms.certificateLife + 1);
        book.refund(terms, SALT);
        assertEq(token.balanceOf(address(book)), 0, "nothing stays behind");
    }

    function test_refund_withEveryOracleSuspended_goesBack() public {
        DealTerms memory terms = defaultTerms();
        open(terms);
        for (uint256 i = 0; i < 3; ++i) registry.suspend(oracles[i]);
        vm.prank(consumer);
        book.close(terms, SALT);
        vm.warp(block.timestamp + terms.certificateLife + 1);
        book.refund(terms, SALT);
        assertEq(token.balanceOf(consumer), 1e30, "everything is back");
    }

    function test_consentBook_onlyTheDealBookWrites() public {
        DealTerms memory terms = defaultTerms();
        open(terms);
        Record memory record = settle(terms, sale(terms, 1, 1));
        bytes memory reason =
            abi.encodeWithSelector(IConsentBook.ConsentBookWriterOnly.selector, address(book), address(this));
        vm.expectRevert(reason);
        consents.take(0, 0, 0, 0, 0);
        vm.expectRevert(reason);
        consents.withdraw(provider, 0);
        vm.expectRevert(reason);
        consents.revoke(record, true);
        vm.expectRevert(reason);
        consents.claimDelivery(consumer, record);
        vm.expectRevert(reason);
        consents.postDelivery(oracles[0], record, 0, "");
        vm.expectRevert(reason);
        consents.refundDelivery(record);
        vm.expectRevert(reason);
        consents.takeShare(oracles[0], record);
    }
}
