// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    Deal,
    DealState,
    DealTerms,
    Delivery,
    Record,
    RecordStatus
} from "../../src/exchange/types/ExchangeTypes.sol";
import {ExchangeFixture} from "../support/ExchangeFixture.sol";
import {Settlement} from "../support/Settlements.sol";
import {Player} from "../support/Player.sol";

/// @dev Plays one deal at random: everybody does what they may, in any order, at any time.
contract DealPlayer is ExchangeFixture, Player {
    bytes[] internal records;
    bytes32 public dealId;
    uint256 public budget;
    uint256 public spent;
    /// @dev Places that unwindings gave back, and unwindings.
    uint256 public reopened;
    uint256 public unwindings;
    uint256 public relayerFees;
    uint256 public startedAt;
    bytes internal kept;

    constructor() {
        setUp();
        startedAt = block.timestamp;
        DealTerms memory terms = dealTerms();
        dealId = open(terms);
        budget = budgetOf(terms);
        vm.prank(provider);
        token.approve(address(book), type(uint256).max);
        expectReached("settlement");
        expectReached("refused settlement");
        expectReached("top-up");
        expectReached("pause");
        expectReached("resume");
        expectReached("close");
        expectReached("expiry");
        expectReached("refund of a deal");
        expectReached("unwinding");
        expectReached("unwinding of a pending claim");
        expectReached("unwinding of a deal that ended");
        expectReached("stop");
        expectReached("late stop");
        expectReached("claim");
        expectReached("answer");
        expectReached("refund of a delivery");
        expectReached("share");
    }

    function dealTerms() public view returns (DealTerms memory terms) {
        terms = defaultTerms();
        terms.maximumRecords = 12;
        terms.perPersonCap = 3;
        // Short enough that runs come behind every end.
        terms.deliveryWindow = 4 hours;
        terms.expiry = uint64(startedAt + 30 hours);
        terms.retentionEnd = uint64(startedAt + 100 days);
    }

    function settleOne(uint8 person, uint8 data, uint8 score, uint64 fee) external move {
        DealTerms memory terms = dealTerms();
        Settlement memory settlement = sale(terms, person % 6, data % 24);
        // Mostly such as are taken: below 50 nothing is paid, above a tenth of the price no fee is.
        settlement.certificate.score = 40 + score % 61;
        settlement.relayerFee = fee % 0.25e18;
        settlement = sign(settlement);
        _settle(terms, settlement);
    }

    /// @dev A certificate made now and settled later, perhaps behind a stop.
    function certifyOne(uint8 person, uint8 data) external move {
        kept = abi.encode(sale(dealTerms(), person % 6, data % 24));
    }

    function settleKept() external move {
        if (kept.length == 0) revert NothingToMove();
        _settle(dealTerms(), abi.decode(kept, (Settlement)));
    }

    function _settle(DealTerms memory terms, Settlement memory settlement) private {
        bytes4 code = book.judge(terms, SALT, pack(settlement), RELAYER);
        vm.recordLogs();
        vm.prank(RELAYER);
        uint256 settled = book.settle(terms, SALT, list(settlement), "", false);
        assertTrue((settled == 1) == (code == 0), "judge and settle agree");
        if (settled == 0) return reached("refused settlement");
        Record memory record = settledRecords()[0];
        records.push(abi.encode(record));
        spent += record.price;
        relayerFees += record.relayerFee;
        reached("settlement");
    }

    function topUp(uint64 amount) external move {
        vm.prank(consumer);
        book.topUp(dealTerms(), SALT, amount);
        budget += amount;
        reached("top-up");
    }

    function pause() external move {
        vm.prank(consumer);
        book.pause(dealTerms(), SALT);
        reached("pause");
    }

    function resume() external move {
        vm.prank(consumer);
        book.resume(dealTerms(), SALT);
        reached("resume");
    }

    function close(uint8 dice) external move {
        if (dice % 24 != 0) revert NothingToMove();
        vm.prank(consumer);
        book.close(dealTerms(), SALT);
        reached("close");
    }

    function expire() external move {
        book.expire(dealTerms(), SALT);
        reached("expiry");
    }

    function refund() external move {
        book.refund(dealTerms(), SALT);
        reached("refund of a deal");
    }

    function unwindOne(uint8 which) external move {
        Record memory record = pick(which);
        uint64 answerBy = deliveryOf(record).answerBy;
        uint32 places = book.dealOf(dealId).records;
        vm.prank(provider);
        book.revoke(record, true, payerOf(provider));
        assertTrue(block.timestamp <= (answerBy == 0 ? record.deliveryEnd : answerBy), "in time");
        ++unwindings;
        if (book.dealOf(dealId).records < places) {
            ++reopened;
            spent -= record.price - 3 * (record.shares[0].amount / 10);
        } else {
            reached("unwinding of a deal that ended");
        }
        reached("unwinding");
        if (answerBy != 0) reached("unwinding of a pending claim");
    }

    /// @dev P19: a stop depends on nothing.
    function stopOne(uint8 which) external move {
        Record memory record = pick(which);
        bool isPossible = statusOf(record) == RecordStatus.Settled;
        bool done = false;
        vm.prank(provider);
        try book.revoke(record, false, noPayer()) {
            done = true;
        } catch {}
        assertTrue(done == isPossible, "a stop is always possible, once");
        if (!done) revert NothingToMove();
        reached(block.timestamp <= record.deliveryEnd ? "stop" : "late stop");
    }

    function statusOf(Record memory record) internal view returns (RecordStatus status) {
        (status,) = consents.recordOf(recordIdOf(record));
    }

    function deliveryOf(Record memory record) internal view returns (Delivery memory) {
        return consents.deliveryOf(record.dealId, record.personTag, record.ordinal);
    }

    function claim(uint8 which) external move {
        Record memory record = pick(which);
        claim(record);
        reached("claim");
    }

    function answer(uint8 which, uint8 oracle) external move {
        Record memory record = pick(which);
        post(record, oracle % 3);
        reached("answer");
    }

    function refundDelivery(uint8 which) external move {
        book.refundDelivery(pick(which));
        reached("refund of a delivery");
    }

    function withdraw(uint8 which, uint8 oracle) external move {
        Record[] memory one = new Record[](1);
        one[0] = pick(which);
        vm.prank(oracles[oracle % 3]);
        book.withdrawShares(one);
        reached("share");
    }

    function wait(uint32 seconds_) external move {
        vm.warp(block.timestamp + spread(seconds_, 6 hours));
    }

    function pick(uint8 which) internal view returns (Record memory) {
        if (records.length == 0) revert NothingToMove();
        return abi.decode(records[which % records.length], (Record));
    }

    // ---- what must hold ----

    function assertMoney() external view {
        Deal memory deal = book.dealOf(dealId);
        uint256 locked = 0;
        uint256 oraclePaid = 0;
        for (uint256 i = 0; i < records.length; ++i) {
            Record memory record = abi.decode(records[i], (Record));
            for (uint256 j = 0; j < record.shares.length; ++j) locked += lockedFor(record, j);
        }
        for (uint256 i = 0; i < 3; ++i) oraclePaid += token.balanceOf(oracles[i]);
        uint256 held = token.balanceOf(address(book));
        assertEq(held, deal.available + locked, "held = available + shares + bonds");
        assertEq(token.balanceOf(RELAYER), relayerFees, "relayer");
        uint256 out = token.balanceOf(consumer) + token.balanceOf(provider) + oraclePaid + relayerFees;
        assertEq(held + out, 1e30, "nothing is made, nothing is lost");
        assertTrue(spent + deal.available <= budget, "never more spent than the budget");
        assertEq(deal.records, records.length - reopened, "records counted");
        DealTerms memory terms = dealTerms();
        assertTrue(deal.records <= terms.maximumRecords, "never too many");
        // An unwinding does not bring the whole price back, so that the promise ends with the first.
        if (unwindings == 0 && (deal.state == DealState.Active || deal.state == DealState.Paused)) {
            uint256 claimable = (terms.maximumRecords - deal.records) * uint256(HIGH);
            assertTrue(deal.available >= claimable, "what may still be claimed is there");
        }
    }

    /// @dev What the DealBook holds for one certifying oracle of a record, or for the consumer in its place.
    function lockedFor(Record memory record, uint256 index) internal view returns (uint256 locked) {
        Delivery memory delivery = deliveryOf(record);
        uint256 share = record.shares[index].amount;
        uint256 kept = share / 10;
        bool taken = delivery.taken & (1 << index) != 0;
        if (statusOf(record) == RecordStatus.Unwound) return taken ? 0 : kept;
        if (delivery.answerBy == 0 || delivery.answered & (1 << index) != 0) return taken ? 0 : share;
        if (!taken) locked += kept;
        if (!delivery.refunded) locked += share - kept + record.price / 7;
    }

    /// @dev From any position everything can be taken out, to the last unit.
    function drain() external {
        DealTerms memory terms = dealTerms();
        DealState state = book.dealOf(dealId).state;
        vm.warp(startedAt + 60 days);
        if (state == DealState.Active || state == DealState.Paused) book.expire(terms, SALT);
        if (book.dealOf(dealId).available != 0) book.refund(terms, SALT);
        Record[] memory one = new Record[](1);
        for (uint256 i = 0; i < records.length; ++i) {
            one[0] = abi.decode(records[i], (Record));
            try book.refundDelivery(one[0]) {} catch {}
            for (uint256 j = 0; j < 3; ++j) {
                vm.prank(oracles[j]);
                try book.withdrawShares(one) {} catch {}
            }
        }
        assertEq(token.balanceOf(address(book)), 0, "nothing stays behind");
    }
}

