// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice What every block of a network follows (docs/protocol/rollup.md, section 2).
/// @param l1ChainId Chain id of L1.
/// @param inbox The network's Inbox, which names the network.
/// @param chainId Chain id of L2.
/// @param gasLimit Gas limit of every block.
/// @param feeRecipient Coinbase of every block.
/// @param maximumDrift Seconds that a block may be ahead of its batch on L1.
/// @param recordGas Gas used in the blocks of a record after which no further block of its body begins.
struct ChainRules {
    uint64 l1ChainId;
    address inbox;
    uint64 chainId;
    uint64 gasLimit;
    address feeRecipient;
    uint64 maximumDrift;
    uint64 recordGas;
}

/// @notice Kinds of inbox entries, with the numbers that leaves have.
enum EntryKind {
    None,
    Deposit,
    Message,
    Forced,
    TokenDeposit,
    TokenReturn
}

/// @notice One entry of the inbox, as its leaf hashes it (section 3).
struct InboxEntry {
    EntryKind kind;
    uint64 index;
    uint64 timestamp;
    address sender;
    address token;
    uint256 amount;
    bytes32 commitment;
    bytes32 sealedHash;
    bytes32 encryptionKey;
    bytes32 metadataHash;
}

/// @notice A message from L2 (section 6).
struct OutboxMessage {
    uint64 index;
    address sender;
    address target;
    uint256 value;
    bytes data;
    bytes32 salt;
}

/// @notice The state that an assertion starts from or leads to (section 7).
struct RollupState {
    uint64 batchCount;
    bytes32 accumulator;
    bytes32 blockCommitment;
    bytes32 outboxRoot;
}

/// @notice What assertions on a parent are judged by: those in force when the parent was made.
/// @param rulesHash Hash of the chain's rules.
/// @param programId The guest, as machine claims name it.
/// @param resolver Who decides what became of a claim.
/// @param bond What an assertion puts at stake, in the bond token's smallest unit.
/// @param period Seconds before an assertion can be confirmed without the whole committee.
/// @param maximumBatches Most records of one assertion.
struct AssertionRules {
    bytes32 rulesHash;
    bytes32 programId;
    address resolver;
    uint128 bond;
    uint64 period;
    uint64 maximumBatches;
}

/// @notice The contracts of one network.
struct NetworkContracts {
    address committee;
    address inbox;
    address batches;
    address assertions;
    address outbox;
    address bridge;
}
