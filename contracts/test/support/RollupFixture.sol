// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {Assertions} from "../../src/rollup/Assertions.sol";
import {Batches} from "../../src/rollup/Batches.sol";
import {Bridge} from "../../src/rollup/Bridge.sol";
import {Committee} from "../../src/rollup/Committee.sol";
import {Inbox} from "../../src/rollup/Inbox.sol";
import {ClaimOutcome, IClaimResolver} from "../../src/rollup/interfaces/IClaimResolver.sol";
import {NetworkParameters} from "../../src/rollup/interfaces/INetworkFactory.sol";
import {RollupHashes} from "../../src/rollup/libraries/RollupHashes.sol";
import {NetworkFactory} from "../../src/rollup/NetworkFactory.sol";
import {Outbox} from "../../src/rollup/Outbox.sol";
import {AssertionRules, NetworkContracts, RollupState} from "../../src/rollup/types/RollupTypes.sol";
import {MedToken} from "../../src/token/MedToken.sol";
import {Test} from "./Test.sol";

/// @dev Claims whose outcome the test decides.
contract TestResolver is IClaimResolver {
    struct Claim {
        address claimant;
        bytes32 programId;
        uint64 exitCode;
        bytes32 answer;
        ClaimOutcome outcome;
        address winner;
    }

    mapping(bytes32 => Claim) internal claims;

    function set(bytes32 claim, Claim calldata value) external {
        claims[claim] = value;
    }

    function decide(bytes32 claim, ClaimOutcome outcome, address winner) external {
        claims[claim].outcome = outcome;
        claims[claim].winner = winner;
    }

    function says(bytes32 claim, address claimant, bytes32 programId, uint64 exitCode, bytes32 answer)
        external
        view
        returns (bool)
    {
        Claim memory value = claims[claim];
        bool isTheirs = claimant != address(0) && value.claimant == claimant;
        bool isSame = value.programId == programId && value.exitCode == exitCode && value.answer == answer;
        return isTheirs && isSame;
    }

    function outcomeOf(bytes32 claim) external view returns (ClaimOutcome) {
        return claims[claim].outcome;
    }

    function winnerOf(bytes32 claim) external view returns (address) {
        return claims[claim].winner;
    }
}