contract MoneyInvariantTest is ExchangeFixture {
    DealPlayer internal player;

    function setUp() public override {
        player = new DealPlayer();
        bytes4[] memory selectors = new bytes4[](26);
        selectors[0] = player.settleOne.selector;
        selectors[1] = player.certifyOne.selector;
        selectors[2] = player.settleKept.selector;
        selectors[3] = player.topUp.selector;
        selectors[4] = player.pause.selector;
        selectors[5] = player.resume.selector;
        selectors[6] = player.close.selector;
        selectors[7] = player.expire.selector;
        selectors[8] = player.refund.selector;
        selectors[9] = player.unwindOne.selector;
        selectors[10] = player.claim.selector;
        selectors[11] = player.answer.selector;
        selectors[12] = player.refundDelivery.selector;
        selectors[13] = player.withdraw.selector;
        selectors[14] = player.wait.selector;
        // What the rest builds on comes more often.
        selectors[15] = player.settleOne.selector;
        selectors[16] = player.settleOne.selector;
        selectors[17] = player.wait.selector;
        selectors[18] = player.wait.selector;
        selectors[19] = player.claim.selector;
        selectors[20] = player.resume.selector;
        selectors[21] = player.answer.selector;
        selectors[22] = player.answer.selector;
        selectors[23] = player.stopOne.selector;
        selectors[24] = player.unwindOne.selector;
        selectors[25] = player.unwindOne.selector;
        targetContract(address(player), selectors);
    }

    /// @dev P1, P2, P5, P9; and P11, P15: what judge foresees is what settle does, and a revocation unwinds exactly as long as it may. In one
    /// function, since each would be played for by itself.
    function invariant_P1_P2_P11_P15_moneyIsConserved_movesAgree() public view {
        player.assertAgreed();
        player.assertMoney();
    }

    /// @dev P10.
    function afterInvariant() public {
        player.reportReached("MoneyInvariantTest");
        player.drain();
    }
}
