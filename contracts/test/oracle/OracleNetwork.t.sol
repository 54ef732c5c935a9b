// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Certificate, DealTerms, Record} from "../../src/exchange/types/ExchangeTypes.sol";
import {CertificatePath, SignedCertificate} from "../../src/oracle/evidence/CertificateEvidence.sol";
import {EquivocationJudge} from "../../src/oracle/evidence/EquivocationJudge.sol";
import {OracleVote} from "../../src/oracle/interfaces/IOracleAdmission.sol";
import {EpochKeys} from "../../src/oracle/interfaces/IOracleEpochs.sol";
import {OracleStatus} from "../../src/oracle/interfaces/IOracleRegistry.sol";
import {IQuorumVerifier} from "../../src/oracle/interfaces/IQuorumVerifier.sol";
import {OracleEpochs} from "../../src/oracle/network/OracleEpochs.sol";
import {RegistryKeeper} from "../../src/oracle/network/RegistryKeeper.sol";
import {NetworkCertificateVerifier, NetworkProof} from "../../src/oracle/quorum/NetworkCertificateVerifier.sol";
import {PackedQuorumVerifier} from "../../src/oracle/quorum/PackedQuorumVerifier.sol";
import {EvidenceFixture} from "../support/EvidenceFixture.sol";
import {OracleSignature, Settlement} from "../support/Settlements.sol";

