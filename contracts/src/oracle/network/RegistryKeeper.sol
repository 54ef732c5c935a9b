// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IOracleAdmission, OracleNode} from "../interfaces/IOracleAdmission.sol";
import {AllowedMeasurement} from "../interfaces/IOracleMeasurements.sol";
import {IOracleRegistry, Oracle, OracleStatus} from "../interfaces/IOracleRegistry.sol";

/// @title Keeps the registry of the exchange in step with admission. It holds the registry's admission role and has no will of its own: anyone
/// may call it, and what it does follows from what both contracts say.
contract RegistryKeeper {
    /// @notice Who is an oracle.
    IOracleAdmission public immutable admission;
    /// @notice The registry that deals' verifiers read.
    IOracleRegistry public immutable registry;

    /// @notice The registry already says what admission says.
    error RegistryInStep(address operator);
    /// @notice The program may still run, or was never allowed.
    error RegistryProgramCurrent(bytes32 measurement);

    constructor(IOracleAdmission oracleAdmission, IOracleRegistry oracleRegistry) {
        admission = oracleAdmission;
        registry = oracleRegistry;
    }

    /// @notice Admits an operator in the registry whose node is active and whose registered keys are those that were attested; suspends one of
    /// whom that is no longer true.
    function sync(address operator) external {
        Oracle memory entry = registry.oracleOf(operator);
        if (isInOrder(operator, entry)) {
            if (entry.status == OracleStatus.Active) revert RegistryInStep(operator);
            registry.admit(operator, entry.measurement);
        } else {
            if (entry.status != OracleStatus.Active) revert RegistryInStep(operator);
            registry.suspend(operator);
        }
    }

    /// @notice Retires a program in the registry once its end has come, so that whoever still runs it certifies no longer.
    function retire(bytes32 measurement) external {
        AllowedMeasurement memory program = admission.measurements().measurementOf(measurement);
        if (program.sunsetAt == 0 || block.timestamp < program.sunsetAt) revert RegistryProgramCurrent(measurement);
        registry.retireMeasurement(measurement);
    }

    /// @notice Whether what an operator registered is what was attested, and its node is active.
    function isInOrder(address operator, Oracle memory entry) public view returns (bool) {
        OracleNode memory node = admission.nodeOf(operator);
        return admission.isActive(operator) && entry.signer == node.signer && entry.encryptionKey == node.encryptionKey
            && entry.measurement == node.measurement;
    }
}
