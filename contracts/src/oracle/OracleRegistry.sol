// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {
    IOracleRegistry,
    Oracle,
    OracleRegistration,
    OracleStatus
} from "./interfaces/IOracleRegistry.sol";
import {IOraclePower} from "./interfaces/IOraclePower.sol";

/// @title Operators of the oracle network.
contract OracleRegistry is IOracleRegistry, AccessManaged {
    /// @notice Highest commission cap, in 1/10000.
    uint16 public constant MAXIMUM_COMMISSION_BPS = 5000;
    /// @notice Seconds between two changes of a commission.
    uint40 public constant COMMISSION_CHANGE_INTERVAL = 24 hours;
    /// @notice Longest endpoint, in bytes.
    uint256 public constant MAXIMUM_ENDPOINT_BYTES = 256;
    /// @notice Most operators admitted at the same time or before.
    uint256 public constant MAXIMUM_OPERATORS = 256;

    // What a settlement reads is one word:
    // | 160 signer | 16 commission | 16 cap | 16 maximum change | 40 changed at | 8 status |
    struct Core {
        address signer;
        uint16 commissionBps;
        uint16 commissionCapBps;
        uint16 maximumChangeBps;
        uint40 commissionChangedAt;
        OracleStatus status;
    }

    struct Details {
        bytes32 encryptionKey;
        bytes32 measurement;
        uint64 epoch;
        bool listed;
        string endpoint;
    }

    mapping(address operator => Core) private _cores;
    mapping(address operator => Details) private _details;
    mapping(address signer => address operator) private _operatorOfSigner;
    address[] private _operators;
    IOraclePower private _power;

    constructor(address authority, IOraclePower initialPower) AccessManaged(authority) {
        _setPower(initialPower);
    }

    /// @inheritdoc IOracleRegistry
    function register(OracleRegistration calldata registration) external {
        Core storage core = _cores[msg.sender];
        if (core.status != OracleStatus.None) revert OracleStatusRefused(msg.sender, core.status);
        _assertEndpoint(registration.endpoint);
        if (registration.signer == address(0)) revert OracleSignerMissing();
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
            maximumChangeBps: registration.maximumChangeBps,
            commissionChangedAt: uint40(block.timestamp),
            status: OracleStatus.Registered
        });
        Details storage details = _details[msg.sender];
        details.encryptionKey = registration.encryptionKey;
        details.measurement = registration.measurement;
        details.epoch = 1;
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
        _takeSigner(operator, core.signer);
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
    function setSigner(address signer) external {
        Core storage core = _known(msg.sender);
        if (signer == address(0)) revert OracleSignerMissing();
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
        if (commissionBps > core.commissionBps && commissionBps - core.commissionBps > core.maximumChangeBps) {
            revert OracleCommissionChangeTooLarge(commissionBps - core.commissionBps, core.maximumChangeBps);
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
        oracle.status = core.status;
        oracle.signer = core.signer;
        oracle.commissionBps = core.commissionBps;
        oracle.commissionCapBps = core.commissionCapBps;
        oracle.maximumChangeBps = core.maximumChangeBps;
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
        return _operatorOfSigner[signer];
    }

    /// @inheritdoc IOracleRegistry
    function powerOf(address operator) public view returns (uint256) {
        return _cores[operator].status == OracleStatus.Active ? _power.powerOf(operator) : 0;
    }

    /// @inheritdoc IOracleRegistry
    function totalPower() external view returns (uint256 total) {
        for (uint256 i = 0; i < _operators.length; ++i) total += powerOf(_operators[i]);
    }

    /// @inheritdoc IOracleRegistry
    function certifierOf(address operator) external view returns (address signer, uint16 commissionBps) {
        Core storage core = _cores[operator];
        if (core.status != OracleStatus.Active) return (address(0), 0);
        return (core.signer, core.commissionBps);
    }

    function _known(address operator) private view returns (Core storage core) {
        core = _cores[operator];
        if (core.status == OracleStatus.None || core.status == OracleStatus.Left) {
            revert OracleStatusRefused(operator, core.status);
        }
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
