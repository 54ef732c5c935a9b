// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {
    IOracleRegistry,
    Oracle,
    OracleRegistration,
    OracleStatus
} from "./interfaces/IOracleRegistry.sol";
import {IOraclePower} from "./interfaces/IOraclePower.sol";

/// @title Operators of the oracle network.
contract OracleRegistry is IOracleRegistry, AccessManaged, EIP712 {
    /// @notice Highest commission cap, in 1/10000.
    uint16 public constant MAXIMUM_COMMISSION_BPS = 5000;
    /// @notice Seconds between two changes of a commission.
    uint40 public constant COMMISSION_CHANGE_INTERVAL = 24 hours;
    /// @notice Longest endpoint, in bytes.
    uint256 public constant MAXIMUM_ENDPOINT_BYTES = 256;
    /// @notice Most operators admitted at the same time or before.
    uint256 public constant MAXIMUM_OPERATORS = 256;
    /// @notice Places for measurements that were ever admitted or retired; the first is nobody's.
    uint256 public constant MAXIMUM_MEASUREMENTS = 256;

    bytes32 private constant SIGNING_KEY_TYPEHASH = keccak256("SigningKey(address operator)");

    // What a settlement reads is one word of each operator, and one for all of them: the retired measurements.
    // | 160 signer | 16 commission | 16 cap | 16 place of the measurement | 40 changed at | 8 status |
    struct Core {
        address signer;
        uint16 commissionBps;
        uint16 commissionCapBps;
        uint16 measurementPlace;
        uint40 commissionChangedAt;
        OracleStatus status;
    }

    struct Details {
        bytes32 encryptionKey;
        bytes32 measurement;
        uint64 epoch;
        uint16 maximumChangeBps;
        bool listed;
        string endpoint;
    }

    mapping(address operator => Core) private _cores;
    mapping(address operator => Details) private _details;
    mapping(address signer => address operator) private _operatorOfSigner;
    address[] private _operators;
    IOraclePower private _power;
    // Bit i: the measurement at place i is retired. Place 0 is nobody's: an operator has none before its first admission.
    uint256 private _retired;
    uint256 private _measurementCount;
    mapping(bytes32 measurement => uint16 place) private _placeOfMeasurement;

    constructor(address authority, IOraclePower initialPower)
        AccessManaged(authority)
        EIP712("OracleRegistry", "1")
    {
        _setPower(initialPower);
    }

    /// @inheritdoc IOracleRegistry
    function register(OracleRegistration calldata registration, bytes calldata possession) external {
        Core storage core = _cores[msg.sender];
        if (core.status != OracleStatus.None) revert OracleStatusRefused(msg.sender, core.status);
        _assertEndpoint(registration.endpoint);
        _assertPossessed(registration.signer, possession);
        if (registration.encryptionKey == 0) revert OracleEncryptionKeyInvalid(0);
        if (registration.commissionCapBps > MAXIMUM_COMMISSION_BPS) {
            revert OracleCommissionAboveCap(registration.commissionCapBps, MAXIMUM_COMMISSION_BPS);
        }
        if (registration.commissionBps > registration.commissionCapBps) {
            revert OracleCommissionAboveCap(registration.commissionBps, registration.commissionCapBps);
        }
        if (registration.maximumChangeBps > registration.commissionCapBps) {
            revert OracleCommissionAboveCap(registration.maximumChangeBps, registration.commissionCapBps);
        }
        _cores[msg.sender] = Core({
            signer: registration.signer,
            commissionBps: registration.commissionBps,
            commissionCapBps: registration.commissionCapBps,
            measurementPlace: 0,
            commissionChangedAt: uint40(block.timestamp),
            status: OracleStatus.Registered
        });
        Details storage details = _details[msg.sender];
        details.encryptionKey = registration.encryptionKey;
        details.measurement = registration.measurement;
        details.epoch = 1;
        details.maximumChangeBps = registration.maximumChangeBps;
        details.endpoint = registration.endpoint;
        emit OracleRegistered(msg.sender, registration);
    }

    /// @inheritdoc IOracleRegistry
    function admit(address operator, bytes32 measurement) external restricted {
        Core storage core = _cores[operator];
        Details storage details = _details[operator];
        if (core.status != OracleStatus.Registered && core.status != OracleStatus.Suspended) {
            revert OracleStatusRefused(operator, core.status);
        }
        if (details.measurement != measurement) revert OracleMeasurementMismatch(measurement, details.measurement);
        uint16 place = _placeOf(measurement);
        if (_isRetired(place)) revert OracleMeasurementRetired(measurement);
        _takeSigner(operator, core.signer);
        core.measurementPlace = place;
        // The list grows by admission alone: registering costs only gas and must not fill it.
        if (!details.listed) {
            if (_operators.length == MAXIMUM_OPERATORS) revert OracleRegistryFull(MAXIMUM_OPERATORS);
            details.listed = true;
            _operators.push(operator);
        }
        core.status = OracleStatus.Active;
        emit OracleAdmitted(operator, measurement);
    }

    /// @inheritdoc IOracleRegistry
    function suspend(address operator) external restricted {
        Core storage core = _cores[operator];
        if (core.status != OracleStatus.Active) revert OracleStatusRefused(operator, core.status);
        _deactivate(core, OracleStatus.Suspended);
        emit OracleSuspended(operator);
    }

    /// @inheritdoc IOracleRegistry
    function retireMeasurement(bytes32 measurement) external restricted {
        uint16 place = _placeOf(measurement);
        if (_isRetired(place)) revert OracleMeasurementRetired(measurement);
        _retired |= 1 << place;
        emit OracleMeasurementWithdrawn(measurement);
    }

    /// @inheritdoc IOracleRegistry
    function retire() external {
        Core storage core = _known(msg.sender);
        _deactivate(core, OracleStatus.Left);
        _unlist(msg.sender);
        emit OracleLeft(msg.sender);
    }

    /// @inheritdoc IOracleRegistry
    function setEndpoint(string calldata endpoint) external {
        _known(msg.sender);
        _assertEndpoint(endpoint);
        _details[msg.sender].endpoint = endpoint;
        emit OracleEndpointChanged(msg.sender, endpoint);
    }

    /// @inheritdoc IOracleRegistry
    function setSigner(address signer, bytes calldata possession) external {
        Core storage core = _known(msg.sender);
        _assertPossessed(signer, possession);
        if (core.status == OracleStatus.Active) {
            delete _operatorOfSigner[core.signer];
            _takeSigner(msg.sender, signer);
        }
        core.signer = signer;
        emit OracleSignerChanged(msg.sender, signer);
    }

    /// @inheritdoc IOracleRegistry
    function setEncryptionKey(bytes32 encryptionKey) external {
        _known(msg.sender);
        Details storage details = _details[msg.sender];
        if (encryptionKey == 0 || encryptionKey == details.encryptionKey) {
            revert OracleEncryptionKeyInvalid(encryptionKey);
        }
        details.encryptionKey = encryptionKey;
        details.epoch += 1;
        emit OracleEncryptionKeyChanged(msg.sender, details.epoch, encryptionKey);
    }

    /// @inheritdoc IOracleRegistry
    function setMeasurement(bytes32 measurement) external {
        Core storage core = _known(msg.sender);
        // A suspended operator stays suspended; an active one must be admitted again.
        if (core.status == OracleStatus.Active) _deactivate(core, OracleStatus.Registered);
        _details[msg.sender].measurement = measurement;
        emit OracleMeasurementChanged(msg.sender, measurement);
    }

    /// @inheritdoc IOracleRegistry
    function setCommission(uint16 commissionBps) external {
        Core storage core = _known(msg.sender);
        uint256 allowedAt = uint256(core.commissionChangedAt) + COMMISSION_CHANGE_INTERVAL;
        if (block.timestamp < allowedAt) revert OracleCommissionChangeTooSoon(allowedAt);
        if (commissionBps > core.commissionCapBps) {
            revert OracleCommissionAboveCap(commissionBps, core.commissionCapBps);
        }
        uint16 maximumChangeBps = _details[msg.sender].maximumChangeBps;
        if (commissionBps > core.commissionBps && commissionBps - core.commissionBps > maximumChangeBps) {
            revert OracleCommissionChangeTooLarge(commissionBps - core.commissionBps, maximumChangeBps);
        }
        core.commissionBps = commissionBps;
        core.commissionChangedAt = uint40(block.timestamp);
        emit OracleCommissionChanged(msg.sender, commissionBps);
    }

    /// @inheritdoc IOracleRegistry
    function setPower(IOraclePower newPower) external restricted {
        _setPower(newPower);
    }

    /// @inheritdoc IOracleRegistry
    function power() external view returns (IOraclePower) {
        return _power;
    }

    /// @inheritdoc IOracleRegistry
    function oracleOf(address operator) external view returns (Oracle memory oracle) {
        Core storage core = _cores[operator];
        Details storage details = _details[operator];
        oracle.status = core.status == OracleStatus.Active && !_isActive(core) ? OracleStatus.Registered : core.status;
        oracle.signer = core.signer;
        oracle.commissionBps = core.commissionBps;
        oracle.commissionCapBps = core.commissionCapBps;
        oracle.maximumChangeBps = details.maximumChangeBps;
        oracle.commissionChangedAt = core.commissionChangedAt;
        oracle.epoch = details.epoch;
        oracle.encryptionKey = details.encryptionKey;
        oracle.measurement = details.measurement;
        oracle.endpoint = details.endpoint;
    }

    /// @inheritdoc IOracleRegistry
    function operators() external view returns (address[] memory) {
        return _operators;
    }

    /// @inheritdoc IOracleRegistry
    function operatorOfSigner(address signer) external view returns (address) {
        address operator = _operatorOfSigner[signer];
        return _isActive(_cores[operator]) ? operator : address(0);
    }

    /// @inheritdoc IOracleRegistry
    function isRetired(bytes32 measurement) external view returns (bool) {
        return _isRetired(_placeOfMeasurement[measurement]);
    }

    /// @inheritdoc IOracleRegistry
    function hashSigningKey(address operator) public view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(SIGNING_KEY_TYPEHASH, operator)));
    }

    /// @inheritdoc IOracleRegistry
    function powerOf(address operator) public view returns (uint256) {
        return _isActive(_cores[operator]) ? _power.powerOf(operator) : 0;
    }

    /// @inheritdoc IOracleRegistry
    function totalPower() external view returns (uint256 total) {
        for (uint256 i = 0; i < _operators.length; ++i) total += powerOf(_operators[i]);
    }

    /// @inheritdoc IOracleRegistry
    function certifierOf(address operator) external view returns (address signer, uint16 commissionBps) {
        Core storage core = _cores[operator];
        uint256 word;
        // One read of the word above `Core`, whose fields a settlement reads three times over.
        assembly ("memory-safe") {
            word := sload(core.slot)
        }
        unchecked {
            if (word >> 248 != uint256(OracleStatus.Active)) return (address(0), 0);
            if ((_retired >> uint16(word >> 192)) & 1 != 0) return (address(0), 0);
            return (address(uint160(word)), uint16(word >> 160));
        }
    }

    function _known(address operator) private view returns (Core storage core) {
        core = _cores[operator];
        if (core.status == OracleStatus.None || core.status == OracleStatus.Left) {
            revert OracleStatusRefused(operator, core.status);
        }
    }

    function _isActive(Core storage core) private view returns (bool) {
        return core.status == OracleStatus.Active && !_isRetired(core.measurementPlace);
    }

    function _isRetired(uint16 place) private view returns (bool) {
        return (_retired >> place) & 1 != 0;
    }

    /// @dev The place of a measurement, which it has for ever.
    function _placeOf(bytes32 measurement) private returns (uint16 place) {
        place = _placeOfMeasurement[measurement];
        if (place != 0) return place;
        if (_measurementCount == MAXIMUM_MEASUREMENTS - 1) revert OracleMeasurementsFull(MAXIMUM_MEASUREMENTS);
        place = uint16(++_measurementCount);
        _placeOfMeasurement[measurement] = place;
    }

    /// @dev Whoever names a key has it: otherwise the key of another could be taken before its owner is admitted.
    function _assertPossessed(address signer, bytes calldata possession) private view {
        if (signer == address(0)) revert OracleSignerMissing();
        (address recovered,,) = ECDSA.tryRecoverCalldata(hashSigningKey(msg.sender), possession);
        if (recovered != signer) revert OracleSignerUnproven(signer);
    }

    function _takeSigner(address operator, address signer) private {
        address holder = _operatorOfSigner[signer];
        if (holder != address(0)) revert OracleSignerTaken(signer, holder);
        _operatorOfSigner[signer] = operator;
    }

    function _deactivate(Core storage core, OracleStatus status) private {
        if (core.status == OracleStatus.Active) delete _operatorOfSigner[core.signer];
        core.status = status;
    }

    /// @dev Keeps the order of the others: who stands first makes what oracles share.
    function _unlist(address operator) private {
        if (!_details[operator].listed) return;
        _details[operator].listed = false;
        uint256 last = _operators.length - 1;
        uint256 index = 0;
        while (_operators[index] != operator) ++index;
        for (; index < last; ++index) _operators[index] = _operators[index + 1];
        _operators.pop();
    }

    function _setPower(IOraclePower newPower) private {
        if (address(newPower).code.length == 0) revert OraclePowerInvalid(address(newPower));
        _power = newPower;
        emit OraclePowerChanged(newPower);
    }

    function _assertEndpoint(string calldata endpoint) private pure {
        uint256 size = bytes(endpoint).length;
        if (size == 0 || size > MAXIMUM_ENDPOINT_BYTES) revert OracleEndpointInvalid(size);
    }
}
