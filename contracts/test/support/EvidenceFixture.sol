// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Certificate, DealTerms, Record} from "../../src/exchange/types/ExchangeTypes.sol";
import {SignedCertificate} from "../../src/oracle/evidence/CertificateEvidence.sol";
import {DutyJudge} from "../../src/oracle/evidence/DutyJudge.sol";
import {EquivocationJudge} from "../../src/oracle/evidence/EquivocationJudge.sol";
import {PenaltyDesk} from "../../src/oracle/evidence/PenaltyDesk.sol";
import {ReleaseJudge} from "../../src/oracle/evidence/ReleaseJudge.sol";
import {CourtParameters, RevalidationCourt} from "../../src/oracle/evidence/RevalidationCourt.sol";
import {IConsentFacts, IExchangeFacts} from "../../src/oracle/interfaces/IExchangeFacts.sol";
import {NodeKeys} from "../../src/oracle/interfaces/IOracleAdmission.sol";
import {IOracleSets} from "../../src/oracle/interfaces/IOracleSets.sol";
import {IPenaltyDesk, Penalty} from "../../src/oracle/interfaces/IPenaltyDesk.sol";
import {AdmissionParameters, OracleAdmission} from "../../src/oracle/network/OracleAdmission.sol";
import {OracleMeasurements} from "../../src/oracle/network/OracleMeasurements.sol";
import {PackedQuorumVerifier} from "../../src/oracle/quorum/PackedQuorumVerifier.sol";
import {IStakeBook, StakeRegistration} from "../../src/stake/interfaces/IStakeBook.sol";
import {StakeParameters} from "../../src/stake/StakeBase.sol";
import {StakeBook} from "../../src/stake/StakeBook.sol";
import {ExchangeFixture} from "./ExchangeFixture.sol";
import {KeyProofs} from "./KeyProofs.sol";
import {Settlement} from "./Settlements.sol";

