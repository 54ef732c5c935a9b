// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IOraclePower} from "./IOraclePower.sol";

/// @notice Where an operator stands.
/// @dev Registered: known, not admitted. Active: may certify. Suspended: by the admission role. Left: by itself, for ever.
enum OracleStatus {
    None,
    Registered,
    Active,
    Suspended,
    Left
}

/// @notice What an operator says of itself.
/// @param endpoint HTTPS base URL, 1 to 256 bytes.
/// @param signer Account whose key signs certificates and releases; no two active operators share one.
/// @param encryptionKey X25519 public key to which records are sealed.
/// @param measurement Hash of the validator program that runs.
/// @param commissionBps Commission asked, in 1/10000 of the operator's part of a price.
/// @param commissionCapBps Highest commission it may ever ask; never changes.
/// @param maximumChangeBps Largest increase in one change; never changes.
struct OracleRegistration {
    string endpoint;
    address signer;
    bytes32 encryptionKey;
    bytes32 measurement;
    uint16 commissionBps;
    uint16 commissionCapBps;
    uint16 maximumChangeBps;
}

/// @notice An operator as the registry knows it.
/// @param epoch Counts encryption keys, from 1.
/// @param commissionChangedAt Unix time of the last change of the commission.
struct Oracle {
    OracleStatus status;
    address signer;
    uint16 commissionBps;
    uint16 commissionCapBps;
    uint16 maximumChangeBps;
    uint40 commissionChangedAt;
    uint64 epoch;
    bytes32 encryptionKey;
    bytes32 measurement;
    string endpoint;
}

/// @title Operators of the oracle network: who may certify, with which keys, for which commission.
interface IOracleRegistry {
    /// @notice An operator registered itself.
    event OracleRegistered(address indexed operator, OracleRegistration registration);
    /// @notice An operator may certify from now on.
    event OracleAdmitted(address indexed operator, bytes32 indexed measurement);
    /// @notice An operator may no longer certify.
    event OracleSuspended(address indexed operator);
    /// @notice An operator left for ever.
    event OracleLeft(address indexed operator);
    /// @notice An operator's endpoint changed.
    event OracleEndpointChanged(address indexed operator, string endpoint);
    /// @notice An operator's signing key changed.
    event OracleSignerChanged(address indexed operator, address indexed signer);
    /// @notice An operator's encryption key changed; `epoch` numbers it.
    event OracleEncryptionKeyChanged(address indexed operator, uint64 indexed epoch, bytes32 encryptionKey);
    /// @notice An operator runs another program and must be admitted again.
    event OracleMeasurementChanged(address indexed operator, bytes32 indexed measurement);
    /// @notice Who runs this program certifies no longer, for ever.
    event OracleMeasurementWithdrawn(bytes32 indexed measurement);
    /// @notice An operator's commission changed.
    event OracleCommissionChanged(address indexed operator, uint16 commissionBps);
    /// @notice Power is read from another contract.
    event OraclePowerChanged(IOraclePower indexed power);

    /// @notice The operator's status does not allow this.
    error OracleStatusRefused(address operator, OracleStatus status);
    /// @notice The endpoint is empty or longer than 256 bytes.
    error OracleEndpointInvalid(uint256 sizeBytes);
    /// @notice The signer is the zero address.
    error OracleSignerMissing();
    /// @notice The signer did not sign that it is this operator's key, here and on this chain.
    error OracleSignerUnproven(address signer);
    /// @notice Another active operator has this signer.
    error OracleSignerTaken(address signer, address operator);
    /// @notice The encryption key is zero or the current one.
    error OracleEncryptionKeyInvalid(bytes32 encryptionKey);
    /// @notice The operator runs another program than the one admitted.
    error OracleMeasurementMismatch(bytes32 expected, bytes32 actual);
    /// @notice The program was retired: nobody is admitted for it any more.
    error OracleMeasurementRetired(bytes32 measurement);
    /// @notice The registry knows as many programs as it can.
    error OracleMeasurementsFull(uint256 maximum);
    /// @notice The commission or one of its bounds is above its cap.
    error OracleCommissionAboveCap(uint256 commissionBps, uint256 capBps);
    /// @notice The increase is larger than the operator's maximum change.
    error OracleCommissionChangeTooLarge(uint256 increaseBps, uint256 maximumChangeBps);
    /// @notice The commission changed less than 24 hours ago.
    error OracleCommissionChangeTooSoon(uint256 allowedAt);
    /// @notice The power contract has no code.
    error OraclePowerInvalid(address power);
    /// @notice The registry holds its maximum of operators.
    error OracleRegistryFull(uint256 maximum);

    /// @notice Registers the caller as an operator, whom the admission role may then admit.
    /// @param possession The signing key's signature of 65 bytes over hashSigningKey of the caller.
    function register(OracleRegistration calldata registration, bytes calldata possession) external;
    /// @notice Admits an operator that runs the measurement named. Admission role only.
    function admit(address operator, bytes32 measurement) external;
    /// @notice Stops an operator from certifying. Admission role only.
    function suspend(address operator) external;
    /// @notice Ends a program: from this block on nobody certifies who was admitted for it, and nobody is admitted for it, until they run another.
    /// Admission role only; for ever.
    function retireMeasurement(bytes32 measurement) external;
    /// @notice The caller leaves for ever.
    function retire() external;
    /// @notice Changes the caller's endpoint.
    function setEndpoint(string calldata endpoint) external;
    /// @notice Changes the caller's signing key; certificates under the old one no longer settle.
    /// @param possession As in register, by the new key.
    function setSigner(address signer, bytes calldata possession) external;
    /// @notice Changes the caller's encryption key and begins the next epoch.
    function setEncryptionKey(bytes32 encryptionKey) external;
    /// @notice Says that the caller runs another program; it is inactive until admitted again.
    function setMeasurement(bytes32 measurement) external;
    /// @notice Changes the caller's commission: 24 hours after the last change, never above its cap, upwards by at most its maximum
    /// change, downwards by any amount.
    function setCommission(uint16 commissionBps) external;
    /// @notice Reads power from another contract. Governance role only.
    function setPower(IOraclePower power) external;

    /// @notice The contract that power is read from.
    function power() external view returns (IOraclePower);
    /// @notice An operator; status None when unknown, Registered when its program was retired.
    function oracleOf(address operator) external view returns (Oracle memory);
    /// @notice Every operator that was ever admitted.
    function operators() external view returns (address[] memory);
    /// @notice The active operator with this signer, or zero.
    function operatorOfSigner(address signer) external view returns (address);
    /// @notice Whether a program was retired.
    function isRetired(bytes32 measurement) external view returns (bool);
    /// @notice EIP-712 digest of SigningKey, which a key signs to be an operator's.
    function hashSigningKey(address operator) external view returns (bytes32);
    /// @notice Power of an operator: 0 unless active.
    function powerOf(address operator) external view returns (uint256);
    /// @notice Sum of the powers of all operators.
    function totalPower() external view returns (uint256);
    /// @notice What a certificate's verifier needs of an operator. A quorum counts operators and does not weigh them, so that power costs a
    /// settlement no gas; whoever loses their stake is suspended.
    /// @return signer Signing key, or zero when the operator is not active.
    /// @return commissionBps Commission asked.
    function certifierOf(address operator) external view returns (address signer, uint16 commissionBps);
}