/// @dev The parts together: stake, admission, an epoch, sales under its quorum, an oracle that lies, and how the network goes on without it.
contract OracleNetworkTest is EvidenceFixture {
    OracleEpochs internal epochs;
    PackedQuorumVerifier internal packed;
    NetworkCertificateVerifier internal network;
    RegistryKeeper internal keeper;

    function setUp() public override {
        super.setUp();
        epochs = OracleEpochs(shipped("oracleEpochs", abi.encode(admission, registry, 7 days, 1 hours)));
        packed = PackedQuorumVerifier(shipped("packedQuorumVerifier", abi.encode(epochs)));
        network = NetworkCertificateVerifier(shipped("networkCertificateVerifier", abi.encode(packed, 2000)));
        keeper = RegistryKeeper(shipped("registryKeeper", abi.encode(admission, registry)));
        bytes4[] memory selectors = new bytes4[](2);
        selectors[0] = registry.admit.selector;
        selectors[1] = registry.suspend.selector;
        manager.setTargetFunctionRole(address(registry), selectors, 1);
        manager.grantRole(1, address(keeper), 0);
        beginEpoch(10, 99);
    }

    /// @dev Votes of the first `count` operators but one, in the order of their accounts.
    function beginEpoch(uint256 count, uint256 without) internal {
        EpochKeys memory keys = EpochKeys({
            epoch: epochs.currentEpoch() + 1,
            tagCommitment: keccak256(abi.encode("tag", epochs.currentEpoch())),
            networkKey: 0,
            membersHash: epochs.membersHash(),
            expiresAt: uint64(block.timestamp + 60)
        });
        bytes32 digest = epochs.hashEpoch(keys);
        OracleVote[] memory votes = new OracleVote[](without < count ? count - 1 : count);
        uint256 used = 0;
        for (uint256 i = 0; i < count; ++i) {
            if (i == without) continue;
            OracleVote memory vote = OracleVote(operatorAt(i), signature(signerKey(i), digest));
            uint256 at = used++;
            for (; at > 0 && votes[at - 1].voter > vote.voter; --at) votes[at] = votes[at - 1];
            votes[at] = vote;
        }
        epochs.begin(keys, votes);
    }

    function openDeal() internal returns (DealTerms memory terms) {
        terms = dealTerms();
        terms.verifier = address(network);
        open(terms);
    }

    /// @dev A sale whose certificate oracles 0 and `second` signed in a batch of two; the set lists operators in the order of their admission.
    function saleBy(DealTerms memory terms, uint256 data, uint256 second) internal view returns (Settlement memory settlement) {
        settlement.certificate = certificateFor(terms, data, data);
        settlement.consent = consentFor(terms, settlement.certificate);
        settlement = signConsent(settlement);
        bytes32 leaf = keccak256(abi.encodePacked(bytes1(0), book.hashCertificate(settlement.certificate)));
        NetworkProof memory proof;
        proof.path = new bytes32[](1);
        proof.path[0] = keccak256("the other leaf");
        proof.places = new uint8[](2);
        proof.places[1] = uint8(second);
        bytes32 root = keccak256(abi.encodePacked(bytes1(uint8(1)), leaf, proof.path[0]));
        bytes32 digest = packed.hashBatch(epochs.currentEpoch(), root);
        proof.proof = abi.encodePacked(
            epochs.currentEpoch(), uint256(1 | (1 << second)), compact(signature(signerKey(0), digest)), compact(signature(signerKey(second), digest))
        );
        settlement.oracleSignatures = new OracleSignature[](2);
        settlement.oracleSignatures[0] = OracleSignature(0, abi.encode(proof));
        settlement.oracleSignatures[1] = OracleSignature(uint8(second), "");
    }

    function test_sale_underTheQuorumOfAnEpoch() public {
        DealTerms memory terms = openDeal();
        Record memory record = settle(terms, saleBy(terms, 1, 1));
        assertEq(record.shares.length, 2, "two certified");
        assertEq(record.shares[1].oracle, operatorAt(1), "who");
        // 5 % of half of the price each: the commission that the set froze.
        assertEq(record.shares[0].amount, uint256(record.price) * 5 / 200, "commission");
    }

    function test_sale_signedInTheEpochBefore_settlesInItsGrace() public {
        DealTerms memory terms = openDeal();
        pass(7 days - 60);
        Settlement memory late = saleBy(terms, 2, 1);
        pass(60);
        beginEpoch(10, 99);
        settle(terms, late);
        late = saleBy(terms, 3, 1);
        settle(terms, late);
    }

    /// @dev Two sealed records in one settled batch, whose digest is the one leaf of an epoch's: what was settled so is evidence.
    function test_liar_inABatch_isSlashed() public {
        DealTerms memory terms = openDeal();
        EquivocationJudge judge = EquivocationJudge(
            shipped("equivocationJudge", abi.encode(exchangeFacts, consentFacts, admission, packed, desk, address(token)))
        );
        manager.grantRole(8, address(judge), 0);
        Settlement[] memory settlements = new Settlement[](2);
        bytes32[] memory leaves = new bytes32[](2);
        for (uint256 i = 0; i < 2; ++i) {
            settlements[i].certificate = certificateFor(terms, i + 1, i + 1);
            settlements[i].consent = consentFor(terms, settlements[i].certificate);
            settlements[i] = signConsent(settlements[i]);
            leaves[i] = keccak256(abi.encodePacked(bytes1(0), book.hashCertificate(settlements[i].certificate)));
        }
        bytes32 batch = book.hashCertificateBatch(keccak256(abi.encodePacked(bytes1(uint8(1)), leaves[0], leaves[1])));
        bytes32 digest = packed.hashBatch(epochs.currentEpoch(), keccak256(abi.encodePacked(bytes1(0), batch)));
        bytes memory mine = signature(signerKey(1), digest);
        NetworkProof memory proof;
        proof.places = new uint8[](2);
        proof.places[1] = 1;
        proof.proof = abi.encodePacked(
            epochs.currentEpoch(), uint256(3), compact(signature(signerKey(0), digest)), compact(mine)
        );
        bytes[] memory bare = new bytes[](2);
        (bare[0], bare[1]) = (packAlone(settlements[0]), packAlone(settlements[1]));
        vm.prank(RELAYER);
        uint256 settled =
            book.settle(terms, SALT, bare, abi.encodePacked(uint16(3), abi.encode(proof)), true);
        assertEq(settled, 2, "both");

        SignedCertificate memory first;
        first.certificate = settlements[1].certificate;
        first.signature = mine;
        first.epoch = epochs.currentEpoch();
        first.settlement = new CertificatePath[](1);
        first.settlement[0].path = new bytes32[](1);
        (first.settlement[0].path[0], first.settlement[0].turns) = (leaves[0], 1);
        Certificate memory other = certificateFor(terms, 2, 2);
        other.recordTag = keccak256("another");
        SignedCertificate memory second = signedBy(1, other);
        judge.prove(first, second, new Record[](0));
        assertEq(stakeOf(1), STAKE / 2, "slashed");
    }

    function test_liar_isSlashed_excluded_andTheNetworkGoesOn() public {
        DealTerms memory terms = openDeal();
        settle(terms, saleBy(terms, 1, 1));
        // Oracle 1 signs another tag for the same sealed record.
        Certificate memory one = certificateFor(terms, 1, 1);
        Certificate memory other = certificateFor(terms, 1, 1);
        other.recordTag = keccak256("another");
        SignedCertificate memory first = signedBy(1, one);
        SignedCertificate memory second = signedBy(1, other);
        vm.prank(REPORTER);
        equivocation.prove(first, second, new Record[](0));
        assertEq(stakeOf(1), STAKE / 2, "slashed");
        assertTrue(token.balanceOf(REPORTER) != 0, "reported");

        // Its signatures of the present epoch count until anybody says so.
        epochs.refresh(1, 1);
        Settlement memory refused = saleBy(terms, 2, 1);
        assertRefused(terms, refused, abi.encodeWithSelector(IQuorumVerifier.QuorumSignerExcluded.selector, 1));
        settle(terms, saleBy(terms, 2, 2));
        keeper.sync(operatorAt(1));
        assertTrue(registry.oracleOf(operatorAt(1)).status == OracleStatus.Suspended, "suspended");

        // The next epoch begins at once, without it: its place is another's.
        beginEpoch(10, 1);
        assertEq(epochs.currentEpoch(), 2, "began");
        assertTrue(epochs.membersHash() != 0, "members");
        assertEq(admission.members().length, 10, "still listed, and without power");
    }
}
