// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IDealBookErrors} from "../../src/exchange/interfaces/IDealBookErrors.sol";
import {
    DealTerms,
    Record,
    RecordStatus,
    Settlement,
    TokenPermit
} from "../../src/exchange/types/ExchangeTypes.sol";
import {ExchangeFixture} from "../support/ExchangeFixture.sol";

/// @dev P11: revocation inside and after the delivery window.
contract RevokeTest is ExchangeFixture, IDealBookErrors {
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

    function test_revoke_insideWindow_unwindsTheSale() public {
        Record memory record = sold();
        uint256 before = token.balanceOf(consumer);
        vm.warp(record.deliveryEnd);
        vm.startPrank(provider);
        token.approve(address(book), record.net);
        book.revoke(record, noPermit());
        vm.stopPrank();
        assertEq(token.balanceOf(provider), 0, "the provider gave back what he received");
        assertEq(token.balanceOf(consumer), before + record.price - record.relayerFee, "price less the relayer's fee");
        assertEq(token.balanceOf(address(book)), 10e18, "only the budget of two records is left");
        assertEq(uint256(statusOf(record)), uint256(RecordStatus.Unwound), "unwound");
    }

    function test_revoke_bySignatureAndPermit_providerHoldsNoEther() public {
        Record memory record = sold();
        uint64 until = uint64(block.timestamp + 60);
        bytes memory signed = signature(PROVIDER_KEY, book.hashRevokeConsent(recordIdOf(record), until));
        TokenPermit memory permit = permitFor(PROVIDER_KEY, record.net);
        vm.prank(STRANGER);
        book.revokeWithSignature(record, permit, until, signed);
        assertEq(token.balanceOf(provider), 0, "gone back");
        assertEq(uint256(statusOf(record)), uint256(RecordStatus.Unwound), "unwound");
    }

    function test_revoke_payoutWithoutTheMoney_revertsAndChangesNothing() public {
        Record memory record = sold();
        vm.startPrank(provider);
        token.approve(address(book), record.net);
        token.transfer(STRANGER, 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC20Errors.ERC20InsufficientBalance.selector, provider, record.net - 1, record.net
            )
        );
        book.revoke(record, noPermit());
        vm.stopPrank();
        assertEq(uint256(statusOf(record)), uint256(RecordStatus.Settled), "still settled");
    }

    function test_revoke_withoutAllowance_reverts() public {
        Record memory record = sold();
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC20Errors.ERC20InsufficientAllowance.selector, address(book), 0, record.net
            )
        );
        vm.prank(provider);
        book.revoke(record, noPermit());
    }

    function test_revoke_afterWindow_costsNothing() public {
        Record memory record = sold();
        uint256 before = token.balanceOf(consumer);
        vm.warp(record.deliveryEnd + 1);
        vm.prank(provider);
        book.revoke(record, noPermit());
        assertEq(token.balanceOf(provider), record.net, "keeps the money");
        assertEq(token.balanceOf(consumer), before, "nothing goes back");
        assertEq(uint256(statusOf(record)), uint256(RecordStatus.Revoked), "revoked");
        Record[] memory records = new Record[](1);
        records[0] = record;
        vm.prank(oracles[0]);
        book.withdrawShares(records);
        assertEq(token.balanceOf(oracles[0]), record.shares[0].amount, "oracles are paid");
    }

    function test_revoke_tagsStayUsed() public {
        DealTerms memory terms = defaultTerms();
        terms.perPersonCap = 1;
        open(terms);
        Record memory record = settle(terms, sale(terms, 1, 1));
        vm.startPrank(provider);
        token.approve(address(book), record.net);
        book.revoke(record, noPermit());
        vm.stopPrank();
        assertRefused(terms, sale(terms, 1, 1), abi.encodeWithSelector(RecordTagUsed.selector, recordIdOf(record)));
        assertRefused(
            terms, sale(terms, 1, 2), abi.encodeWithSelector(PersonTagOverCap.selector, record.personTag, 1)
        );
        assertEq(book.dealOf(record.dealId).records, 1, "the record still counts");
    }

    function test_revoke_twice_reverts() public {
        Record memory record = sold();
        vm.startPrank(provider);
        token.approve(address(book), type(uint256).max);
        book.revoke(record, noPermit());
        bytes memory reason =
            abi.encodeWithSelector(RecordStatusRefused.selector, recordIdOf(record), RecordStatus.Unwound);
        vm.expectRevert(reason);
        book.revoke(record, noPermit());
        vm.warp(record.deliveryEnd + 1);
        vm.expectRevert(reason);
        book.revoke(record, noPermit());
        vm.stopPrank();
    }

    function test_revoke_byAnother_reverts() public {
        Record memory record = sold();
        vm.expectRevert(abi.encodeWithSelector(RecordProviderOnly.selector, provider, consumer));
        vm.prank(consumer);
        book.revoke(record, noPermit());
    }

    function test_revokeWithSignature_wrongOrExpired_reverts() public {
        Record memory record = sold();
        uint64 until = uint64(block.timestamp);
        bytes32 digest = book.hashRevokeConsent(recordIdOf(record), until);
        bytes memory invalid = abi.encodeWithSelector(RevocationSignatureInvalid.selector, provider);
        bytes memory signed = signature(CONSUMER_KEY, digest);
        vm.expectRevert(invalid);
        book.revokeWithSignature(record, noPermit(), until, signed);
        signed = signature(PROVIDER_KEY, digest);
        vm.expectRevert(invalid);
        book.revokeWithSignature(record, noPermit(), until + 1, signed);
        vm.warp(until + 1);
        vm.expectRevert(abi.encodeWithSelector(RevocationExpired.selector, until, until + 1));
        book.revokeWithSignature(record, noPermit(), until, signed);
    }

    /// @dev P2: whoever changes one word of a record finds that it is none.
    function testFuzz_revoke_changedRecord_reverts(uint8 field, bytes32 noise) public {
        Record memory record = sold();
        bytes32 before = keccak256(abi.encode(record));
        field = field % 12;
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
        vm.assume(keccak256(abi.encode(record)) != before);
        bytes memory reason = abi.encodeWithSelector(RecordUnknown.selector, recordIdOf(record));
        vm.expectRevert(reason);
        vm.prank(record.provider);
        book.revoke(record, noPermit());
        vm.expectRevert(reason);
        vm.prank(record.consumer);
        book.claimDelivery(record);
        vm.expectRevert(reason);
        book.refundDelivery(record);
        Record[] memory records = new Record[](1);
        records[0] = record;
        vm.expectRevert(reason);
        vm.prank(record.shares[0].oracle);
        book.withdrawShares(records);
    }
}
