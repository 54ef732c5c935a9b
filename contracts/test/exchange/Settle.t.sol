// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDealBookErrors} from "../../src/exchange/interfaces/IDealBookErrors.sol";
import {
    DealState,
    DealTerms,
    OracleSignature,
    Record,
    RecordStatus,
    Settlement
} from "../../src/exchange/types/ExchangeTypes.sol";
import {ExchangeFixture} from "../support/ExchangeFixture.sol";

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
        assertEq(book.settle(terms, SALT, settlements, false), 2, "two of three");
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
        book.settle(terms, SALT, settlements, true);
    }

    function test_settle_noneOrTooMany_reverts() public {
        DealTerms memory terms = defaultTerms();
        vm.expectRevert(abi.encodeWithSelector(DealTermOutOfRange.selector, "settlements", 0, 1, 100));
        book.settle(terms, SALT, new Settlement[](0), false);
        vm.expectRevert(abi.encodeWithSelector(DealTermOutOfRange.selector, "settlements", 101, 1, 100));
        book.settle(terms, SALT, new Settlement[](101), false);
    }

    function test_settle_changedTerms_reverts() public {
        DealTerms memory terms = defaultTerms();
        Settlement memory settlement = sale(terms, 1, 1);
        terms.perPersonCap = 3;
        vm.expectRevert(abi.encodeWithSelector(DealUnknown.selector, book.dealIdOf(terms, SALT)));
        book.settle(terms, SALT, list(settlement), false);
        assertEq(
            bytes32(book.judge(terms, SALT, settlement, RELAYER)), bytes32(DealUnknown.selector), "judge says so too"
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

        bytes memory settlements = tail(abi.encode(list(sale(terms, 1, 1))));
        bytes memory head = abi.encode(uint256(0x80), SALT, 0x80 + layout.length, false);
        (bool settled, bytes memory reason) =
            address(book).call(abi.encodePacked(book.settle.selector, head, layout, settlements));
        assertTrue(!settled, "refused");
        assertEq(bytes32(bytes4(reason)), bytes32(DealUnknown.selector), "as unknown");
        settle(terms, sale(terms, 1, 1));
    }

    // ---- certificate ----

    function test_settle_foreignDealCertificate_refused() public {
        DealTerms memory terms = defaultTerms();
        Settlement memory settlement = sale(terms, 1, 1);
        settlement.certificate.dealId = keccak256("another deal");
        assertRefused(
            terms,
            sign(settlement),
            abi.encodeWithSelector(CertificateDealMismatch.selector, dealId, keccak256("another deal"))
        );
    }

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

    function test_settle_foreignValidator_refused() public {
        DealTerms memory terms = defaultTerms();
        Settlement memory settlement = sale(terms, 1, 1);
        settlement.certificate.validatorHash = bytes32(0);
        assertRefused(
            terms,
            sign(settlement),
            abi.encodeWithSelector(CertificateValidatorMismatch.selector, terms.validatorHash, bytes32(0))
        );
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

    function test_settle_certificateWithAnotherLife_refused() public {
        DealTerms memory terms = defaultTerms();
        Settlement memory settlement = sale(terms, 1, 1);
        uint64 expected = settlement.certificate.validUntil;
        settlement.certificate.validUntil += 1;
        assertRefused(
            terms, sign(settlement), abi.encodeWithSelector(CertificateLifeMismatch.selector, expected, expected + 1)
        );
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

    function test_settle_consentForAnotherDeal_refused() public {
        DealTerms memory terms = defaultTerms();
        Settlement memory settlement = sale(terms, 1, 1);
        settlement.consent.dealId = bytes32(uint256(1));
        assertRefused(
            terms,
            signConsent(settlement),
            abi.encodeWithSelector(ConsentDealMismatch.selector, dealId, bytes32(uint256(1)))
        );
    }

    function test_settle_consentForAnotherCertificate_refused() public {
        DealTerms memory terms = defaultTerms();
        Settlement memory other = sale(terms, 2, 2);
        Settlement memory settlement = sale(terms, 1, 1);
        bytes32 expected = settlement.consent.certificateHash;
        (settlement.consent, settlement.consentSignature) = (other.consent, other.consentSignature);
        assertRefused(
            terms,
            settlement,
            abi.encodeWithSelector(
                ConsentCertificateMismatch.selector, expected, other.consent.certificateHash
            )
        );
    }

    function test_settle_consentForAnotherConsumer_refused() public {
        DealTerms memory terms = defaultTerms();
        Settlement memory settlement = sale(terms, 1, 1);
        settlement.consent.consumer = STRANGER;
        assertRefused(
            terms,
            signConsent(settlement),
            abi.encodeWithSelector(ConsentConsumerMismatch.selector, consumer, STRANGER)
        );
    }

    function test_settle_consentForAnotherAgreement_refused() public {
        DealTerms memory terms = defaultTerms();
        Settlement memory settlement = sale(terms, 1, 1);
        settlement.consent.agreementHash = 0;
        assertRefused(
            terms,
            signConsent(settlement),
            abi.encodeWithSelector(ConsentAgreementMismatch.selector, terms.agreementHash, bytes32(0))
        );
    }

    function test_settle_consentForAnotherPurpose_refused() public {
        DealTerms memory terms = defaultTerms();
        Settlement memory settlement = sale(terms, 1, 1);
        settlement.consent.purpose = 0;
        assertRefused(
            terms,
            signConsent(settlement),
            abi.encodeWithSelector(ConsentPurposeMismatch.selector, terms.purpose, bytes32(0))
        );
    }

    function test_settle_consentForAnotherToken_refused() public {
        DealTerms memory terms = defaultTerms();
        Settlement memory settlement = sale(terms, 1, 1);
        settlement.consent.token = STRANGER;
        assertRefused(
            terms,
            signConsent(settlement),
            abi.encodeWithSelector(ConsentTokenMismatch.selector, address(token), STRANGER)
        );
    }

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
        settlement.consent.maximumRelayerFee = type(uint256).max;
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
        settlement.consentSignature = "";
        assertRefused(terms, settlement, reason);
        settlement.consentSignature = abi.encodePacked(good, uint8(0));
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
        assertTrue(book.judge(terms, SALT, settlement, RELAYER) != 0, "judged");
        vm.prank(RELAYER);
        assertEq(book.settle(terms, SALT, list(settlement), false), 0, "nothing settled");
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

    function test_settle_duplicateSigner_refused() public {
        DealTerms memory terms = defaultTerms();
        Settlement memory settlement = sale(terms, 1, 1);
        settlement.oracleSignatures[1] = settlement.oracleSignatures[0];
        assertRefused(terms, settlement, abi.encodeWithSelector(CertificateSignersUnordered.selector, 0, 0));
    }

    function test_settle_signersUnordered_refused() public {
        DealTerms memory terms = defaultTerms();
        Settlement memory settlement = sale(terms, 1, 1);
        (settlement.oracleSignatures[0], settlement.oracleSignatures[2]) =
            (settlement.oracleSignatures[2], settlement.oracleSignatures[0]);
        assertRefused(terms, settlement, abi.encodeWithSelector(CertificateSignersUnordered.selector, 2, 1));
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
        settlement.oracleSignatures[2].signature = "";
        assertRefused(terms, settlement, abi.encodeWithSelector(CertificateSignatureInvalid.selector, oracles[2]));
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
        vm.prank(oracles[0]);
        registry.setSigner(address(0xbeef));
        assertRefused(terms, settlement, abi.encodeWithSelector(CertificateSignatureInvalid.selector, oracles[0]));
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
        settlement.consent.maximumRelayerFee = type(uint256).max;
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

    function malleate(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        uint256 n = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
        return abi.encodePacked(r, bytes32(n - uint256(s)), v == 27 ? uint8(28) : uint8(27));
    }
}
