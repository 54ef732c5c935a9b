// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ConsentBook} from "../../src/exchange/ConsentBook.sol";
import {DealBook} from "../../src/exchange/DealBook.sol";
import {IDealBook} from "../../src/exchange/interfaces/IDealBook.sol";
import {QuorumCertificateVerifier} from "../../src/exchange/QuorumCertificateVerifier.sol";
import {
    Certificate,
    Consent,
    DealTerms,
    DeliveryAnswer,
    Payer,
    Record,
    Share,
    Tier,
    TokenPermit
} from "../../src/exchange/types/ExchangeTypes.sol";
import {OracleRegistration} from "../../src/oracle/interfaces/IOracleRegistry.sol";
import {OracleRegistry} from "../../src/oracle/OracleRegistry.sol";
import {MedToken} from "../../src/token/MedToken.sol";
import {KeyProofs} from "./KeyProofs.sol";
import {OracleSignature, Settlement, Settlements} from "./Settlements.sol";
import {Test, Vm} from "./Test.sol";

/// @dev A whole exchange with three oracles (5 % commission each), one consumer and providers made as needed.
abstract contract ExchangeFixture is Settlements, Test {
    uint256 internal constant PROVIDER_KEY = 0xa11ce;
    uint256 internal constant CONSUMER_KEY = 0xc0de;
    uint128 internal constant LOW = 2e18;
    uint128 internal constant HIGH = 5e18;
    bytes32 internal constant SALT = bytes32(uint256(77));
    bytes32 internal constant MEASUREMENT = keccak256("measurement");
    address internal constant STRANGER = address(0x57a9e);
    address internal constant RELAYER = address(0x9e1a);
    address internal constant STORE = address(0x5709e);

    AccessManager internal manager;
    MedToken internal token;
    OracleRegistry internal registry;
    QuorumCertificateVerifier internal verifier;
    DealBook internal book;
    ConsentBook internal consents;
    address internal consumer;
    address internal provider;
    address[] internal oracles;
    /// @dev Terms of the deals that were opened, encoded, by their id: the events leave out what they say.
    mapping(bytes32 dealId => bytes) private _opened;

    function setUp() public virtual {
        vm.warp(1_900_000_000);
        consumer = vm.addr(CONSUMER_KEY);
        provider = vm.addr(PROVIDER_KEY);
        manager = AccessManager(shipped("accessManager", abi.encode(address(this))));
        token = MedToken(shipped("medToken", abi.encode(consumer, 1e30)));
        registry = OracleRegistry(shipped("oracleRegistry", abi.encode(address(manager), shipped("oraclePower", ""))));
        verifier = QuorumCertificateVerifier(shipped("certificateVerifier", abi.encode(registry)));
        book = DealBook(shipped("dealBook", abi.encode(address(manager), false)));
        consents = ConsentBook(address(book.consentBook()));
        book.setTokenAllowed(address(token), true);
        for (uint256 i = 0; i < 3; ++i) {
            address operator = vm.addr(operatorKey(i));
            oracles.push(operator);
            bytes memory possession = signature(signerKey(i), KeyProofs.signingKey(address(registry), operator));
            vm.prank(operator);
            registry.register(registration(vm.addr(signerKey(i))), possession);
            registry.admit(operator, MEASUREMENT);
        }
        vm.prank(consumer);
        token.approve(address(book), type(uint256).max);
    }

    // ---- builders ----

    function operatorKey(uint256 index) internal pure returns (uint256) {
        return 0x1000 + index;
    }

    function signerKey(uint256 index) internal pure returns (uint256) {
        return 0x2000 + index;
    }

    function registration(address signer) internal pure returns (OracleRegistration memory) {
        return OracleRegistration({
            endpoint: "https://oracle.example",
            signer: signer,
            encryptionKey: keccak256(abi.encode(signer)),
            measurement: MEASUREMENT,
            commissionBps: 500,
            commissionCapBps: 2000,
            maximumChangeBps: 100
        });
    }

    function defaultTerms() internal view returns (DealTerms memory terms) {
        terms.consumer = consumer;
        terms.token = address(token);
        terms.criteriaHash = keccak256("criteria");
        terms.agreementHash = keccak256("agreement");
        terms.purpose = keccak256("DUO:0000007");
        terms.tiers = new Tier[](2);
        terms.tiers[0] = Tier(50, LOW);
        terms.tiers[1] = Tier(80, HIGH);
        terms.maximumRecords = 3;
        terms.perPersonCap = 2;
        terms.commissionCapBps = 1000;
        terms.certificateLife = 1800;
        terms.deliveryWindow = 1 days;
        terms.expiry = uint64(block.timestamp + 30 days);
        terms.retentionEnd = terms.expiry + 365 days;
        terms.verifier = address(verifier);
        terms.oracles = oracles;
        terms.quorum = 2;
        terms.stores = new address[](1);
        terms.stores[0] = STORE;
        terms.validatorHash = keccak256("validator");
    }

    function budgetOf(DealTerms memory terms) internal pure returns (uint256) {
        return uint256(terms.maximumRecords) * terms.tiers[terms.tiers.length - 1].price;
    }

    function open(DealTerms memory terms) internal returns (bytes32 dealId) {
        uint256 budget = budgetOf(terms);
        vm.prank(terms.consumer);
        dealId = book.createDeal(terms, SALT, budget);
        remember(dealId, terms);
    }

    /// @dev For a deal that was opened otherwise, so that its records can be read.
    function remember(bytes32 dealId, DealTerms memory terms) internal {
        _opened[dealId] = abi.encode(terms);
    }

    function certificateFor(DealTerms memory terms, uint256 person, uint256 data)
        internal
        view
        returns (Certificate memory certificate)
    {
        certificate.dealId = book.dealIdOf(terms, SALT);
        certificate.provider = provider;
        certificate.manifestHash = keccak256(abi.encode("manifest", person, data));
        certificate.personTag = keccak256(abi.encode("person", person));
        certificate.recordTag = keccak256(abi.encode("record", data));
        certificate.score = 87;
        certificate.asOf = uint64(block.timestamp);
        certificate.validUntil = uint64(block.timestamp) + terms.certificateLife;
        certificate.validatorHash = terms.validatorHash;
        certificate.statusListsRoot = keccak256("status");
        certificate.receiptHash = keccak256("receipt");
    }

    function consentFor(DealTerms memory terms, Certificate memory certificate)
        internal
        view
        returns (Consent memory consent)
    {
        consent.dealId = certificate.dealId;
        consent.certificateHash = book.hashCertificate(certificate);
        consent.consumer = terms.consumer;
        consent.agreementHash = terms.agreementHash;
        consent.answersHash = keccak256("answers");
        consent.purpose = terms.purpose;
        consent.token = terms.token;
        consent.minimumNet = 1e18;
        consent.payout = certificate.provider;
        consent.maximumRelayerFee = 0.5e18;
        consent.signedUntil = uint64(block.timestamp + 1 hours);
        consent.consentUntil = uint64(block.timestamp + 180 days);
    }

    function signature(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    function certify(bytes32 digest, uint256 count) internal pure returns (OracleSignature[] memory signatures) {
        signatures = new OracleSignature[](count);
        for (uint256 i = 0; i < count; ++i) signatures[i] = OracleSignature(uint8(i), signature(signerKey(i), digest));
    }

    /// @dev Signs both messages anew, as they stand in the settlement.
    function sign(Settlement memory settlement) internal view returns (Settlement memory) {
        bytes32 digest = book.hashCertificate(settlement.certificate);
        settlement.oracleSignatures = certify(digest, 3);
        settlement.consent.certificateHash = digest;
        return signConsent(settlement);
    }

    function signConsent(Settlement memory settlement) internal view returns (Settlement memory) {
        settlement.consentSignature = signature(PROVIDER_KEY, book.hashConsent(settlement.consent));
        return settlement;
    }

    function sale(DealTerms memory terms, uint256 person, uint256 data)
        internal
        view
        returns (Settlement memory settlement)
    {
        settlement.certificate = certificateFor(terms, person, data);
        settlement.consent = consentFor(terms, settlement.certificate);
        return sign(settlement);
    }

    // ---- actions ----

    function settle(DealTerms memory terms, Settlement memory settlement) internal returns (Record memory) {
        vm.recordLogs();
        vm.prank(RELAYER);
        book.settle(terms, SALT, list(settlement), "", true);
        Record[] memory records = settledRecords();
        assertEq(records.length, 1, "one record settled");
        return records[0];
    }

    /// @dev The records of the RecordSettled events since vm.recordLogs.
    function settledRecords() internal returns (Record[] memory records) {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        bytes32 topic = IDealBook.RecordSettled.selector;
        uint256 count = 0;
        for (uint256 i = 0; i < logs.length; ++i) if (logs[i].topics[0] == topic) ++count;
        records = new Record[](count);
        for (uint256 i = logs.length; i > 0; --i) {
            if (logs[i - 1].topics[0] == topic) records[--count] = _recordFrom(logs[i - 1]);
        }
    }

    function _recordFrom(Vm.Log memory log) private view returns (Record memory record) {
        bytes32[10] memory words = abi.decode(log.data, (bytes32[10]));
        record.dealId = log.topics[2];
        DealTerms memory terms = abi.decode(_opened[record.dealId], (DealTerms));
        record.personTag = words[0];
        record.recordTag = words[1];
        record.manifestHash = words[2];
        record.certificateHash = words[3];
        record.consentHash = words[4];
        record.consumer = terms.consumer;
        record.token = terms.token;
        record.provider = address(uint160(uint256(log.topics[3])));
        record.payout = address(uint160(uint256(words[5])));
        record.price = uint128(uint256(words[7]) >> 128);
        record.relayerFee = uint128(uint256(words[7]));
        uint256 times = uint256(words[8]);
        record.ordinal = uint16(times >> 128);
        record.settledAt = uint64(times >> 64);
        record.deliveryEnd = record.settledAt + terms.deliveryWindow;
        record.consentUntil = uint64(times);
        record.shares = _sharesFrom(terms, record.price, times >> 144, uint256(words[9]));
        record.net = record.price - record.relayerFee;
        for (uint256 i = 0; i < record.shares.length; ++i) record.net -= record.shares[i].amount;
    }

    function _sharesFrom(DealTerms memory terms, uint256 price, uint256 signers, uint256 commissions)
        private
        pure
        returns (Share[] memory shares)
    {
        uint256 count = 0;
        for (uint256 rest = signers; rest != 0; rest &= rest - 1) ++count;
        shares = new Share[](count);
        count = 0;
        for (uint256 i = 0; i < terms.oracles.length; ++i) {
            if ((signers >> i) & 1 == 0) continue;
            uint256 rate = uint16(commissions >> (16 * count));
            if (rate > terms.commissionCapBps) rate = terms.commissionCapBps;
            shares[count++] = Share(terms.oracles[i], uint128(price * rate / (10_000 * shares.length)));
        }
    }

    /// @dev Asserts that judge says the code, that a lenient settle pays nothing and a strict one reverts with the reason.
    function assertRefused(DealTerms memory terms, Settlement memory settlement, bytes memory reason) internal {
        assertEq(bytes32(book.judge(terms, SALT, pack(settlement), RELAYER)), bytes32(bytes4(reason)), "judge's code");
        bytes32 dealId = book.dealIdOf(terms, SALT);
        uint256 before = IERC20(terms.token).balanceOf(address(book));
        bytes32 state = keccak256(abi.encode(book.dealOf(dealId)));
        vm.recordLogs();
        vm.prank(RELAYER);
        assertEq(book.settle(terms, SALT, list(settlement), "", false), 0, "nothing settled");
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 1, "one event");
        assertEq(logs[0].topics[0], keccak256("SettlementRefused(bytes32,bytes4,uint256,bytes)"), "refusal event");
        assertEq(logs[0].topics[2], bytes32(bytes4(reason)), "refusal code");
        (, bytes memory found) = abi.decode(logs[0].data, (uint256, bytes));
        assertEq(keccak256(found), keccak256(reason), "refusal reason");
        assertEq(IERC20(terms.token).balanceOf(address(book)), before, "nothing paid");
        assertEq(keccak256(abi.encode(book.dealOf(dealId))), state, "deal unchanged");
        vm.expectRevert(reason);
        vm.prank(RELAYER);
        book.settle(terms, SALT, list(settlement), "", true);
    }

    function noPermit() internal pure returns (TokenPermit memory permit) {}

    function noPayer() internal pure returns (Payer memory payer) {}

    /// @dev Who pays by allowance, without a signature of its own.
    function payerOf(address account) internal pure returns (Payer memory payer) {
        payer.account = account;
    }

    function give(address account, uint256 amount) internal {
        vm.prank(consumer);
        token.transfer(account, amount);
    }

    /// @dev The provider undoes a sale; the relayer's fee comes from its pocket.
    function unwind(Record memory record) internal {
        vm.startPrank(provider);
        IERC20(record.token).approve(address(book), type(uint256).max);
        book.revoke(record, true, payerOf(provider));
        vm.stopPrank();
    }

    function claim(Record memory record) internal {
        vm.prank(consumer);
        book.claimDelivery(record, noPermit());
    }

    function envelopeOf(string memory enc, string memory epoch, string memory keyId, string memory wrapped)
        internal
        pure
        returns (bytes memory)
    {
        return bytes(
            string.concat(
                '{"enc":"', enc, '","epoch":', epoch, ',"keyId":"', keyId, '","wrapped":"', wrapped, '"}'
            )
        );
    }

    function answerOf(Record memory record, uint256 oracle) internal view returns (DeliveryAnswer memory answer) {
        answer.consumerKeyHash = keccak256("the consumer's key");
        answer.blockNumber = uint64(block.number);
        answer.envelope = envelopeOf(
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            "0",
            "did:ambrosia:1:00#key-1",
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
        );
        return signAnswer(record, answer, operatorKey(oracle));
    }

    function signAnswer(Record memory record, DeliveryAnswer memory answer, uint256 key)
        internal
        view
        returns (DeliveryAnswer memory)
    {
        bytes32 envelopeHash = sha256(answer.envelope);
        bytes32 digest =
            book.hashRelease(recordIdOf(record), answer.consumerKeyHash, envelopeHash, answer.blockNumber);
        answer.signature = signature(key, digest);
        return answer;
    }

    function post(Record memory record, uint256 oracle) internal {
        DeliveryAnswer memory answer = answerOf(record, oracle);
        vm.prank(oracles[oracle]);
        book.postDelivery(record, answer);
    }

    /// @dev An ERC-2612 permit to the DealBook.
    function permitFor(uint256 key, uint256 value) internal view returns (TokenPermit memory permit) {
        address owner = vm.addr(key);
        permit.value = value;
        permit.deadline = block.timestamp;
        bytes32 structHash = keccak256(
            abi.encode(
                keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"),
                owner,
                address(book),
                value,
                token.nonces(owner),
                permit.deadline
            )
        );
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", token.DOMAIN_SEPARATOR(), structHash));
        (permit.v, permit.r, permit.s) = vm.sign(key, digest);
    }

    function recordIdOf(Record memory record) internal view returns (bytes32) {
        return book.recordIdOf(record.dealId, record.recordTag);
    }
}
