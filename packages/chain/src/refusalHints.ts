/** What errors of libraries and those without a word in their contract say. */
export const LIBRARY_NOTICES: Readonly<Record<string, string>> = {
  Reverted: 'The contract refused without a reason.',
  Unknown: 'The contract refused with an error that none of ours declares.',
  Error: 'The contract refused.',
  Panic: 'The contract failed: a fault of its code, or of what it was called with.',
  AccessManagedUnauthorized: 'The account does not have the role for this call.',
  AccessManagedRequiredDelay: 'The role may do this only after a delay, once it is scheduled.',
  AccessManagerUnauthorizedAccount: 'The account does not have that role.',
  AccessManagerNotReady: 'The scheduled operation may not run yet.',
  AccessManagerNotScheduled: 'No such operation is scheduled.',
  AccessManagerExpired: 'The scheduled operation was not run in time.',
  AddressEmptyCode: 'There is no contract at that address.',
  ECDSAInvalidSignature: 'The signature is not one of this message.',
  ECDSAInvalidSignatureLength: 'The signature has another length than 65 bytes.',
  ECDSAInvalidSignatureS: 'The signature is the second form of another one.',
  ERC20InsufficientAllowance: 'The account allows less of its tokens than are needed.',
  ERC20InsufficientBalance: 'The account has fewer tokens than are needed.',
  ERC20InvalidReceiver: 'Tokens can not be sent to that address.',
  ERC20InvalidSender: 'Tokens can not be sent from that address.',
  ERC20InvalidApprover: 'That address can not allow its tokens.',
  ERC20InvalidSpender: 'Tokens can not be allowed to that address.',
  ERC20ExceededSafeSupply: 'More tokens would exist than there may be.',
  ERC2612ExpiredSignature: 'The permit for tokens has expired.',
  ERC2612InvalidSigner: 'The permit for tokens is signed by another account than their owner.',
  ERC5805FutureLookup: 'Votes of a time to come can not be asked for.',
  FailedCall: 'A call of another contract failed.',
  FailedDeployment: 'The contract could not be created.',
  InsufficientBalance: 'The account has less ether than is needed.',
  InvalidAccountNonce: 'The signature was used already, or is for a later turn.',
  InvalidInitialization: 'The contract is set up already.',
  ReentrancyGuardReentrantCall: 'The contract was called while it was at work.',
  SafeCastOverflowedUintDowncast: 'A number is too large for its place.',
  SafeERC20FailedOperation: 'The token did not do what it was asked to.',
  VotesExpiredSignature: 'The signature for the votes has expired.',
}

