// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {AllowedMeasurement, IOracleMeasurements} from "../../src/oracle/interfaces/IOracleMeasurements.sol";
import {OracleMeasurements} from "../../src/oracle/network/OracleMeasurements.sol";
import {Test} from "../support/Test.sol";

/// @dev N6.
contract OracleMeasurementsTest is Test {
    bytes32 internal constant ONE = keccak256("one");
    bytes32 internal constant VALIDATOR = keccak256("validator");
    OracleMeasurements internal measurements;
    uint64 internal start;

    function setUp() public {
        vm.warp(1_900_000_000);
        start = uint64(block.timestamp);
        measurements = OracleMeasurements(shipped("oracleMeasurements", abi.encode(shipped("accessManager", abi.encode(address(this))))));
    }

    function expectTime(uint64 time) internal {
        vm.expectRevert(abi.encodeWithSelector(IOracleMeasurements.MeasurementTimeInvalid.selector, time));
    }

    function test_measurement_hasItsTime_toTheSecond() public {
        measurements.allow(ONE, VALIDATOR, start + 100);
        measurements.sunset(ONE, start + 200);
        AllowedMeasurement memory entry = measurements.measurementOf(ONE);
        assertEq(entry.validatorHash, VALIDATOR, "validator");
        assertEq(entry.activatesAt, start + 100, "activation");
        assertEq(entry.sunsetAt, start + 200, "sunset");
        vm.warp(start + 99);
        assertTrue(!measurements.isActive(ONE), "before");
        vm.warp(start + 100);
        assertTrue(measurements.isActive(ONE), "from");
        vm.warp(start + 199);
        assertTrue(measurements.isActive(ONE), "until");
        vm.warp(start + 200);
        assertTrue(!measurements.isActive(ONE), "after");
        assertTrue(!measurements.isActive(keccak256("unknown")), "unknown");
    }

    function test_allow_refuses() public {
        vm.expectRevert(abi.encodeWithSelector(IOracleMeasurements.MeasurementZero.selector));
        measurements.allow(0, VALIDATOR, start);
        vm.expectRevert(abi.encodeWithSelector(IOracleMeasurements.MeasurementZero.selector));
        measurements.allow(ONE, 0, start);
        expectTime(start - 1);
        measurements.allow(ONE, VALIDATOR, start - 1);
        measurements.allow(ONE, VALIDATOR, start);
        vm.expectRevert(abi.encodeWithSelector(IOracleMeasurements.MeasurementKnown.selector, ONE));
        measurements.allow(ONE, VALIDATOR, start);
    }

    function test_sunset_mayBeMoved_untilItCame() public {
        vm.expectRevert(abi.encodeWithSelector(IOracleMeasurements.MeasurementUnknown.selector, ONE));
        measurements.sunset(ONE, start);
        measurements.allow(ONE, VALIDATOR, start);
        expectTime(start - 1);
        measurements.sunset(ONE, start - 1);
        measurements.sunset(ONE, start + 100);
        measurements.sunset(ONE, start + 50);
        vm.warp(start + 49);
        measurements.sunset(ONE, start + 60);
        vm.warp(start + 60);
        expectTime(start + 100);
        measurements.sunset(ONE, start + 100);
        vm.expectRevert(abi.encodeWithSelector(IOracleMeasurements.MeasurementKnown.selector, ONE));
        measurements.allow(ONE, VALIDATOR, start + 100);
    }

    function test_roleOnly() public {
        bytes memory refusal = abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, address(1));
        vm.expectRevert(refusal);
        vm.prank(address(1));
        measurements.allow(ONE, VALIDATOR, start);
        measurements.allow(ONE, VALIDATOR, start);
        vm.expectRevert(refusal);
        vm.prank(address(1));
        measurements.sunset(ONE, start);
    }
}
