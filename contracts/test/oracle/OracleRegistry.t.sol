// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {
    IOracleRegistry,
    Oracle,
    OracleRegistration,
    OracleStatus
} from "../../src/oracle/interfaces/IOracleRegistry.sol";
import {IOraclePower} from "../../src/oracle/interfaces/IOraclePower.sol";
import {OracleRegistry} from "../../src/oracle/OracleRegistry.sol";
import {KeyProofs} from "../support/KeyProofs.sol";
import {Test} from "../support/Test.sol";

contract TenfoldPower is IOraclePower {
    function powerOf(address) external pure returns (uint256) {
        return 10;
    }
}

/// @dev O1 to O4.
contract OracleRegistryTest is Test {
    address internal constant OPERATOR = address(0x0901);
    address internal constant OTHER = address(0x0902);
    uint256 internal constant SIGNER_KEY = 0x5160;
    bytes32 internal constant MEASUREMENT = keccak256("measurement");

    AccessManager internal manager;
    OracleRegistry internal registry;
    address internal immutable SIGNER = vm.addr(SIGNER_KEY);

    function setUp() public {
        vm.warp(1_900_000_000);
        manager = AccessManager(shipped("accessManager", abi.encode(address(this))));
        registry = OracleRegistry(shipped("oracleRegistry", abi.encode(address(manager), shipped("oraclePower", ""))));
    }

    function registration() internal view returns (OracleRegistration memory) {
        return OracleRegistration({
            endpoint: "https://oracle.example",
            signer: SIGNER,
            encryptionKey: keccak256("key"),
            measurement: MEASUREMENT,
            commissionBps: 500,
            commissionCapBps: 2000,
            maximumChangeBps: 100
        });
    }

    function register(address operator) internal {
        registerAs(operator, SIGNER_KEY);
    }

    function registerAs(address operator, uint256 key) internal {
        OracleRegistration memory one = registration();
        one.signer = vm.addr(key);
        bytes memory possession = proof(operator, key);
        vm.prank(operator);
        registry.register(one, possession);
    }

    /// @dev That a key is an operator's.
    function proof(address operator, uint256 key) internal view returns (bytes memory) {
        return signed(KeyProofs.signingKey(address(registry), operator), key);
    }

    function signed(bytes32 digest, uint256 key) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    function setSigner(address operator, uint256 key) internal {
        bytes memory possession = proof(operator, key);
        vm.prank(operator);
        registry.setSigner(vm.addr(key), possession);
    }

    function statusOf(address operator) internal view returns (OracleStatus) {
        return registry.oracleOf(operator).status;
    }

    function assertSigner(address operator, address expected) internal view {
        (address signer,) = registry.certifierOf(operator);
        assertEq(signer, expected, "certifying signer");
    }

    /// @dev O1: nobody certifies without admission.
    function test_admit_onlyTheRole_onlyTheMeasurementSeen() public {
        register(OPERATOR);
        assertSigner(OPERATOR, address(0));
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, OPERATOR));
        vm.prank(OPERATOR);
        registry.admit(OPERATOR, MEASUREMENT);
        vm.expectRevert(
            abi.encodeWithSelector(
                IOracleRegistry.OracleMeasurementMismatch.selector, bytes32(uint256(1)), MEASUREMENT
            )
        );
        registry.admit(OPERATOR, bytes32(uint256(1)));
        registry.admit(OPERATOR, MEASUREMENT);
        assertSigner(OPERATOR, SIGNER);
        assertEq(registry.powerOf(OPERATOR), 1, "power");
        assertEq(registry.operators().length, 1, "listed");
        vm.expectRevert(
            abi.encodeWithSelector(IOracleRegistry.OracleStatusRefused.selector, OPERATOR, OracleStatus.Active)
        );
        registry.admit(OPERATOR, MEASUREMENT);
    }

    function test_suspend_onlyTheRole_andBack() public {
        register(OPERATOR);
        registry.admit(OPERATOR, MEASUREMENT);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, OTHER));
        vm.prank(OTHER);
        registry.suspend(OPERATOR);
        registry.suspend(OPERATOR);
        assertSigner(OPERATOR, address(0));
        assertEq(registry.powerOf(OPERATOR), 0, "no power");
        assertEq(registry.totalPower(), 0, "no total");
        registry.admit(OPERATOR, MEASUREMENT);
        assertSigner(OPERATOR, SIGNER);
        assertEq(registry.operators().length, 1, "listed once");
    }

    function test_retire_isFinal() public {
        register(OPERATOR);
        registry.admit(OPERATOR, MEASUREMENT);
        vm.prank(OPERATOR);
        registry.retire();
        assertSigner(OPERATOR, address(0));
        bytes memory reason =
            abi.encodeWithSelector(IOracleRegistry.OracleStatusRefused.selector, OPERATOR, OracleStatus.Left);
        vm.expectRevert(reason);
        registry.admit(OPERATOR, MEASUREMENT);
        vm.expectRevert(reason);
        register(OPERATOR);
        vm.expectRevert(reason);
        setSigner(OPERATOR, 0x77);
    }

    /// @dev O5: the list names who may certify again; the order of the others stays.
    function test_retire_leavesTheList() public {
        address[3] memory accounts = [OPERATOR, OTHER, address(0x0e4)];
        for (uint256 i = 0; i < 3; ++i) {
            registerAs(accounts[i], 0x516 + i);
            registry.admit(accounts[i], MEASUREMENT);
        }
        vm.prank(OPERATOR);
        registry.retire();
        assertEq(registry.operators().length, 2, "two are left");
        assertEq(registry.operators()[0], OTHER, "in their order");
        assertEq(registry.operators()[1], accounts[2], "in their order");
        vm.prank(accounts[2]);
        registry.retire();
        assertEq(registry.operators().length, 1, "the last one too");
        // Who was never listed leaves no hole.
        address never = address(0x0e5);
        register(never);
        vm.prank(never);
        registry.retire();
        assertEq(registry.operators()[0], OTHER, "untouched");
    }

    /// @dev O2: one key counts for one operator.
    function test_signer_sharedByTwo_refused() public {
        register(OPERATOR);
        register(OTHER);
        registry.admit(OPERATOR, MEASUREMENT);
        bytes memory taken = abi.encodeWithSelector(IOracleRegistry.OracleSignerTaken.selector, SIGNER, OPERATOR);
        vm.expectRevert(taken);
        registry.admit(OTHER, MEASUREMENT);
        setSigner(OTHER, 0x77);
        registry.admit(OTHER, MEASUREMENT);
        vm.expectRevert(taken);
        setSigner(OTHER, SIGNER_KEY);
        // The key is free again when its operator changes it.
        setSigner(OPERATOR, 0x78);
        setSigner(OTHER, SIGNER_KEY);
        assertEq(registry.operatorOfSigner(SIGNER), OTHER, "taken over");
        assertEq(registry.operatorOfSigner(vm.addr(0x77)), address(0), "freed");
    }

    function test_setSigner_same_keepsIt() public {
        register(OPERATOR);
        registry.admit(OPERATOR, MEASUREMENT);
        setSigner(OPERATOR, SIGNER_KEY);
        assertEq(registry.operatorOfSigner(SIGNER), OPERATOR, "kept");
    }

    /// @dev O6: a key is an operator's by its own word: for this operator, registry and chain.
    function test_signer_withoutProof_refused() public {
        bytes memory refusal = abi.encodeWithSelector(IOracleRegistry.OracleSignerUnproven.selector, SIGNER);
        OracleRegistry other =
            OracleRegistry(shipped("oracleRegistry", abi.encode(address(manager), shipped("oraclePower", ""))));
        bytes32 right = KeyProofs.signingKey(address(registry), OPERATOR);
        assertEq(registry.hashSigningKey(OPERATOR), right, "what a key signs");
        bytes[] memory wrong = new bytes[](6);
        wrong[1] = new bytes(65);
        wrong[2] = proof(OPERATOR, 0x77);
        wrong[3] = proof(OTHER, SIGNER_KEY);
        wrong[4] = signed(KeyProofs.signingKey(address(other), OPERATOR), SIGNER_KEY);
        uint256 chain = block.chainid;
        vm.chainId(chain + 1);
        wrong[5] = proof(OPERATOR, SIGNER_KEY);
        vm.chainId(chain);
        OracleRegistration memory one = registration();
        for (uint256 i = 0; i < wrong.length; ++i) {
            vm.expectRevert(refusal);
            vm.prank(OPERATOR);
            registry.register(one, wrong[i]);
        }
        registerAs(OPERATOR, 0x77);
        for (uint256 i = 0; i < wrong.length; ++i) {
            vm.expectRevert(refusal);
            vm.prank(OPERATOR);
            registry.setSigner(SIGNER, wrong[i]);
        }
        vm.expectRevert(abi.encodeWithSelector(IOracleRegistry.OracleSignerMissing.selector));
        vm.prank(OPERATOR);
        registry.setSigner(address(0), new bytes(65));
        setSigner(OPERATOR, SIGNER_KEY);
    }

    /// @dev O7: who runs a retired program certifies no longer, without anybody naming them, and comes back with another.
    function test_retireMeasurement_endsItsOperators() public {
        register(OPERATOR);
        registry.admit(OPERATOR, MEASUREMENT);
        registerAs(OTHER, 0x77);
        vm.prank(OTHER);
        registry.setMeasurement(keccak256("another"));
        registry.admit(OTHER, keccak256("another"));
        assertEq(registry.totalPower(), 2, "both");
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, OTHER));
        vm.prank(OTHER);
        registry.retireMeasurement(MEASUREMENT);

        assertTrue(!registry.isRetired(MEASUREMENT), "in force");
        registry.retireMeasurement(MEASUREMENT);
        assertTrue(registry.isRetired(MEASUREMENT), "retired");
        assertTrue(!registry.isRetired(keccak256("another")), "that one alone");
        assertTrue(!registry.isRetired(keccak256("unknown")), "that one alone");
        assertSigner(OPERATOR, address(0));
        assertSigner(OTHER, vm.addr(0x77));
        assertTrue(statusOf(OPERATOR) == OracleStatus.Registered, "to be admitted again");
        assertEq(registry.powerOf(OPERATOR), 0, "no power");
        assertEq(registry.totalPower(), 1, "the other");
        assertEq(registry.operatorOfSigner(SIGNER), address(0), "nobody's key");
        (, uint16 commissionBps) = registry.certifierOf(OTHER);
        assertEq(commissionBps, 500, "commission");

        bytes memory retired = abi.encodeWithSelector(IOracleRegistry.OracleMeasurementRetired.selector, MEASUREMENT);
        vm.expectRevert(retired);
        registry.retireMeasurement(MEASUREMENT);
        vm.prank(OPERATOR);
        registry.setMeasurement(MEASUREMENT);
        vm.expectRevert(retired);
        registry.admit(OPERATOR, MEASUREMENT);
        vm.prank(OPERATOR);
        registry.setMeasurement(keccak256("another"));
        registry.admit(OPERATOR, keccak256("another"));
        assertSigner(OPERATOR, SIGNER);
    }

    /// @dev Also one that nobody was admitted for; and there are places for 255.
    function test_retireMeasurement_beforeAnyAdmission_andAsManyAsThereArePlaces() public {
        registry.retireMeasurement(MEASUREMENT);
        register(OPERATOR);
        vm.expectRevert(abi.encodeWithSelector(IOracleRegistry.OracleMeasurementRetired.selector, MEASUREMENT));
        registry.admit(OPERATOR, MEASUREMENT);
        for (uint256 i = 2; i < 255; ++i) registry.retireMeasurement(bytes32(i));
        vm.prank(OPERATOR);
        registry.setMeasurement(keccak256("the last"));
        registry.admit(OPERATOR, keccak256("the last"));
        assertSigner(OPERATOR, SIGNER);
        vm.expectRevert(abi.encodeWithSelector(IOracleRegistry.OracleMeasurementsFull.selector, 256));
        registry.retireMeasurement(bytes32(uint256(255)));
        registry.retireMeasurement(keccak256("the last"));
        assertSigner(OPERATOR, address(0));
    }

    /// @dev O3: another program needs another admission.
    function test_setMeasurement_needsAdmissionAgain() public {
        register(OPERATOR);
        registry.admit(OPERATOR, MEASUREMENT);
        vm.prank(OPERATOR);
        registry.setMeasurement(bytes32(uint256(2)));
        assertSigner(OPERATOR, address(0));
        registry.admit(OPERATOR, bytes32(uint256(2)));
        assertSigner(OPERATOR, SIGNER);
    }

    function test_setMeasurement_whileSuspended_staysSuspended() public {
        register(OPERATOR);
        registry.admit(OPERATOR, MEASUREMENT);
        registry.suspend(OPERATOR);
        vm.prank(OPERATOR);
        registry.setMeasurement(bytes32(uint256(2)));
        assertTrue(statusOf(OPERATOR) == OracleStatus.Suspended, "suspended");
    }

    function test_setEncryptionKey_beginsAnEpoch() public {
        register(OPERATOR);
        assertEq(registry.oracleOf(OPERATOR).epoch, 1, "first epoch");
        vm.startPrank(OPERATOR);
        registry.setEncryptionKey(keccak256("next"));
        Oracle memory oracle = registry.oracleOf(OPERATOR);
        assertEq(oracle.epoch, 2, "second epoch");
        assertEq(oracle.encryptionKey, keccak256("next"), "key");
        bytes4 invalid = IOracleRegistry.OracleEncryptionKeyInvalid.selector;
        vm.expectRevert(abi.encodeWithSelector(invalid, keccak256("next")));
        registry.setEncryptionKey(keccak256("next"));
        vm.expectRevert(abi.encodeWithSelector(invalid, bytes32(0)));
        registry.setEncryptionKey(0);
        vm.stopPrank();
    }

    /// @dev O4: commission: 24 hours apart, below the cap, up by at most the maximum change, down by any amount.
    function test_setCommission_rules() public {
        register(OPERATOR);
        uint256 day = block.timestamp + 24 hours;
        vm.startPrank(OPERATOR);
        vm.warp(day - 1);
        vm.expectRevert(abi.encodeWithSelector(IOracleRegistry.OracleCommissionChangeTooSoon.selector, day));
        registry.setCommission(400);
        vm.warp(day);
        vm.expectRevert(
            abi.encodeWithSelector(IOracleRegistry.OracleCommissionChangeTooLarge.selector, 101, 100)
        );
        registry.setCommission(601);
        registry.setCommission(600);
        vm.warp(day + 24 hours);
        registry.setCommission(0);
        vm.expectRevert(
            abi.encodeWithSelector(IOracleRegistry.OracleCommissionChangeTooSoon.selector, day + 48 hours)
        );
        registry.setCommission(0);
        vm.stopPrank();
    }

    function testFuzz_setCommission_neverAboveCapNorByMoreThanTheChange(uint16[8] calldata wishes) public {
        register(OPERATOR);
        uint256 rate = 500;
        for (uint256 i = 0; i < wishes.length; ++i) {
            vm.warp(block.timestamp + 24 hours);
            vm.prank(OPERATOR);
            try registry.setCommission(wishes[i] % 3000) {} catch {}
            uint256 next = registry.oracleOf(OPERATOR).commissionBps;
            assertTrue(next <= 2000, "below the cap");
            assertTrue(next <= rate + 100, "by no more than the change");
            rate = next;
        }
    }

    function test_register_badValues_revert() public {
        OracleRegistration memory bad = registration();
        bad.endpoint = "";
        assertRefused(bad, abi.encodeWithSelector(IOracleRegistry.OracleEndpointInvalid.selector, 0));
        bad.endpoint = string(new bytes(257));
        assertRefused(bad, abi.encodeWithSelector(IOracleRegistry.OracleEndpointInvalid.selector, 257));
        bad = registration();
        bad.signer = address(0);
        assertRefused(bad, abi.encodeWithSelector(IOracleRegistry.OracleSignerMissing.selector));
        bad = registration();
        bad.encryptionKey = 0;
        assertRefused(bad, abi.encodeWithSelector(IOracleRegistry.OracleEncryptionKeyInvalid.selector, bytes32(0)));
        bytes4 above = IOracleRegistry.OracleCommissionAboveCap.selector;
        bad = registration();
        bad.commissionCapBps = 5001;
        assertRefused(bad, abi.encodeWithSelector(above, 5001, 5000));
        bad = registration();
        bad.commissionBps = 2001;
        assertRefused(bad, abi.encodeWithSelector(above, 2001, 2000));
        bad = registration();
        bad.maximumChangeBps = 2001;
        assertRefused(bad, abi.encodeWithSelector(above, 2001, 2000));
    }

    function test_setEndpoint_onlyKnown() public {
        vm.expectRevert(
            abi.encodeWithSelector(IOracleRegistry.OracleStatusRefused.selector, OPERATOR, OracleStatus.None)
        );
        vm.prank(OPERATOR);
        registry.setEndpoint("https://a.example");
        register(OPERATOR);
        vm.prank(OPERATOR);
        registry.setEndpoint("https://a.example");
        assertEq(bytes(registry.oracleOf(OPERATOR).endpoint).length, 17, "endpoint");
    }

    function test_setPower_pluggedInByTheRole() public {
        register(OPERATOR);
        registry.admit(OPERATOR, MEASUREMENT);
        IOraclePower tenfold = new TenfoldPower();
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, OTHER));
        vm.prank(OTHER);
        registry.setPower(tenfold);
        vm.expectRevert(abi.encodeWithSelector(IOracleRegistry.OraclePowerInvalid.selector, OTHER));
        registry.setPower(IOraclePower(OTHER));
        registry.setPower(tenfold);
        assertEq(registry.powerOf(OPERATOR), 10, "power");
        assertEq(registry.totalPower(), 10, "total");
        assertEq(registry.powerOf(OTHER), 0, "unknown operators have none");
    }

    function assertRefused(OracleRegistration memory bad, bytes memory reason) internal {
        bytes memory possession = proof(OPERATOR, SIGNER_KEY);
        vm.expectRevert(reason);
        vm.prank(OPERATOR);
        registry.register(bad, possession);
    }
}