/** What to do next, by the name of the error. */
const HINTS: Readonly<Record<string, string>> = {
  DealUnknown: 'Check the id of the deal: ambrosia deal list.',
  DealExists: 'Open the deal again: each gets a salt of its own.',
  DealConsumerOnly: 'Use the account that opened the deal: --key NAME.',
  DealTokenNotAllowed: 'Open the deal in a token that the network allows.',
  DealTokenShortfall: 'Use a token that delivers what it is asked for.',
  DealTiersUnordered: 'Give tiers with rising scores and rising prices.',
  DealTermOutOfRange: 'Choose a value within the limits that are named.',
  DealTermMissing: 'Give the term that is named.',
  DealOracleRepeated: 'Name each oracle once.',
  DealUnderfunded: 'Escrow at least what is required, or ask for fewer records.',
  DealStateRefused: 'See what state the deal is in: ambrosia deal show ID.',
  DealNotExpired: 'Wait until it has expired, or let its consumer close it.',
  DealBudgetLocked: 'Ask for the refund again after that time.',
  DealFull: 'The deal has bought all it wanted: offer into another one.',
  DealPaused: 'Wait until the consumer resumes the deal, then offer again.',
  DealClosed: 'The deal takes nothing more: offer into another one.',
  DealExpired: 'The deal takes nothing more: offer into another one.',
  CertificateExpired: 'Offer the record again and settle within the life of its certificate.',
  CertificateFromFuture: 'Set the clock right, then offer the record again.',
  CertificateScoreBelowTiers: 'The quality is below what the deal pays for.',
  CertificateQuorumMissing: 'Offer again when enough oracles of the deal run.',
  CertificateOracleInactive: 'Offer again: an oracle that signed is no longer admitted.',
  CertificateSignatureInvalid:
    'Offer again: an oracle has changed its key, or the certificate is for another deal.',
  ConsentCancelled: 'The provider has withdrawn this consent. A new offer needs a new one.',
  ConsentExpired: 'Offer the record again and settle before the consent ends.',
  ConsentNetBelowMinimum: 'Ask for a lower fee, or offer the record again.',
  ConsentRelayerFeeExceeded: 'Ask for no more than the consent allows: --fee.',
  ConsentRelayerMismatch: 'Only the relayer that the consent names may carry it.',
  ConsentSignatureInvalid:
    'Offer the record again: its provider signed something else, or somebody else did.',
  SettlementMalformed: 'Settle with the version of Ambrosia that the network runs.',
  ConsentTooShort: 'The retention of the deal ends too early for a delivery.',
  RelayerFeeOverLimit: 'Ask for a tenth of the price at most: --fee.',
  RecordTagUsed: 'This data is sold into this deal already.',
  PersonTagOverCap: 'This person has sold as much into this deal as it allows.',
  RecordStatusRefused: 'See what became of the record: ambrosia record sales.',
  RecordUnknown: 'Check the id of the record: ambrosia record sales.',
  RevocationExpired: 'Sign the revocation again.',
  RevocationSignatureInvalid: 'Only the account that sold the record can revoke: --name NAME.',
  CancellationExpired: 'Sign the withdrawal again.',
  PaymentReturnShort:
    'Bring the payment back to the account first, or revoke with --stop, which keeps it.',
  PaymentReturnLate: 'Revoke with --stop: nothing goes back, and nothing more is released.',
  PaymentReturnExpired: 'Sign the return of the payment again; check the clock.',
  PaymentReturnUnsigned: 'The account that pays has to sign for this record and amount.',
  DealBudgetShort: 'Offer into another deal, or wait until its consumer escrows more.',
  DeliveryWindowEnded: 'The time for a claim is over.',
  DeliveryWindowOpen: 'Try again after the delivery window has ended.',
  DeliveryClaimed: 'The delivery is claimed already; wait for the answer.',
  DeliveryNotClaimed: 'Claim the delivery first: ambrosia consumer claim.',
  DeliveryAnswerPending: 'Wait until the time for the answer is over.',
  CreditEmpty: 'There is no credit to take.',
  DidExists: 'The DID is there already: ambrosia did resolve DID.',
  DidUnknown: 'Create it first: ambrosia did create.',
  DidDeactivated: 'A deactivated DID never comes back; create another one with another key.',
  DidSignatureExpired: 'Sign it again; check the clock.',
  DidSignatureInvalid: 'Sign with the key that controls the DID.',
  OracleStatusRefused: 'See the oracle: ambrosia oracle list.',
  ERC20InsufficientBalance:
    'See what it has: ambrosia balance. On a development network: ambrosia fund.',
  ERC20InsufficientAllowance: 'Sign a permit for the amount, or allow it first.',
  ERC2612ExpiredSignature: 'Sign it again; check the clock.',
  InsufficientBalance: 'Send it ether. On a development network: ambrosia fund.',
  AccessManagedUnauthorized: 'Use the account that has the role.',
}

/** What to do next by how the name begins: for what nobody but another program calls. */
const HINTS_BY_DOMAIN: readonly [prefix: RegExp, hint: string][] = [
  [/^Certificate/, 'Offer the record again: the certificate does not fit this deal.'],
  [/^Consent/, 'Offer the record again: the consent does not fit this deal or certificate.'],
  [/^(?:Deal|Deployment)/, 'See the terms of the deal: ambrosia deal show ID.'],
  [/^(?:Record|Release|Share|Refund)/, 'See the record and its times: ambrosia record sales.'],
  [
    /^(?:Delivery|Revocation|Cancellation|Credit|Person|Relayer|Push)/,
    'See docs/protocol/exchange.md, section 9.',
  ],
  [/^Did/, 'See the document: ambrosia did resolve DID.'],
  [
    /^(?:Oracle|Admission|Measurement|Registry|Epoch|Quorum)/,
    'See docs/protocol/oracles.md for who may do this, and when.',
  ],
  [
    /^(?:Stake|Penalty|Duty|Court|Evidence|Equivocation)/,
    'See docs/protocol/oracles.md for stake, duties and evidence.',
  ],
  [
    /^(?:Assertion|Batch|Bridge|TokenBridge|Inbox|Outbox|Mess|Committee|Network|Rules)/,
    'See docs/protocol for the rules of the rollup.',
  ],
  [
    /^(?:Game|Claim|Checkpoint|Proof|Receipt|Recipients|State)/,
    'See docs/protocol for the rules of the dispute.',
  ],
  [/^ERC|^SafeERC20|^Votes/, 'See balances and allowances: ambrosia balance.'],
  [/^Access/, 'Use the account that has the role.'],
]

/** What to do next after a refusal. */
export function hintOf(errorName: string): string {
  return (
    HINTS[errorName] ??
    HINTS_BY_DOMAIN.find(([prefix]) => prefix.test(errorName))?.[1] ??
    'Check what the call was given; docs/error-codes.md lists the errors.'
  )
}
