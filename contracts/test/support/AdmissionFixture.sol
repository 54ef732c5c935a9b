// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {NodeKeys, OracleVote} from "../../src/oracle/interfaces/IOracleAdmission.sol";
import {IOraclePower} from "../../src/oracle/interfaces/IOraclePower.sol";
import {IOracleRegistry, OracleRegistration} from "../../src/oracle/interfaces/IOracleRegistry.sol";
import {AdmissionParameters, OracleAdmission} from "../../src/oracle/network/OracleAdmission.sol";
import {OracleEpochs} from "../../src/oracle/network/OracleEpochs.sol";
import {OracleMeasurements} from "../../src/oracle/network/OracleMeasurements.sol";
import {RegistryKeeper} from "../../src/oracle/network/RegistryKeeper.sol";
import {OracleRegistry} from "../../src/oracle/OracleRegistry.sol";
import {KeyProofs} from "./KeyProofs.sol";
import {Test} from "./Test.sol";

/// @dev Power that a test sets.
contract SetPower is IOraclePower {
    mapping(address => uint256) private _power;

    function set(address operator, uint256 value) external {
        _power[operator] = value;
    }

    function powerOf(address operator) external view returns (uint256) {
        return _power[operator];
    }
}

/// @dev A network of oracles with power 100 each; three founders may be admitted, a quorum is two thirds. This contract has every role.
abstract contract AdmissionFixture is Test {
    bytes32 internal constant MEASUREMENT = keccak256("measurement");
    bytes32 internal constant NEXT_MEASUREMENT = keccak256("next measurement");
    bytes32 internal constant VALIDATOR = keccak256("validator");
    address internal constant STRANGER = address(0x57a9e);
    uint40 internal constant EVIDENCE_LIFE = 90 days;
    uint64 internal constant EPOCH_LENGTH = 7 days;
    uint64 internal constant GRACE = 1 hours;

    AccessManager internal manager;
    SetPower internal power;
    OracleMeasurements internal measurements;
    OracleAdmission internal admission;
    OracleRegistry internal registry;
    OracleEpochs internal epochs;
    RegistryKeeper internal keeper;

    function setUp() public virtual {
        vm.warp(1_900_000_000);
        vm.roll(1000);
        manager = AccessManager(shipped("accessManager", abi.encode(address(this))));
        power = new SetPower();
        measurements = OracleMeasurements(shipped("oracleMeasurements", abi.encode(address(manager))));
        measurements.allow(MEASUREMENT, VALIDATOR, uint64(block.timestamp));
        admission = OracleAdmission(shipped("oracleAdmission", abi.encode(address(manager), measurements, power, parameters())));
        registry = OracleRegistry(shipped("oracleRegistry", abi.encode(address(manager), power)));
        epochs = OracleEpochs(shipped("oracleEpochs", abi.encode(admission, registry, EPOCH_LENGTH, GRACE)));
        keeper = RegistryKeeper(shipped("registryKeeper", abi.encode(admission, registry)));
        bytes4[] memory selectors = new bytes4[](3);
        selectors[0] = IOracleRegistry.admit.selector;
        selectors[1] = IOracleRegistry.suspend.selector;
        selectors[2] = IOracleRegistry.retireMeasurement.selector;
        manager.setTargetFunctionRole(address(registry), selectors, 1);
        manager.grantRole(1, address(keeper), 0);
        manager.grantRole(1, address(this), 0);
    }

    function parameters() internal pure returns (AdmissionParameters memory) {
        return AdmissionParameters({
            founders: 3,
            quorumCountBps: 6667,
            quorumPowerBps: 6667,
            evidenceLife: EVIDENCE_LIFE
        });
    }

    // Operators in the order of their accounts, so that votes of 0, 1, 2 are ascending.

    function operatorAt(uint256 index) internal pure returns (address) {
        return address(uint160(0x0a00 + index));
    }

    function signerKey(uint256 index) internal pure returns (uint256) {
        return 0x2000 + index;
    }

    function keysOf(uint256 index) internal view returns (NodeKeys memory) {
        return NodeKeys({
            operator: operatorAt(index),
            signer: vm.addr(signerKey(index)),
            encryptionKey: keccak256(abi.encode("encryption", index)),
            admissionKey: keccak256(abi.encode("admission", index)),
            blsKeyHash: 0,
            measurement: MEASUREMENT,
            nonce: blockhash(block.number - 1),
            expiresAt: uint64(block.timestamp + 1 hours)
        });
    }

    /// @dev With the signing key that `keysOf` names.
    function submit(NodeKeys memory keys) internal {
        submitBy(keys, signerKey(uint160(keys.operator) - uint160(operatorAt(0))));
    }

    function submitBy(NodeKeys memory keys, uint256 key) internal {
        bytes memory possession = proofOf(keys, key);
        vm.prank(keys.operator);
        admission.applyWith(keys, block.number - 1, "", "", possession, "evidence");
    }

    function proofOf(NodeKeys memory keys, uint256 key) internal view returns (bytes memory) {
        return sign(key, KeyProofs.nodeKeys(address(admission), keys));
    }

    function register(OracleRegistration memory registration, uint256 index) internal {
        bytes memory possession = sign(signerKey(index), KeyProofs.signingKey(address(registry), operatorAt(index)));
        vm.prank(operatorAt(index));
        registry.register(registration, possession);
    }

    function setSigner(uint256 index, uint256 key) internal {
        bytes memory possession = sign(key, KeyProofs.signingKey(address(registry), operatorAt(index)));
        vm.prank(operatorAt(index));
        registry.setSigner(vm.addr(key), possession);
    }

    function applied(uint256 index) internal returns (NodeKeys memory keys) {
        power.set(operatorAt(index), 100);
        keys = keysOf(index);
        submit(keys);
    }

    function sign(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    /// @dev Votes of the first `count` operators.
    function votesOver(bytes32 digest, uint256 count) internal pure returns (OracleVote[] memory votes) {
        votes = new OracleVote[](count);
        for (uint256 i = 0; i < count; ++i) {
            votes[i] = OracleVote({voter: operatorAt(i), signature: sign(signerKey(i), digest)});
        }
    }

    function votesFor(NodeKeys memory keys, uint256 count) internal view returns (OracleVote[] memory) {
        return votesOver(admission.hashVote(admission.hashKeys(keys), keys.expiresAt), count);
    }

    function found(uint256 count) internal {
        for (uint256 i = 0; i < count; ++i) admission.admitFounder(applied(i));
    }

    /// @dev Three founders, and others by the votes of all before them.
    function grow(uint256 count) internal {
        found(3);
        for (uint256 i = 3; i < count; ++i) {
            NodeKeys memory keys = applied(i);
            admission.admit(keys, votesFor(keys, i));
        }
    }

    function pass(uint256 time) internal {
        vm.warp(block.timestamp + time);
    }
}
