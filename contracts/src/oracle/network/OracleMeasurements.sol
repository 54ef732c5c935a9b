// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {AllowedMeasurement, IOracleMeasurements} from "../interfaces/IOracleMeasurements.sol";

/// @title Programs that oracles may run.
contract OracleMeasurements is IOracleMeasurements, AccessManaged {
    mapping(bytes32 measurement => AllowedMeasurement) private _allowed;

    constructor(address authority) AccessManaged(authority) {}

    /// @inheritdoc IOracleMeasurements
    function allow(bytes32 measurement, bytes32 validatorHash, uint64 activatesAt) external restricted {
        if (measurement == 0 || validatorHash == 0) revert MeasurementZero();
        if (_allowed[measurement].activatesAt != 0) revert MeasurementKnown(measurement);
        if (activatesAt < block.timestamp) revert MeasurementTimeInvalid(activatesAt);
        _allowed[measurement] = AllowedMeasurement({validatorHash: validatorHash, activatesAt: activatesAt, sunsetAt: 0});
        emit MeasurementAllowed(measurement, validatorHash, activatesAt);
    }

    /// @inheritdoc IOracleMeasurements
    function sunset(bytes32 measurement, uint64 sunsetAt) external restricted {
        AllowedMeasurement storage entry = _allowed[measurement];
        if (entry.activatesAt == 0) revert MeasurementUnknown(measurement);
        bool ended = entry.sunsetAt != 0 && block.timestamp >= entry.sunsetAt;
        if (ended || sunsetAt < block.timestamp) revert MeasurementTimeInvalid(sunsetAt);
        entry.sunsetAt = sunsetAt;
        emit MeasurementSunset(measurement, sunsetAt);
    }

    /// @inheritdoc IOracleMeasurements
    function measurementOf(bytes32 measurement) external view returns (AllowedMeasurement memory) {
        return _allowed[measurement];
    }

    /// @inheritdoc IOracleMeasurements
    function isActive(bytes32 measurement) external view returns (bool) {
        AllowedMeasurement storage entry = _allowed[measurement];
        if (entry.activatesAt == 0 || block.timestamp < entry.activatesAt) return false;
        return entry.sunsetAt == 0 || block.timestamp < entry.sunsetAt;
    }
}
