// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

// Messages and records of the exchange. The type strings stand in docs/protocol/exchange.md; field order is binding.

/// @notice A price by quality.
/// @param minimumScore Lowest quality score (0 to 100) that earns this price.
/// @param price Price of one record, in the token's smallest unit.
struct Tier {
    uint16 minimumScore;
    uint128 price;
}

/// @notice What a consumer asks for and pays. Immutable: the dealId commits to it, and every call passes it again.
/// @param consumer Account that opened the deal, receives records and refunds.
/// @param token ERC-20 token in which the deal pays.
/// @param criteriaHash SHA-256 of the criteria document.
/// @param agreementHash SHA-256 of the agreement document.
/// @param purpose keccak256 of a Data Use Ontology code.
/// @param tiers Prices, ascending strictly in score and price.
/// @param maximumRecords Most records that the deal buys.
/// @param perPersonCap Most records of one person that the deal buys.
/// @param commissionCapBps Highest commission of an oracle, in 1/10000 of its part of the price.
/// @param certificateLife Seconds from a certificate's asOf to its validUntil.
/// @param deliveryWindow Seconds from settlement in which oracle shares are locked and a revocation can return the payment.
/// @param retentionEnd Unix time at which the consumer deletes what they received.
/// @param verifier ICertificateVerifier that judges certificates of this deal.
/// @param oracles Operator accounts of the OracleRegistry that may certify.
/// @param quorum How many of them must certify.
/// @param stores Accounts whose storage receipts the oracles accept.
/// @param validatorHash Hash of the validator program that the oracles run.
/// @param expiry Unix time after which no certificate is made.
struct DealTerms {
    address consumer;
    address token;
    bytes32 criteriaHash;
    bytes32 agreementHash;
    bytes32 purpose;
    Tier[] tiers;
    uint32 maximumRecords;
    uint16 perPersonCap;
    uint16 commissionCapBps;
    uint32 certificateLife;
    uint32 deliveryWindow;
    uint64 retentionEnd;
    address verifier;
    address[] oracles;
    uint8 quorum;
    address[] stores;
    bytes32 validatorHash;
    uint64 expiry;
}

/// @notice What the oracles of a quorum found, one and the same for all of them.
struct Certificate {
    bytes32 dealId;
    address provider;
    bytes32 manifestHash;
    bytes32 personTag;
    bytes32 recordTag;
    uint16 score;
    uint64 asOf;
    uint64 validUntil;
    bytes32 validatorHash;
    bytes32 statusListsRoot;
    bytes32 receiptHash;
}

/// @notice What the provider agrees to, tied to one certificate.
struct Consent {
    bytes32 dealId;
    bytes32 certificateHash;
    address consumer;
    bytes32 agreementHash;
    bytes32 answersHash;
    bytes32 purpose;
    address token;
    uint256 minimumNet;
    address payout;
    address relayer;
    uint256 maximumRelayerFee;
    uint64 signedUntil;
    uint64 consentUntil;
}

/// @notice Commission of one certifying oracle for one record.
/// @param oracle Operator account.
/// @param amount Share, in the token's smallest unit.
struct Share {
    address oracle;
    uint128 amount;
}

/// @notice A settled sale. The chain keeps its hash; RecordSettled and the terms say it, and later calls pass it again.
/// @param settledAt Unix time of the settlement.
/// @param deliveryEnd Unix time at which oracle shares unlock and a sale can no longer be unwound, unless a claim is pending.
/// @param net What went to payout.
struct Record {
    bytes32 dealId;
    bytes32 personTag;
    bytes32 recordTag;
    bytes32 manifestHash;
    bytes32 certificateHash;
    bytes32 consentHash;
    address consumer;
    address token;
    address provider;
    address payout;
    uint16 ordinal;
    uint128 price;
    uint128 net;
    uint128 relayerFee;
    uint64 settledAt;
    uint64 deliveryEnd;
    uint64 consentUntil;
    Share[] shares;
}

/// @notice State of a deal.
enum DealState {
    None,
    Active,
    Paused,
    Completed,
    Closed,
    Expired
}

/// @notice A deal's mutable part: one storage slot.
/// @param available Escrow that is neither spent nor refunded, in the token's smallest unit.
/// @param records Number of records settled.
/// @param state State as last written; an Active deal past its expiry accepts no later certificate all the same.
/// @param stoppedAt Unix time after which no certificate's asOf counts; 0 while Active.
/// @param gapStart Start of the last pause that was resumed, 0 if none.
/// @param gapEnd Its end.
struct Deal {
    uint120 available;
    uint32 records;
    DealState state;
    uint32 stoppedAt;
    uint32 gapStart;
    uint32 gapEnd;
}

/// @notice An ERC-2612 permit to the DealBook. v = 0 means none: the allowance stands already.
struct TokenPermit {
    uint256 value;
    uint256 deadline;
    uint8 v;
    bytes32 r;
    bytes32 s;
}

/// @notice Who gives back what a sale paid. Nobody is pulled from who did not say so for this very record: the provider does by revoking, the
/// caller by calling, anybody else by a signature over ReturnPayment.
/// @param account Who pays.
/// @param permit Permit of that account, if its allowance does not stand already.
/// @param signedUntil Of ReturnPayment; 0 for the provider and the caller.
/// @param signature 65 bytes by the account over ReturnPayment; empty for the provider and the caller.
struct Payer {
    address account;
    TokenPermit permit;
    uint64 signedUntil;
    bytes signature;
}

/// @notice An oracle's answer to a claim of delivery.
/// @param consumerKeyHash keccak256 of the consumer's X25519 key that was in force at the settlement; 0 says that none was.
/// @param blockNumber Block in which the oracle made the answer.
/// @param envelope The data key wrapped to that key, in the exact form of EnvelopeForm; empty where no key was in force.
/// @param signature 65 bytes by the operator account over Release.
struct DeliveryAnswer {
    bytes32 consumerKeyHash;
    uint64 blockNumber;
    bytes envelope;
    bytes signature;
}

/// @notice Where a record stands.
/// @dev Settled: sold. Unwound: revoked with the money back. Revoked: stopped for good, the money kept; the one delivery that was paid for is
/// completed as if it stood.
enum RecordStatus {
    None,
    Settled,
    Unwound,
    Revoked
}

/// @notice What happened to a sale since: the person slot.
/// @param settledAt Unix time of the settlement; 0 means the slot is free.
/// @param answerBy Unix time by which the oracles must answer a delivery claim; 0 means no claim.
/// @param answered Bit i: the oracle of Record.shares[i] answered.
/// @param taken Bit i: the oracle of Record.shares[i] took what is its own.
/// @param refunded Whether the consumer took what unanswered claims give back.
struct Delivery {
    uint40 settledAt;
    uint40 answerBy;
    uint16 answered;
    uint16 taken;
    bool refunded;
}
