// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Assertions} from "./Assertions.sol";
import {Batches} from "./Batches.sol";
import {Bridge} from "./Bridge.sol";
import {Committee} from "./Committee.sol";
import {Inbox} from "./Inbox.sol";
import {INetworkFactory, NetworkParameters} from "./interfaces/INetworkFactory.sol";
import {RollupHashes} from "./libraries/RollupHashes.sol";
import {Outbox} from "./Outbox.sol";
import {AssertionRules, ChainRules, NetworkContracts} from "./types/RollupTypes.sol";

/// @title Where networks come from. A network's contracts are clones of its kind's: nobody can replace any part of them.
contract NetworkFactory is INetworkFactory, AccessManaged {
    uint64 private constant LONGEST = 365 days;
    uint64 private constant LEAST_GAS_LIMIT = 5_000_000;
    /// @dev Four transactions of the largest gas that Ethereum takes (EIP-7825) and a quarter of a block each must fit.
    uint64 private constant MOST_GAS_LIMIT = 1_000_000_000;

    mapping(bytes32 kind => NetworkContracts) private _kinds;
    mapping(bytes32 id => NetworkContracts) private _networks;
    mapping(uint64 chainId => bytes32 id) private _networkOf;

    constructor(address authority) AccessManaged(authority) {}

    /// @notice Adds a kind of network. It never changes afterwards.
    function addKind(bytes32 kind, NetworkContracts calldata implementations) external restricted {
        if (_kinds[kind].committee != address(0)) revert NetworkKindExists(kind);
        _kinds[kind] = implementations;
        emit KindAdded(kind, implementations);
    }

    /// @inheritdoc INetworkFactory
    function create(bytes32 salt, NetworkParameters calldata parameters)
        external
        returns (bytes32 id, NetworkContracts memory contracts)
    {
        NetworkContracts memory kind = _kindOf(parameters.kind);
        _assertParameters(parameters);
        id = _idOf(parameters.kind, msg.sender, salt);
        contracts = NetworkContracts({
            committee: Clones.cloneDeterministic(kind.committee, id),
            inbox: Clones.cloneDeterministic(kind.inbox, id),
            batches: Clones.cloneDeterministic(kind.batches, id),
            assertions: Clones.cloneDeterministic(kind.assertions, id),
            outbox: Clones.cloneDeterministic(kind.outbox, id),
            bridge: Clones.cloneDeterministic(kind.bridge, id)
        });
        _networks[id] = contracts;
        _networkOf[parameters.chainId] = id;
        emit NetworkCreated(id, parameters.kind, parameters.chainId, msg.sender, contracts);
        _initialize(contracts, parameters);
    }

    /// @inheritdoc INetworkFactory
    function predict(bytes32 kind, address creator, bytes32 salt) external view returns (NetworkContracts memory) {
        NetworkContracts memory implementations = _kindOf(kind);
        bytes32 id = _idOf(kind, creator, salt);
        return NetworkContracts({
            committee: Clones.predictDeterministicAddress(implementations.committee, id),
            inbox: Clones.predictDeterministicAddress(implementations.inbox, id),
            batches: Clones.predictDeterministicAddress(implementations.batches, id),
            assertions: Clones.predictDeterministicAddress(implementations.assertions, id),
            outbox: Clones.predictDeterministicAddress(implementations.outbox, id),
            bridge: Clones.predictDeterministicAddress(implementations.bridge, id)
        });
    }

    /// @inheritdoc INetworkFactory
    function contractsOf(bytes32 id) external view returns (NetworkContracts memory) {
        return _networks[id];
    }

    /// @inheritdoc INetworkFactory
    function networkOf(uint64 chainId) external view returns (bytes32) {
        return _networkOf[chainId];
    }

    function _initialize(NetworkContracts memory contracts, NetworkParameters calldata parameters) private {
        ChainRules memory chainRules = ChainRules({
            l1ChainId: uint64(block.chainid),
            inbox: contracts.inbox,
            chainId: parameters.chainId,
            gasLimit: parameters.gasLimit,
            feeRecipient: parameters.feeRecipient,
            maximumDrift: parameters.maximumDrift,
            recordGas: parameters.recordGas
        });
        AssertionRules memory rules = parameters.rules;
        rules.rulesHash = RollupHashes.rules(chainRules);
        Committee committee = Committee(contracts.committee);
        committee.initialize(
            parameters.governor,
            parameters.governanceDelay,
            parameters.members,
            parameters.threshold,
            parameters.encryptionKey
        );
        Inbox(contracts.inbox).initialize(committee, contracts.bridge, parameters.inclusionDelay);
        Batches(contracts.batches).initialize(committee, Inbox(contracts.inbox), parameters.cadence);
        Outbox(contracts.outbox).initialize(contracts.assertions, Bridge(contracts.bridge));
        Bridge(contracts.bridge).initialize(Inbox(contracts.inbox), Outbox(contracts.outbox), parameters.gasToken);
        Assertions(contracts.assertions).initialize(
            committee,
            Batches(contracts.batches),
            Outbox(contracts.outbox),
            IERC20(parameters.bondToken),
            parameters.governor,
            parameters.governanceDelay,
            rules,
            parameters.genesisCommitment
        );
    }

    function _assertParameters(NetworkParameters calldata parameters) private view {
        uint64 chainId = parameters.chainId;
        if (chainId == 0 || chainId == block.chainid || chainId > type(uint32).max) {
            revert NetworkParameterOutOfRange("chainId", chainId);
        }
        if (_networkOf[chainId] != 0) revert NetworkChainIdTaken(chainId);
        _assertBetween("gasLimit", parameters.gasLimit, LEAST_GAS_LIMIT, MOST_GAS_LIMIT);
        _assertBetween("recordGas", parameters.recordGas, parameters.gasLimit, type(uint64).max);
        _assertBetween("maximumDrift", parameters.maximumDrift, 1, 1 days);
        _assertBetween("inclusionDelay", parameters.inclusionDelay, 1, LONGEST);
        _assertBetween("cadence", parameters.cadence, 1, 1 days);
        _assertBetween("period", parameters.rules.period, 1, LONGEST);
        // Whoever does not want what was announced has time to see the assertions made before it confirmed.
        _assertBetween("governanceDelay", parameters.governanceDelay, uint256(parameters.rules.period) + 1, LONGEST * 2);
        if (parameters.governor == address(0)) revert NetworkParameterOutOfRange("governor", 0);
        if (parameters.bondToken == address(0)) revert NetworkParameterOutOfRange("bondToken", 0);
        if (parameters.genesisCommitment == 0) revert NetworkParameterOutOfRange("genesisCommitment", 0);
    }

    function _assertBetween(string memory parameter, uint256 value, uint256 least, uint256 most) private pure {
        if (value < least || value > most) revert NetworkParameterOutOfRange(parameter, value);
    }

    function _kindOf(bytes32 kind) private view returns (NetworkContracts memory implementations) {
        implementations = _kinds[kind];
        if (implementations.committee == address(0)) revert NetworkKindUnknown(kind);
    }

    /// @dev The creator is part of it, so that nobody can take a network's addresses before it is created.
    function _idOf(bytes32 kind, address creator, bytes32 salt) private pure returns (bytes32) {
        return keccak256(abi.encode(kind, creator, salt));
    }
}
