// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AssertionRules, NetworkContracts} from "../types/RollupTypes.sol";

/// @notice What a network is made of.
/// @param kind Which contracts it runs on; `keccak256("contracts")` is a chain of contracts.
/// @param chainId Chain id of L2, which one network of this factory has.
/// @param gasToken What gas is paid in on L2; zero is ether.
/// @param bondToken What assertions put at stake.
/// @param governor Who announces other members and other rules.
/// @param governanceDelay Seconds between an announcement and its effect; longer than the period of assertions.
/// @param inclusionDelay Seconds after which an inbox entry must be included.
/// @param cadence Seconds of a slot; each slot has one batch.
/// @param genesisCommitment Commitment to the hash of L2's first block.
/// @param rules Of assertions; `rulesHash` is filled in by the factory.
struct NetworkParameters {
    bytes32 kind;
    uint64 chainId;
    uint64 gasLimit;
    address feeRecipient;
    uint64 maximumDrift;
    uint64 recordGas;
    address gasToken;
    address bondToken;
    address governor;
    uint64 governanceDelay;
    uint64 inclusionDelay;
    uint64 cadence;
    address[] members;
    uint16 threshold;
    bytes32 encryptionKey;
    bytes32 genesisCommitment;
    AssertionRules rules;
}

/// @title Where networks come from.
interface INetworkFactory {
    /// @notice A network was created.
    event NetworkCreated(
        bytes32 indexed id, bytes32 indexed kind, uint64 indexed chainId, address creator, NetworkContracts contracts
    );
    /// @notice A kind can be created from now on, from these implementations.
    event KindAdded(bytes32 indexed kind, NetworkContracts implementations);

    /// @notice No such kind.
    error NetworkKindUnknown(bytes32 kind);
    /// @notice A kind never changes.
    error NetworkKindExists(bytes32 kind);
    /// @notice Another network has this chain id.
    error NetworkChainIdTaken(uint64 chainId);
    /// @notice A parameter is outside of its limits.
    error NetworkParameterOutOfRange(string parameter, uint256 value);

    /// @notice Creates a network. `salt` and the caller fix its addresses, so that its genesis can name them.
    function create(bytes32 salt, NetworkParameters calldata parameters)
        external
        returns (bytes32 id, NetworkContracts memory contracts);

    /// @notice Where the contracts of a network of this creator and salt will be.
    function predict(bytes32 kind, address creator, bytes32 salt) external view returns (NetworkContracts memory);

    /// @notice The contracts of a network.
    function contractsOf(bytes32 id) external view returns (NetworkContracts memory);

    /// @notice The network that has a chain id; zero where none has.
    function networkOf(uint64 chainId) external view returns (bytes32 id);
}
