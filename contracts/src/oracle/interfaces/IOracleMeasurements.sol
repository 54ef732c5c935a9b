// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice A program that oracles may run.
/// @param validatorHash Hash of the validator inside it, which deals name.
/// @param activatesAt Unix time from which on it may run.
/// @param sunsetAt Unix time from which on it may no longer run; 0 while there is none.
struct AllowedMeasurement {
    bytes32 validatorHash;
    uint64 activatesAt;
    uint64 sunsetAt;
}

/// @title Programs that oracles may run, by their measurement, each with its time. Two versions overlap while one replaces the other.
interface IOracleMeasurements {
    /// @notice A program may run from `activatesAt` on.
    event MeasurementAllowed(bytes32 indexed measurement, bytes32 indexed validatorHash, uint64 activatesAt);
    /// @notice A program may no longer run from `sunsetAt` on.
    event MeasurementSunset(bytes32 indexed measurement, uint64 sunsetAt);

    /// @notice The measurement was allowed before; a program that was given up does not come back under its name.
    error MeasurementKnown(bytes32 measurement);
    /// @notice The measurement was never allowed.
    error MeasurementUnknown(bytes32 measurement);
    /// @notice The time lies in the past, or the sunset before the activation.
    error MeasurementTimeInvalid(uint64 time);
    /// @notice The measurement or its validator hash is zero.
    error MeasurementZero();

    /// @notice Allows a program from a time on. Governance role only.
    function allow(bytes32 measurement, bytes32 validatorHash, uint64 activatesAt) external;
    /// @notice Ends a program at a time, which may be now; an end that was set may be moved as long as it has not come. Governance role only.
    function sunset(bytes32 measurement, uint64 sunsetAt) external;

    /// @notice A program; activatesAt 0 when unknown.
    function measurementOf(bytes32 measurement) external view returns (AllowedMeasurement memory);
    /// @notice Whether a program may run now.
    function isActive(bytes32 measurement) external view returns (bool);
}
