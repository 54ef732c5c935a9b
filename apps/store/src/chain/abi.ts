import { parseAbi } from 'viem'

/** The part of DealBook, ConsentBook and OracleRegistry that a store reads; contracts/src is where they are defined. */
const structs = [
  'struct Tier { uint16 minimumScore; uint128 price; }',
  'struct DealTerms { address consumer; address token; bytes32 criteriaHash; bytes32 agreementHash; bytes32 purpose; Tier[] tiers; uint32 maximumRecords; uint16 perPersonCap; uint16 commissionCapBps; uint32 certificateLife; uint32 deliveryWindow; uint64 retentionEnd; address verifier; address[] oracles; uint8 quorum; address[] stores; bytes32 validatorHash; uint64 expiry; }',
  'struct Deal { uint120 available; uint32 records; uint8 state; uint32 stoppedAt; uint32 gapStart; uint32 gapEnd; }',
  'struct Share { address oracle; uint128 amount; }',
  'struct Record { bytes32 dealId; bytes32 personTag; bytes32 recordTag; bytes32 manifestHash; bytes32 certificateHash; bytes32 consentHash; address consumer; address token; address provider; address payout; uint16 ordinal; uint128 price; uint128 net; uint128 relayerFee; uint64 settledAt; uint64 deliveryEnd; uint64 consentUntil; Share[] shares; }',
] as const

export const dealBookAbi = parseAbi([
  ...structs,
  'event DealCreated(bytes32 indexed dealId, address indexed consumer, bytes32 indexed purpose, bytes32 salt, uint256 budget, DealTerms terms)',
  'event RecordSettled(bytes32 indexed recordId, bytes32 indexed dealId, address indexed provider, address relayer, Record record)',
  'function dealOf(bytes32 dealId) view returns (Deal)',
  'function consentBook() view returns (address)',
])

export const consentBookAbi = parseAbi([
  'function recordOf(bytes32 recordId) view returns (uint8 status, bytes31 commitment)',
])

export const oracleRegistryAbi = parseAbi([
  'struct Oracle { uint8 status; address signer; uint16 commissionBps; uint16 commissionCapBps; uint16 maximumChangeBps; uint40 commissionChangedAt; uint64 epoch; bytes32 encryptionKey; bytes32 measurement; string endpoint; }',
  'function oracleOf(address operator) view returns (Oracle)',
])