/// @dev The exchange with its three oracles, who are admitted and staked with a thousand MED each, and seven others beside them.
abstract contract EvidenceFixture is ExchangeFixture {
    uint256 internal constant STAKE = 1000e18;
    uint256 internal constant BOND = 10e18;
    uint40 internal constant WINDOW = 16 days;
    uint256 internal constant PATIENCE = 128;
    address internal constant TREASURY = address(0x7ea5);
    address internal constant REPORTER = address(0x4e90);

    StakeBook internal stake;
    OracleAdmission internal admission;
    PackedQuorumVerifier internal quorum;
    PenaltyDesk internal desk;
    EquivocationJudge internal equivocation;
    ReleaseJudge internal releases;
    DutyJudge internal duties;
    RevalidationCourt internal court;
    IExchangeFacts internal exchangeFacts;
    IConsentFacts internal consentFacts;

    function setUp() public virtual override {
        super.setUp();
        vm.roll(1000);
        exchangeFacts = IExchangeFacts(address(book));
        consentFacts = IConsentFacts(address(consents));
        stake = StakeBook(shipped("stakeBook", abi.encode(address(manager), token, StakeParameters(21 days, WINDOW, 1e27, 1, TREASURY))));
        _admitAll();
        _makeJudges();
        _giveRoles();
        vm.prank(consumer);
        token.approve(address(court), type(uint256).max);
    }

    function _admitAll() private {
        OracleMeasurements measurements = OracleMeasurements(shipped("oracleMeasurements", abi.encode(address(manager))));
        measurements.allow(MEASUREMENT, keccak256("validator"), uint64(block.timestamp));
        admission =
            OracleAdmission(shipped("oracleAdmission", abi.encode(address(manager), measurements, stake, AdmissionParameters(76, 6667, 6667, 90 days))));
        for (uint256 i = 0; i < 10; ++i) {
            address operator = vm.addr(operatorKey(i));
            vm.prank(consumer);
            token.transfer(operator, STAKE);
            vm.startPrank(operator);
            token.approve(address(stake), STAKE);
            stake.registerOperator(StakeRegistration(0, 0, 0));
            stake.delegate(operator, STAKE);
            NodeKeys memory keys = NodeKeys({
                operator: operator,
                signer: vm.addr(signerKey(i)),
                encryptionKey: keccak256("encryption"),
                admissionKey: keccak256("admission"),
                blsKeyHash: 0,
                measurement: MEASUREMENT,
                nonce: blockhash(block.number - 1),
                expiresAt: uint64(block.timestamp + 60)
            });
            bytes memory possession = signature(signerKey(i), KeyProofs.nodeKeys(address(admission), keys));
            admission.applyWith(keys, block.number - 1, "", "", possession, "evidence");
            vm.stopPrank();
            admission.admitFounder(keys);
        }
    }

    function _makeJudges() private {
        quorum = PackedQuorumVerifier(shipped("packedQuorumVerifier", abi.encode(IOracleSets(address(1)))));
        desk = PenaltyDesk(shipped("penaltyDesk", abi.encode(address(manager), stake, token, penalties())));
        equivocation =
            EquivocationJudge(shipped("equivocationJudge", abi.encode(exchangeFacts, consentFacts, admission, quorum, desk, address(token))));
        releases = ReleaseJudge(shipped("releaseJudge", abi.encode(exchangeFacts, consentFacts, admission, quorum, desk, PATIENCE, WINDOW)));
        duties = DutyJudge(shipped("dutyJudge", abi.encode(address(manager), exchangeFacts, consentFacts, desk, 3, 7 days)));
        court = RevalidationCourt(shipped("revalidationCourt", abi.encode(
            exchangeFacts, consentFacts, admission, desk, duties, stake, token, courtParameters()
        )));
    }

    function penalties() internal pure returns (Penalty[4] memory all) {
        all[0] = Penalty(0.5e18, 0, true, 3000, 1000, 20e18);
        all[1] = Penalty(0.2e18, 30 days, false, 3000, 1000, 1000e18);
        all[2] = Penalty(1e18, 0, true, 5000, 1000, 1000e18);
        all[3] = Penalty(0.01e18, 7 days, false, 5000, 1000, 1000e18);
    }

    function courtParameters() internal pure returns (CourtParameters memory) {
        return CourtParameters(5, uint128(BOND), 7 days, 1 days, 2 days, 1 days);
    }

    function _giveRoles() private {
        bytes4[] memory selectors = new bytes4[](3);
        selectors[0] = IStakeBook.slash.selector;
        selectors[1] = IStakeBook.jail.selector;
        selectors[2] = IStakeBook.strikeOff.selector;
        manager.setTargetFunctionRole(address(stake), selectors, 7);
        manager.grantRole(7, address(desk), 0);
        selectors = new bytes4[](1);
        selectors[0] = IPenaltyDesk.punish.selector;
        manager.setTargetFunctionRole(address(desk), selectors, 8);
        manager.grantRole(8, address(equivocation), 0);
        manager.grantRole(8, address(releases), 0);
        manager.grantRole(8, address(duties), 0);
        manager.grantRole(8, address(court), 0);
        selectors[0] = DutyJudge.miss.selector;
        manager.setTargetFunctionRole(address(duties), selectors, 9);
        manager.grantRole(9, address(court), 0);
        // These oracles' batches are signed under the quorum verifier; the deals' own verifier stays the one of the exchange.
    }

    function operatorAt(uint256 index) internal pure returns (address) {
        return vm.addr(operatorKey(index));
    }

    function stakeOf(uint256 index) internal view returns (uint256) {
        return stake.poolOf(operatorAt(index)).assets;
    }

    function signedBy(uint256 index, Certificate memory certificate)
        internal
        view
        returns (SignedCertificate memory signed)
    {
        signed.certificate = certificate;
        signed.signature = signature(signerKey(index), book.hashCertificate(certificate));
    }

    function dealTerms() internal view returns (DealTerms memory terms) {
        terms = defaultTerms();
        terms.maximumRecords = 5;
    }

    /// @dev A sale under a fresh deal, with the certificate that made it.
    function sell() internal returns (Record memory record, Certificate memory certificate) {
        DealTerms memory terms = dealTerms();
        open(terms);
        Settlement memory settlement = sale(terms, 1, 1);
        certificate = settlement.certificate;
        record = settle(terms, settlement);
    }

    function pass(uint256 time) internal {
        vm.warp(block.timestamp + time);
    }
}
