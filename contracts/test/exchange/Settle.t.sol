// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDealBookErrors} from "../../src/exchange/interfaces/IDealBookErrors.sol";
import {DealState, DealTerms, Record, RecordStatus} from "../../src/exchange/types/ExchangeTypes.sol";
import {ExchangeFixture} from "../support/ExchangeFixture.sol";
import {KeyProofs} from "../support/KeyProofs.sol";
import {OracleSignature, Settlement} from "../support/Settlements.sol";

/// @dev P1, P3 to P7, P15: what is paid, and every refusal of `settle` in the order of the checks.
contract SettleTest is ExchangeFixture, IDealBookErrors {
    bytes32 internal dealId;

    function setUp() public override {
        super.setUp();
        dealId = open(defaultTerms());
    }

    function test_settle_oneRecord_paysEveryoneByTheTerms() public {
        DealTerms memory terms = defaultTerms();
        Settlement memory settlement = sale(terms, 1, 1);
        settlement.relayerFee = 0.25e18;
        Record memory record = settle(terms, settlement);

        // 5 % of each third of 5 MED.
        uint256 share = uint256(HIGH) * 500 / (10_000 * 3);
        assertEq(record.shares.length, 3, "three shares");
        for (uint256 i = 0; i < 3; ++i) {
            assertEq(record.shares[i].oracle, oracles[i], "share of");
            assertEq(record.shares[i].amount, share, "share");
        }
        uint256 net = HIGH - 0.25e18 - 3 * share;
        assertEq(record.net, net, "net");
        assertEq(token.balanceOf(provider), net, "provider paid");
        assertEq(token.balanceOf(RELAYER), 0.25e18, "relayer paid");
        assertEq(book.dealOf(dealId).available, budgetOf(terms) - HIGH, "available");
        assertEq(book.dealOf(dealId).records, 1, "records");
        assertEq(token.balanceOf(address(book)), budgetOf(terms) - HIGH + 3 * share, "held");
        (RecordStatus status, bytes31 commitment) = consents.recordOf(recordIdOf(record));
        assertEq(uint256(status), uint256(RecordStatus.Settled), "status");
        assertEq(commitment, book.commitmentOf(record), "commitment");
        assertEq(consents.deliveryOf(dealId, record.personTag, 0).settledAt, block.timestamp, "person slot");
    }

    function test_settle_lowTier_paysItsPrice() public {
        DealTerms memory terms = defaultTerms();
        Settlement memory settlement = sale(terms, 1, 1);
        settlement.certificate.score = 79;
        assertEq(settle(terms, sign(settlement)).price, LOW, "price");
    }

    function test_settle_commissionAboveDealCap_isCut() public {
        DealTerms memory terms = defaultTerms();
        terms.commissionCapBps = 100;
        dealId = open(terms);
        Record memory record = settle(terms, sale(terms, 1, 1));
        assertEq(record.shares[0].amount, uint256(HIGH) * 100 / 30_000, "share at the deal's cap");
    }

    function test_settle_quorumOfTwo_splitsBetweenThem() public {
        DealTerms memory terms = defaultTerms();
        Settlement memory settlement = sale(terms, 1, 1);
        OracleSignature[] memory two = new OracleSignature[](2);
        (two[0], two[1]) = (settlement.oracleSignatures[0], settlement.oracleSignatures[2]);
        settlement.oracleSignatures = two;
        Record memory record = settle(terms, settlement);
        assertEq(record.shares.length, 2, "two shares");
        assertEq(record.shares[1].oracle, oracles[2], "the third oracle");
        assertEq(record.shares[1].amount, uint256(HIGH) * 500 / 20_000, "half of the commission");
    }

    function test_settle_lastRecord_completesAndRefundsTheRest() public {
        DealTerms memory terms = defaultTerms();
        for (uint256 i = 0; i < 3; ++i) {
            Settlement memory settlement = sale(terms, i, i);
            settlement.certificate.score = 50;
            settle(terms, sign(settlement));
        }
        assertEq(uint256(book.dealOf(dealId).state), uint256(DealState.Completed), "completed");
        assertEq(book.dealOf(dealId).available, 0, "nothing left");
        assertEq(token.balanceOf(consumer), 1e30 - 3 * LOW, "the rest is back");
        assertRefused(terms, sale(terms, 9, 9), abi.encodeWithSelector(DealFull.selector, dealId, 3));
    }

    function test_settle_batch_judgesEachAlone() public {
        DealTerms memory terms = defaultTerms();
        Settlement[] memory settlements = new Settlement[](3);
        settlements[0] = sale(terms, 1, 1);
        settlements[1] = sale(terms, 2, 1);
        settlements[2] = sale(terms, 2, 2);
        vm.recordLogs();
        assertEq(book.settle(terms, SALT, list(settlements), "", false), 2, "two of three");
        Record[] memory records = settledRecords();
        assertEq(records.length, 2, "two records");
        assertEq(records[1].personTag, settlements[2].certificate.personTag, "the third went on");
    }

    function test_settle_strictBatch_revertsWhole() public {
        DealTerms memory terms = defaultTerms();
        Settlement[] memory settlements = new Settlement[](2);
        settlements[0] = sale(terms, 1, 1);
        settlements[1] = sale(terms, 2, 1);
        bytes32 recordId = book.recordIdOf(dealId, settlements[0].certificate.recordTag);
        vm.expectRevert(abi.encodeWithSelector(RecordTagUsed.selector, recordId));
        book.settle(terms, SALT, list(settlements), "", true);
    }

    function test_settle_noneOrTooMany_reverts() public {
        DealTerms memory terms = defaultTerms();
        vm.expectRevert(abi.encodeWithSelector(DealTermOutOfRange.selector, "settlements", 0, 1, 100));
        book.settle(terms, SALT, new bytes[](0), "", false);
        vm.expectRevert(abi.encodeWithSelector(DealTermOutOfRange.selector, "settlements", 101, 1, 100));
        book.settle(terms, SALT, new bytes[](101), "", false);
    }

    function test_settle_changedTerms_reverts() public {
        DealTerms memory terms = defaultTerms();
        Settlement memory settlement = sale(terms, 1, 1);
        terms.perPersonCap = 3;
        vm.expectRevert(abi.encodeWithSelector(DealUnknown.selector, book.dealIdOf(terms, SALT)));
        book.settle(terms, SALT, list(settlement), "", false);
        assertEq(
            bytes32(book.judge(terms, SALT, pack(settlement), RELAYER)), bytes32(DealUnknown.selector), "judge says so too"
        );
    }

    /// @dev The same terms in another layout: the stores stand behind everything else. Such calldata opens the deal of these terms and finds none.
    function test_settle_termsLaidOutOtherwise_findNoDeal() public {
        DealTerms memory terms = defaultTerms();
        terms.maximumRecords = 2;
        bytes memory layout = tail(abi.encode(terms));
        uint256 storesOffset = layout.length;
        assembly {
            mstore(add(layout, 0x200), storesOffset)
        }
        layout = abi.encodePacked(layout, uint256(1), uint256(uint160(STORE)));

        vm.prank(consumer);
        (bool opened, bytes memory answer) = address(book).call(
            abi.encodePacked(book.createDeal.selector, uint256(0x60), SALT, uint256(10e18), layout)
        );
        bytes32 id = book.dealIdOf(terms, SALT);
        assertTrue(opened, "opened");
        assertEq(abi.decode(answer, (bytes32)), id, "under the id of the terms");
        remember(id, terms);

        bytes memory settlements = tail(abi.encode(list(sale(terms, 1, 1))));
        uint256 end = 0xa0 + layout.length;
        bytes memory head = abi.encode(uint256(0xa0), SALT, end, end + settlements.length, false);
        (bool settled, bytes memory reason) =
            address(book).call(abi.encodePacked(book.settle.selector, head, layout, settlements, uint256(0)));
        assertTrue(!settled, "refused");
        assertEq(bytes32(bytes4(reason)), bytes32(DealUnknown.selector), "as unknown");
        settle(terms, sale(terms, 1, 1));
    }

    // ---- what is filled in ----

    /// @dev Oracles that signed something else than the deal implies signed no certificate of it.
    function test_settle_certificateThatSaysOtherwise_refused() public {
        DealTerms memory terms = defaultTerms();
        bytes memory reason = abi.encodeWithSelector(CertificateSignatureInvalid.selector, oracles[0]);
        for (uint256 i = 0; i < 3; ++i) {
            Settlement memory settlement = sale(terms, 1, 1);
            bytes32 said = settlement.consent.certificateHash;
            if (i == 0) settlement.certificate.dealId = keccak256("another deal");
            if (i == 1) settlement.certificate.validatorHash = 0;
            if (i == 2) settlement.certificate.validUntil += 1;
            settlement.oracleSignatures = certify(book.hashCertificate(settlement.certificate), 3);
            assertEq(settlement.consent.certificateHash, said, "the consent is for what is filled in");
            assertRefused(terms, settlement, reason);
        }
    }

    function test_settle_consentThatSaysOtherwise_refused() public {
        DealTerms memory terms = defaultTerms();
        bytes memory reason = abi.encodeWithSelector(ConsentSignatureInvalid.selector, provider);
        for (uint256 i = 0; i < 6; ++i) {
            Settlement memory settlement = sale(terms, 1, 1);
            if (i == 0) settlement.consent.dealId = bytes32(uint256(1));
            if (i == 1) settlement.consent.certificateHash = sale(terms, 2, 2).consent.certificateHash;
            if (i == 2) settlement.consent.consumer = STRANGER;
            if (i == 3) settlement.consent.agreementHash = 0;
            if (i == 4) settlement.consent.purpose = 0;
            if (i == 5) settlement.consent.token = STRANGER;
            assertRefused(terms, signConsent(settlement), reason);
        }
    }

    function test_settle_ofAnotherSize_refused() public {
        DealTerms memory terms = defaultTerms();
        bytes memory whole = pack(sale(terms, 1, 1));
        uint16[4] memory sizes = [0, 1, 390, 391];
        for (uint256 i = 0; i < sizes.length; ++i) {
            bytes[] memory cut = new bytes[](1);
            cut[0] = first(whole, sizes[i]);
            assertEq(bytes32(book.judge(terms, SALT, cut[0], RELAYER)), bytes32(SettlementMalformed.selector), "judged");
            vm.expectRevert(abi.encodeWithSelector(SettlementMalformed.selector, sizes[i], 392));
            book.settle(terms, SALT, cut, "", true);
            assertEq(book.settle(terms, SALT, cut, "", false), 0, "refused");
        }
    }

    // ---- a batch under one root ----

    function batchOf(DealTerms memory terms, uint256 count) internal view returns (Settlement[] memory settlements) {
        settlements = new Settlement[](count);
        for (uint256 i = 0; i < count; ++i) settlements[i] = sale(terms, i, i);
    }

    function bare(Settlement[] memory settlements) internal pure returns (bytes[] memory packed) {
        packed = new bytes[](settlements.length);
        for (uint256 i = 0; i < packed.length; ++i) packed[i] = packAlone(settlements[i]);
    }

    /// @dev The root of CertificateBatches for up to three.
    function rootOf(Settlement[] memory settlements) internal view returns (bytes32) {
        bytes32[] memory leaves = new bytes32[](settlements.length);
        for (uint256 i = 0; i < leaves.length; ++i) {
            bytes32 hash = book.hashCertificate(settlements[i].certificate);
            leaves[i] = keccak256(abi.encodePacked(bytes1(0), hash));
        }
        if (leaves.length == 1) return leaves[0];
        bytes32 node = keccak256(abi.encodePacked(bytes1(uint8(1)), leaves[0], leaves[1]));
        return leaves.length == 2 ? node : keccak256(abi.encodePacked(bytes1(uint8(1)), node, leaves[2]));
    }

    function certification(bytes32 digest, uint256 signers) internal pure returns (bytes memory packed) {
        packed = abi.encodePacked(uint16(signers));
        for (uint256 i = 0; i < 3; ++i) {
            if ((signers >> i) & 1 == 1) packed = bytes.concat(packed, compact(signature(signerKey(i), digest)));
        }
    }

    function test_settle_batchUnderOneRoot_paysEach() public {
        DealTerms memory terms = defaultTerms();
        for (uint256 count = 1; count <= 3; ++count) {
            terms.expiry = uint64(block.timestamp + count * 1 days);
            open(terms);
            Settlement[] memory settlements = batchOf(terms, count);
            bytes memory signed = certification(book.hashCertificateBatch(rootOf(settlements)), 5);
            vm.recordLogs();
            assertEq(book.settle(terms, SALT, bare(settlements), signed, true), count, "all of them");
            Record[] memory records = settledRecords();
            for (uint256 i = 0; i < count; ++i) {
                assertEq(records[i].certificateHash, settlements[i].consent.certificateHash, "its own certificate");
                assertEq(records[i].shares.length, 2, "two certified");
                assertEq(records[i].shares[1].oracle, oracles[2], "the third oracle");
                assertEq(records[i].shares[1].amount, uint256(HIGH) * 500 / 20_000, "half of the commission");
                (, bytes31 commitment) = consents.recordOf(recordIdOf(records[i]));
                assertEq(commitment, book.commitmentOf(records[i]), "commitment");
            }
        }
    }

    /// @dev What is signed is these certificates in this order: no more, no fewer, none changed; and no single certificate.
    function test_settle_batchOtherThanSigned_refused() public {
        DealTerms memory terms = defaultTerms();
        Settlement[] memory settlements = batchOf(terms, 3);
        bytes memory signed = certification(book.hashCertificateBatch(rootOf(settlements)), 7);
        bytes memory reason = abi.encodeWithSelector(CertificateSignatureInvalid.selector, oracles[0]);
        bytes[] memory packed = bare(settlements);
        bytes[] memory fewer = new bytes[](2);
        (fewer[0], fewer[1]) = (packed[0], packed[1]);
        vm.expectRevert(reason);
        book.settle(terms, SALT, fewer, signed, true);
        (packed[0], packed[1]) = (packed[1], packed[0]);
        assertEq(book.settle(terms, SALT, packed, signed, false), 0, "another order");
        vm.expectRevert(reason);
        book.settle(terms, SALT, packed, signed, true);

        bytes[] memory one = new bytes[](1);
        one[0] = packAlone(settlements[0]);
        vm.expectRevert(reason);
        book.settle(terms, SALT, one, certification(settlements[0].consent.certificateHash, 7), true);
        // Nor is a root a certificate's digest.
        Settlement[] memory first1 = batchOf(terms, 1);
        bytes32 digest = book.hashCertificateBatch(rootOf(first1));
        first1[0].oracleSignatures = certify(digest, 3);
        assertRefused(terms, first1[0], reason);
    }

    /// @dev A settlement of a batch is judged alone, as all are: what is refused takes nobody along.
    function test_settle_batchWithARefusal_paysTheRest() public {
        DealTerms memory terms = defaultTerms();
        Settlement[] memory settlements = batchOf(terms, 3);
        settlements[1].consentSignature = settlements[0].consentSignature;
        bytes memory signed = certification(book.hashCertificateBatch(rootOf(settlements)), 7);
        assertEq(book.settle(terms, SALT, bare(settlements), signed, false), 2, "two of three");
    }

    function test_settle_batchBelowQuorumOrMalformed_refused() public {
        DealTerms memory terms = defaultTerms();
        Settlement[] memory settlements = batchOf(terms, 2);
        bytes32 digest = book.hashCertificateBatch(rootOf(settlements));
        vm.expectRevert(abi.encodeWithSelector(CertificateQuorumMissing.selector, 1, 2));
        book.settle(terms, SALT, bare(settlements), certification(digest, 2), true);
        vm.expectRevert(abi.encodeWithSelector(CertificateQuorumMissing.selector, 0, 2));
        book.settle(terms, SALT, bare(settlements), certification(digest, 0), true);
        vm.expectRevert(abi.encodeWithSelector(SettlementMalformed.selector, 1, 2));
        book.settle(terms, SALT, bare(settlements), hex"07", true);
        bytes[] memory packed = list(settlements);
        vm.expectRevert(abi.encodeWithSelector(SettlementMalformed.selector, packed[0].length, 390));
        book.settle(terms, SALT, packed, certification(digest, 7), true);
    }

    // ---- certificate ----

    function test_settle_foreignChainCertificate_refused() public {
        DealTerms memory terms = defaultTerms();
        Settlement memory settlement = sale(terms, 1, 1);
        uint256 here = block.chainid;
        vm.chainId(5);
        bytes32 there = book.hashCertificate(settlement.certificate);
        vm.chainId(here);
        settlement.oracleSignatures = certify(there, 3);
        assertRefused(terms, settlement, abi.encodeWithSelector(CertificateSignatureInvalid.selector, oracles[0]));
    }

    function test_settle_certificateFromFuture_refusedPastTheTolerance() public {
        DealTerms memory terms = defaultTerms();
        Settlement memory settlement = sale(terms, 1, 1);
        settlement.certificate.asOf += 301;
        settlement.certificate.validUntil += 301;
        assertRefused(
            terms,
            sign(settlement),
            abi.encodeWithSelector(CertificateFromFuture.selector, settlement.certificate.asOf, block.timestamp)
        );
        settlement.certificate.asOf -= 1;
        settlement.certificate.validUntil -= 1;
        settle(terms, sign(settlement));
    }

    function test_settle_expiredCertificate_refusedASecondLater() public {
        DealTerms memory terms = defaultTerms();
        Settlement memory settlement = sale(terms, 1, 1);
        uint64 validUntil = settlement.certificate.validUntil;
        vm.warp(validUntil + 1);
        assertRefused(
            terms, settlement, abi.encodeWithSelector(CertificateExpired.selector, validUntil, validUntil + 1)
        );
        vm.warp(validUntil);
        settle(terms, settlement);
    }

    function test_settle_scoreBelowTiers_refused() public {
        DealTerms memory terms = defaultTerms();
        Settlement memory settlement = sale(terms, 1, 1);
        settlement.certificate.score = 49;
        assertRefused(
            terms, sign(settlement), abi.encodeWithSelector(CertificateScoreBelowTiers.selector, 49, 50)
        );
    }

    // ---- consent ----

    function test_settle_payoutThatWouldLoseMoney_refused() public {
        DealTerms memory terms = defaultTerms();
        address[3] memory bad = [address(0), address(token), address(book)];
        for (uint256 i = 0; i < bad.length; ++i) {
            Settlement memory settlement = sale(terms, 1, 1);
            settlement.consent.payout = bad[i];
            assertRefused(
                terms, signConsent(settlement), abi.encodeWithSelector(ConsentPayoutInvalid.selector, bad[i])
            );
        }
    }

    function test_settle_anotherRelayer_refused() public {
        DealTerms memory terms = defaultTerms();
        Settlement memory settlement = sale(terms, 1, 1);
        settlement.consent.relayer = STRANGER;
        assertRefused(
            terms,
            signConsent(settlement),
            abi.encodeWithSelector(ConsentRelayerMismatch.selector, STRANGER, RELAYER)
        );
        settlement.consent.relayer = RELAYER;
        settle(terms, signConsent(settlement));
    }

    function test_settle_relayerFeeAboveConsent_refused() public {
        DealTerms memory terms = defaultTerms();
        Settlement memory settlement = sale(terms, 1, 1);
        settlement.relayerFee = 0.5e18 + 1;
        assertRefused(
            terms,
            settlement,
            abi.encodeWithSelector(ConsentRelayerFeeExceeded.selector, 0.5e18, 0.5e18 + 1)
        );
    }

    function test_settle_relayerFeeAboveTenth_refusedWhateverTheConsentSays() public {
        DealTerms memory terms = defaultTerms();
        Settlement memory settlement = sale(terms, 1, 1);
        settlement.consent.maximumRelayerFee = type(uint128).max;
        settlement.relayerFee = HIGH / 10 + 1;
        assertRefused(
            terms,
            signConsent(settlement),
            abi.encodeWithSelector(RelayerFeeOverLimit.selector, HIGH / 10, HIGH / 10 + 1)
        );
        settlement.relayerFee = HIGH / 10;
        settle(terms, settlement);
    }

    function test_settle_expiredConsent_refused() public {
        DealTerms memory terms = defaultTerms();
        Settlement memory settlement = sale(terms, 1, 1);
        settlement.consent.signedUntil = uint64(block.timestamp - 1);
        assertRefused(
            terms,
            signConsent(settlement),
            abi.encodeWithSelector(ConsentExpired.selector, block.timestamp - 1, block.timestamp)
        );
        settlement.consent.signedUntil = uint64(block.timestamp);
        settle(terms, signConsent(settlement));
    }

    function test_settle_consentThatEndsBeforeDelivery_refused() public {
        DealTerms memory terms = defaultTerms();
        Settlement memory settlement = sale(terms, 1, 1);
        uint256 required = block.timestamp + 2 days;
        settlement.consent.consentUntil = uint64(required - 1);
        assertRefused(
            terms,
            signConsent(settlement),
            abi.encodeWithSelector(ConsentTooShort.selector, required - 1, required)
        );
    }

    function test_settle_cancelledConsent_refused() public {
        DealTerms memory terms = defaultTerms();
        Settlement memory settlement = sale(terms, 1, 1);
        bytes32 consentHash = book.hashConsent(settlement.consent);
        vm.prank(provider);
        book.cancelConsent(consentHash);
        assertRefused(terms, settlement, abi.encodeWithSelector(ConsentCancelled.selector, consentHash));
    }

    function test_settle_consentCancelledByStranger_stands() public {
        DealTerms memory terms = defaultTerms();
        Settlement memory settlement = sale(terms, 1, 1);
        bytes32 consentHash = book.hashConsent(settlement.consent);
        vm.prank(STRANGER);
        book.cancelConsent(consentHash);
        settle(terms, settlement);
    }

    function test_cancelConsentWithSignature_anyoneRelays() public {
        DealTerms memory terms = defaultTerms();
        Settlement memory settlement = sale(terms, 1, 1);
        bytes32 consentHash = book.hashConsent(settlement.consent);
        uint64 until = uint64(block.timestamp);
        bytes memory signed = signature(PROVIDER_KEY, book.hashCancelConsent(consentHash, until));
        vm.expectRevert(abi.encodeWithSelector(CancellationSignatureInvalid.selector, STRANGER));
        book.cancelConsentWithSignature(STRANGER, consentHash, until, signed);
        vm.expectRevert(abi.encodeWithSelector(CancellationSignatureInvalid.selector, provider));
        book.cancelConsentWithSignature(provider, consentHash, until + 1, signed);
        vm.warp(until + 1);
        vm.expectRevert(abi.encodeWithSelector(CancellationExpired.selector, until, until + 1));
        book.cancelConsentWithSignature(provider, consentHash, until, signed);
        vm.warp(until);
        vm.prank(STRANGER);
        book.cancelConsentWithSignature(provider, consentHash, until, signed);
        assertRefused(terms, settlement, abi.encodeWithSelector(ConsentCancelled.selector, consentHash));
    }

    function test_settle_consentSignedByAnother_refused() public {
        DealTerms memory terms = defaultTerms();
        Settlement memory settlement = sale(terms, 1, 1);
        settlement.consentSignature = signature(CONSUMER_KEY, book.hashConsent(settlement.consent));
        assertRefused(terms, settlement, abi.encodeWithSelector(ConsentSignatureInvalid.selector, provider));
    }

    function test_settle_consentWithMalleableOrMalformedSignature_refused() public {
        DealTerms memory terms = defaultTerms();
        Settlement memory settlement = sale(terms, 1, 1);
        bytes memory reason = abi.encodeWithSelector(ConsentSignatureInvalid.selector, provider);
        bytes memory good = settlement.consentSignature;
        settlement.consentSignature = malleate(PROVIDER_KEY, book.hashConsent(settlement.consent));
        assertRefused(terms, settlement, reason);
        good[64] = good[64] == 0x1b ? bytes1(0x1c) : bytes1(0x1b);
        settlement.consentSignature = good;
        assertRefused(terms, settlement, reason);
        settlement.consentSignature = new bytes(65);
        assertRefused(terms, settlement, reason);
    }

    /// @dev A provider of zero must not match a failed recovery.
    function test_settle_providerZero_refused() public {
        DealTerms memory terms = defaultTerms();
        Settlement memory settlement = sale(terms, 1, 1);
        settlement.certificate.provider = address(0);
        settlement = sign(settlement);
        settlement.consentSignature = new bytes(65);
        assertRefused(terms, settlement, abi.encodeWithSelector(ConsentSignatureInvalid.selector, address(0)));
    }

    /// @dev P7: a relayer changes one field of what was signed; whichever it is, nothing is paid.
    function testFuzz_settle_changedField_refused(uint8 field, bytes32 noise) public {
        DealTerms memory terms = defaultTerms();
        Settlement memory settlement = sale(terms, 1, 1);
        bytes32 before = keccak256(abi.encode(settlement));
        field = field % 14;
        if (field == 0) settlement.consent.payout = address(uint160(uint256(noise)));
        if (field == 1) settlement.consent.minimumNet = uint256(noise);
        if (field == 2) settlement.consent.answersHash = noise;
        if (field == 3) settlement.consent.maximumRelayerFee = uint256(noise);
        if (field == 4) settlement.consent.signedUntil = uint64(uint256(noise));
        if (field == 5) settlement.consent.consentUntil = uint64(uint256(noise));
        if (field == 6) settlement.certificate.personTag = noise;
        if (field == 7) settlement.certificate.recordTag = noise;
        if (field == 8) settlement.certificate.score = uint16(uint256(noise));
        if (field == 9) settlement.certificate.provider = address(uint160(uint256(noise)));
        if (field == 10) settlement.certificate.manifestHash = noise;
        if (field == 11) settlement.certificate.statusListsRoot = noise;
        if (field == 12) settlement.certificate.receiptHash = noise;
        if (field == 13) settlement.consent.relayer = RELAYER;
        vm.assume(keccak256(abi.encode(settlement)) != before);
        assertTrue(book.judge(terms, SALT, pack(settlement), RELAYER) != 0, "judged");
        vm.prank(RELAYER);
        assertEq(book.settle(terms, SALT, list(settlement), "", false), 0, "nothing settled");
        assertEq(book.dealOf(dealId).available, budgetOf(terms), "nothing paid");
    }

    // ---- slots ----

    function test_settle_sameAgain_refused() public {
        DealTerms memory terms = defaultTerms();
        Settlement memory settlement = sale(terms, 1, 1);
        Record memory record = settle(terms, settlement);
        assertRefused(terms, settlement, abi.encodeWithSelector(RecordTagUsed.selector, recordIdOf(record)));
    }

    function test_settle_sameDataByAnotherPerson_refused() public {
        DealTerms memory terms = defaultTerms();
        Record memory record = settle(terms, sale(terms, 1, 1));
        assertRefused(terms, sale(terms, 2, 1), abi.encodeWithSelector(RecordTagUsed.selector, recordIdOf(record)));
    }

    function test_settle_personOverCap_refused() public {
        DealTerms memory terms = defaultTerms();
        assertEq(settle(terms, sale(terms, 1, 1)).ordinal, 0, "first");
        assertEq(settle(terms, sale(terms, 1, 2)).ordinal, 1, "second");
        Settlement memory third = sale(terms, 1, 3);
        assertRefused(
            terms, third, abi.encodeWithSelector(PersonTagOverCap.selector, third.certificate.personTag, 2)
        );
    }

    // ---- quorum ----

    function test_settle_belowQuorum_refused() public {
        DealTerms memory terms = defaultTerms();
        Settlement memory settlement = sale(terms, 1, 1);
        settlement.oracleSignatures = certify(settlement.consent.certificateHash, 1);
        assertRefused(terms, settlement, abi.encodeWithSelector(CertificateQuorumMissing.selector, 1, 2));
    }

    function test_settle_signerOutsideTheDeal_refused() public {
        DealTerms memory terms = defaultTerms();
        Settlement memory settlement = sale(terms, 1, 1);
        settlement.oracleSignatures[2].index = 3;
        assertRefused(terms, settlement, abi.encodeWithSelector(CertificateOracleUnlisted.selector, 3, 3));
    }

    function test_settle_signatureByAnotherKey_refused() public {
        DealTerms memory terms = defaultTerms();
        Settlement memory settlement = sale(terms, 1, 1);
        settlement.oracleSignatures[1].signature = signature(operatorKey(1), settlement.consent.certificateHash);
        assertRefused(terms, settlement, abi.encodeWithSelector(CertificateSignatureInvalid.selector, oracles[1]));
    }

    function test_settle_oneBadSignatureBesideAQuorum_refused() public {
        DealTerms memory terms = defaultTerms();
        Settlement memory settlement = sale(terms, 1, 1);
        settlement.oracleSignatures[2].signature = new bytes(65);
        assertRefused(terms, settlement, abi.encodeWithSelector(CertificateSignatureInvalid.selector, oracles[2]));
    }

    function test_settle_proofOfAnotherSize_refused() public {
        DealTerms memory terms = defaultTerms();
        Settlement memory settlement = sale(terms, 1, 1);
        settlement.oracleSignatures[2].signature = "";
        assertRefused(terms, settlement, abi.encodeWithSelector(CertificateProofMalformed.selector, 128, 192));
        settlement.oracleSignatures[2].signature = new bytes(63);
        assertRefused(terms, settlement, abi.encodeWithSelector(CertificateProofMalformed.selector, 191, 192));
        settlement.oracleSignatures[2].signature = new bytes(128);
        assertRefused(terms, settlement, abi.encodeWithSelector(CertificateProofMalformed.selector, 256, 192));
    }

    function test_settle_malleableOracleSignature_refused() public {
        DealTerms memory terms = defaultTerms();
        Settlement memory settlement = sale(terms, 1, 1);
        settlement.oracleSignatures[0].signature = malleate(signerKey(0), settlement.consent.certificateHash);
        assertRefused(terms, settlement, abi.encodeWithSelector(CertificateSignatureInvalid.selector, oracles[0]));
    }

    function test_settle_suspendedOracle_refused() public {
        DealTerms memory terms = defaultTerms();
        registry.suspend(oracles[1]);
        assertRefused(
            terms, sale(terms, 1, 1), abi.encodeWithSelector(CertificateOracleInactive.selector, oracles[1])
        );
    }

    function test_settle_unregisteredOracle_refused() public {
        DealTerms memory terms = defaultTerms();
        terms.oracles[0] = STRANGER;
        open(terms);
        assertRefused(
            terms, sale(terms, 1, 1), abi.encodeWithSelector(CertificateOracleInactive.selector, STRANGER)
        );
    }

    function test_settle_oldSigningKey_refused() public {
        DealTerms memory terms = defaultTerms();
        Settlement memory settlement = sale(terms, 1, 1);
        bytes memory possession = signature(0xbeef, KeyProofs.signingKey(address(registry), oracles[0]));
        vm.prank(oracles[0]);
        registry.setSigner(vm.addr(0xbeef), possession);
        assertRefused(terms, settlement, abi.encodeWithSelector(CertificateSignatureInvalid.selector, oracles[0]));
    }

    /// @dev Its program is looked up in the block of the settlement: no signature of who runs a retired one counts.
    function test_settle_retiredProgram_refused() public {
        DealTerms memory terms = defaultTerms();
        Settlement memory settlement = sale(terms, 1, 1);
        for (uint256 i = 1; i < 3; ++i) {
            vm.prank(oracles[i]);
            registry.setMeasurement(keccak256("the next program"));
            registry.admit(oracles[i], keccak256("the next program"));
        }
        registry.retireMeasurement(MEASUREMENT);
        assertRefused(terms, settlement, abi.encodeWithSelector(CertificateOracleInactive.selector, oracles[0]));
        OracleSignature[] memory two = new OracleSignature[](2);
        (two[0], two[1]) = (settlement.oracleSignatures[1], settlement.oracleSignatures[2]);
        settlement.oracleSignatures = two;
        settle(terms, settlement);
    }

    // ---- money ----

    function test_settle_netBelowMinimum_refused() public {
        DealTerms memory terms = defaultTerms();
        Settlement memory settlement = sale(terms, 1, 1);
        uint256 net = HIGH - 3 * (uint256(HIGH) * 500 / 30_000);
        settlement.consent.minimumNet = net + 1;
        assertRefused(
            terms,
            signConsent(settlement),
            abi.encodeWithSelector(ConsentNetBelowMinimum.selector, net + 1, net)
        );
        settlement.consent.minimumNet = net;
        settle(terms, signConsent(settlement));
    }

    /// @dev P1: whatever the price, the rates and the fee, what is paid is the price, to the unit.
    function testFuzz_settle_priceIsPaidToTheUnit(uint128 price, uint16 cap, uint256 fee, uint8 signers) public {
        DealTerms memory terms = defaultTerms();
        price = uint128(bound(price, 2, type(uint96).max));
        terms.tiers[0].price = 1;
        terms.tiers[1].price = price;
        terms.commissionCapBps = uint16(bound(cap, 0, 5000));
        open(terms);
        Settlement memory settlement = sale(terms, 1, 1);
        settlement.consent.minimumNet = 0;
        settlement.consent.maximumRelayerFee = type(uint128).max;
        settlement.relayerFee = bound(fee, 0, price / 10);
        settlement = signConsent(settlement);
        settlement.oracleSignatures = certify(settlement.consent.certificateHash, bound(signers, 2, 3));
        uint256 held = token.balanceOf(address(book));
        Record memory record = settle(terms, settlement);
        uint256 shares = 0;
        for (uint256 i = 0; i < record.shares.length; ++i) shares += record.shares[i].amount;
        assertEq(record.net + record.relayerFee + shares, price, "parts of the price");
        assertEq(token.balanceOf(address(book)), held - price + shares, "held");
        assertEq(token.balanceOf(provider), record.net, "provider");
        assertEq(token.balanceOf(RELAYER), record.relayerFee, "relayer");
    }

    /// @dev What follows the first word: the encoding of a dynamic value without its offset.
    function tail(bytes memory encoded) internal pure returns (bytes memory result) {
        result = new bytes(encoded.length - 32);
        for (uint256 i = 0; i < result.length; ++i) result[i] = encoded[i + 32];
    }

    function first(bytes memory whole, uint256 size) internal pure returns (bytes memory part) {
        part = new bytes(size);
        for (uint256 i = 0; i < size; ++i) part[i] = whole[i];
    }

    function malleate(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        uint256 n = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
        return abi.encodePacked(r, bytes32(n - uint256(s)), v == 27 ? uint8(28) : uint8(27));
    }
}
