// EIP-712 types of the exchange as docs/protocol/exchange.md, section 4, writes them.
const strings = [
  'Certificate(bytes32 dealId,address provider,bytes32 manifestHash,bytes32 personTag,bytes32 recordTag,uint16 score,uint64 asOf,uint64 validUntil,bytes32 validatorHash,bytes32 statusListsRoot,bytes32 receiptHash)',
  'CertificateBatch(bytes32 root)',
  'Consent(bytes32 dealId,bytes32 certificateHash,address consumer,bytes32 agreementHash,bytes32 answersHash,bytes32 purpose,address token,uint256 minimumNet,address payout,address relayer,uint256 maximumRelayerFee,uint64 signedUntil,uint64 consentUntil)',
  'CancelConsent(bytes32 consentHash,uint64 signedUntil)',
  'RevokeConsent(bytes32 recordId,bool returnPayment,uint64 signedUntil)',
  'ReturnPayment(bytes32 recordId,uint256 amount,uint64 signedUntil)',
  'StorageReceipt(address store,bytes32 manifestHash,uint64 sizeBytes,bytes32 dealId,uint64 storedUntil)',
  'Submission(bytes32 dealId,address provider,bytes32 manifestHash,bytes32 criteriaHash,address oracle,bytes32 nonce,uint64 asOf)',
  'PermissionToCheck(bytes32 dealId,address provider,bytes32 manifestHash,bytes32 payloadRoot,address[] oracles,bytes32 wordsHash,uint64 asOf,uint64 validUntil)',
  'Delivery(bytes32 dealId,address consumer,bytes32 payloadRoot)',
  'Release(bytes32 recordId,bytes32 consumerKeyHash,bytes32 envelopeHash,uint64 blockNumber)',
] as const

/** The types in the form that viem takes, by name. */
export const types: Record<string, { name: string; type: string }[]> = Object.fromEntries(
  strings.map((text) => {
    const [, name, fields] = /^(\w+)\((.*)\)$/.exec(text)!
    return [
      name!,
      fields!.split(',').map((field) => {
        const [type, label] = field.split(' ')
        return { name: label!, type: type! }
      }),
    ]
  }),
)