/// @dev A network of three members, two of whom certify, with MED for gas and bonds.
abstract contract RollupFixture is Test {
    bytes32 internal constant KIND = keccak256("contracts");
    bytes32 internal constant PROGRAM = keccak256("program");
    bytes32 internal constant GENESIS = keccak256("genesis");
    bytes32 internal constant KEY = keccak256("encryption key");
    uint128 internal constant BOND = 100e18;
    uint64 internal constant PERIOD = 1 days;
    uint64 internal constant DELAY = 2 days;
    uint64 internal constant INCLUSION = 1 hours;
    uint64 internal constant CADENCE = 12;
    uint64 internal constant CHAIN_ID = 777_001;
    address internal constant GOVERNOR = address(0x60);
    address internal constant ASSERTER = address(0xa55e);
    address internal constant RIVAL = address(0xa55f);
    address internal constant USER = address(0x05e4);

    AccessManager internal manager;
    MedToken internal med;
    NetworkFactory internal factory;
    TestResolver internal resolver;
    Committee internal committee;
    Inbox internal inbox;
    Batches internal batches;
    Assertions internal assertions;
    Outbox internal outbox;
    Bridge internal bridge;
    bytes32 internal networkId;
    uint256[3] internal keys;

    function setUp() public virtual {
        vm.warp(1_900_000_000);
        manager = AccessManager(shipped("accessManager", abi.encode(address(this))));
        med = MedToken(shipped("medToken", abi.encode(address(this), 1e27)));
        factory = NetworkFactory(shipped("networkFactory", abi.encode(address(manager))));
        resolver = new TestResolver();
        keys = sortedKeys();
        factory.addKind(KIND, implementations());
        use(create(bytes32(0), parameters()));
        address[3] memory holders = [ASSERTER, RIVAL, USER];
        for (uint256 i = 0; i < holders.length; ++i) {
            med.transfer(holders[i], 1e24);
            vm.prank(holders[i]);
            med.approve(address(assertions), type(uint256).max);
            vm.prank(holders[i]);
            med.approve(address(bridge), type(uint256).max);
        }
    }

    function implementations() internal returns (NetworkContracts memory) {
        return NetworkContracts({
            committee: shipped("committee", ""),
            inbox: shipped("inbox", ""),
            batches: shipped("batches", ""),
            assertions: shipped("assertions", ""),
            outbox: shipped("outbox", ""),
            bridge: shipped("bridge", abi.encode(shipped("bridgedToken", "")))
        });
    }

    function parameters() internal view virtual returns (NetworkParameters memory) {
        return NetworkParameters({
            kind: KIND,
            chainId: CHAIN_ID,
            gasLimit: 30_000_000,
            feeRecipient: address(0xfee),
            maximumDrift: 600,
            recordGas: 1e9,
            gasToken: address(med),
            bondToken: address(med),
            governor: GOVERNOR,
            governanceDelay: DELAY,
            inclusionDelay: INCLUSION,
            cadence: CADENCE,
            members: members(),
            threshold: 2,
            encryptionKey: KEY,
            genesisCommitment: GENESIS,
            rules: rules()
        });
    }

    function rules() internal view returns (AssertionRules memory) {
        return AssertionRules({
            rulesHash: 0,
            programId: PROGRAM,
            resolver: address(resolver),
            bond: BOND,
            period: PERIOD,
            maximumBatches: 8
        });
    }

    function create(bytes32 salt, NetworkParameters memory value) internal returns (NetworkContracts memory contracts) {
        (networkId, contracts) = factory.create(salt, value);
    }

    function use(NetworkContracts memory contracts) internal {
        committee = Committee(contracts.committee);
        inbox = Inbox(contracts.inbox);
        batches = Batches(contracts.batches);
        assertions = Assertions(contracts.assertions);
        outbox = Outbox(contracts.outbox);
        bridge = Bridge(contracts.bridge);
    }

    // ---- the committee ----

    /// @dev Keys whose accounts ascend.
    function sortedKeys() internal pure returns (uint256[3] memory sorted) {
        sorted = [uint256(0xa11ce), 0xb0b, 0xca401];
        for (uint256 i = 0; i < 3; ++i) {
            for (uint256 k = i + 1; k < 3; ++k) {
                if (vm.addr(sorted[k]) < vm.addr(sorted[i])) (sorted[i], sorted[k]) = (sorted[k], sorted[i]);
            }
        }
    }

    function members() internal view returns (address[] memory list) {
        list = new address[](3);
        for (uint256 i = 0; i < 3; ++i) list[i] = vm.addr(keys[i]);
    }

    /// @dev Signatures of the members whose bits are set, ascending.
    function signaturesOf(bytes32 digest, uint256 bits) internal view returns (bytes memory signatures) {
        for (uint256 i = 0; i < 3; ++i) {
            if ((bits >> i) & 1 == 1) signatures = bytes.concat(signatures, signatureOf(digest, keys[i]));
        }
    }

    function signatureOf(bytes32 digest, uint256 key) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    function typed(string memory name, address verifier, bytes32 structHash) internal view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256(bytes(name)),
                keccak256("1"),
                block.chainid,
                verifier
            )
        );
        return keccak256(abi.encodePacked(hex"1901", domain, structHash));
    }

    // ---- batches ----

    function certificateDigest(uint64 index, bytes32 commitment, uint64 inboxCount, bytes32 anchor)
        internal
        view
        returns (bytes32)
    {
        bytes32 accumulator = batches.accumulatorAt(index > batches.count() ? batches.count() : index);
        return typed(
            "Batches",
            address(batches),
            RollupHashes.batchCertificate(index, accumulator, commitment, inboxCount, anchor)
        );
    }

    /// @dev Posts the next batch as an honest batcher would, in the next slot.
    function post(bytes32 commitment, uint64 inboxCount) internal {
        vm.warp(block.timestamp + CADENCE);
        uint64 index = batches.count();
        bytes32 anchor = inbox.anchorAt(inboxCount);
        bytes memory signatures = signaturesOf(certificateDigest(index, commitment, inboxCount, anchor), 3);
        batches.post(index, commitment, inboxCount, anchor, signatures);
    }

    function postAll() internal {
        post(keccak256(abi.encode("batch", batches.count())), inbox.reach(batches.inboxCount()));
    }

    // ---- assertions ----

    function stateAfter(bytes32 parent, bytes32 blockCommitment, bytes32 outboxRoot)
        internal
        view
        returns (RollupState memory)
    {
        uint64 count = assertions.assertionOf(parent).nextBatchCount;
        return RollupState(count, batches.accumulatorAt(count), blockCommitment, outboxRoot);
    }

    function digestOf(bytes32 parent, RollupState memory state) internal view returns (bytes32) {
        AssertionRules memory inForce = assertions.rulesAt(assertions.assertionOf(parent).rulesIndex);
        return RollupHashes.digest(
            inForce.rulesHash, assertions.assertionOf(parent).stateHash, RollupHashes.state(state)
        );
    }

    /// @dev A claim by an account that the state follows from the parent.
    function claimFor(address who, bytes32 parent, RollupState memory state) internal returns (bytes32 claim) {
        claim = keccak256(abi.encode(who, parent, state));
        resolver.set(
            claim, TestResolver.Claim(who, PROGRAM, 0, digestOf(parent, state), ClaimOutcome.Open, address(0))
        );
    }

    function assertAs(address who, bytes32 parent, RollupState memory state) internal returns (bytes32 id, bytes32 claim) {
        claim = claimFor(who, parent, state);
        vm.prank(who);
        id = assertions.assertState(parent, state, claim);
    }

    /// @dev Makes an outbox root certain by the whole way.
    function confirmRoot(bytes32 root) internal {
        postAll();
        bytes32 parent = assertions.newest();
        (bytes32 id, bytes32 claim) = assertAs(ASSERTER, parent, stateAfter(parent, keccak256("block"), root));
        resolver.decide(claim, ClaimOutcome.Stands, address(0));
        vm.warp(block.timestamp + PERIOD);
        assertions.confirm(id);
    }

    // ---- the inbox ----

    function sealedOf(uint256 size) internal pure returns (bytes memory) {
        return new bytes(size + 48);
    }

    function deposit(address who, uint256 amount) internal returns (uint64) {
        vm.prank(who);
        return bridge.deposit(amount, sealedOf(32));
    }

    function forceTransaction(address who) internal returns (uint64) {
        vm.prank(who);
        return inbox.forceTransaction(sealedOf(256));
    }
}
