// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {DealState, RecordStatus} from "../types/ExchangeTypes.sol";

/// @title Every refusal of the exchange, in one place.
/// @dev packages/exchange/src/checks mirrors the refusals of `settle` one to one under the same names.
interface IDealBookErrors {
    // ---- the deal ----

    /// @notice No deal has this id: terms or salt differ from those of its creation.
    error DealUnknown(bytes32 dealId);
    /// @notice A deal with this id exists already.
    error DealExists(bytes32 dealId);
    /// @notice Only the deal's consumer may do this.
    error DealConsumerOnly(address consumer, address caller);
    /// @notice The token is not on the allow-list.
    error DealTokenNotAllowed(address token);
    /// @notice The token delivered less, or other, than asked.
    error DealTokenShortfall(address token, uint256 asked, uint256 received);
    /// @notice Tiers must ascend strictly in score and price; the one at `index` does not.
    error DealTiersUnordered(uint256 index);
    /// @notice A term is outside its limits.
    error DealTermOutOfRange(string term, uint256 value, uint256 minimum, uint256 maximum);
    /// @notice A term that must be given is zero.
    error DealTermMissing(string term);
    /// @notice An oracle is listed twice.
    error DealOracleRepeated(address oracle);
    /// @notice The verifier does not implement ICertificateVerifier.
    error DealVerifierUnsupported(address verifier);
    /// @notice The budget does not cover maximumRecords at the highest tier.
    error DealUnderfunded(uint256 budget, uint256 required);
    /// @notice The deal's state does not allow this.
    error DealStateRefused(bytes32 dealId, DealState state);
    /// @notice The deal has not expired yet.
    error DealNotExpired(bytes32 dealId, uint64 expiry);
    /// @notice Certificates made before the stop may settle until `until`; the rest of the budget waits for it.
    error DealBudgetLocked(bytes32 dealId, uint256 until);

    // ---- one settlement, in the order of the checks ----

    /// @notice The packed settlement does not have the size of its form.
    error SettlementMalformed(uint256 size, uint256 expected);
    /// @notice The deal bought its maximum of records.
    error DealFull(bytes32 dealId, uint32 maximumRecords);
    /// @notice The certificate's asOf lies after the pause, or inside the last pause.
    error DealPaused(uint64 asOf, uint64 stoppedAt);
    /// @notice The certificate's asOf lies after the deal was closed.
    error DealClosed(uint64 asOf, uint64 stoppedAt);
    /// @notice The certificate's asOf lies after the deal's expiry.
    error DealExpired(uint64 asOf, uint64 stoppedAt);
    /// @notice asOf lies further in the future than clocks may differ.
    error CertificateFromFuture(uint64 asOf, uint256 blockTime);
    /// @notice The certificate is no longer valid.
    error CertificateExpired(uint64 validUntil, uint256 blockTime);
    /// @notice The score reaches no tier.
    error CertificateScoreBelowTiers(uint16 score, uint16 minimumScore);
    /// @notice The deal holds less than this price: a sale was unwound, and not all of its price came back.
    error DealBudgetShort(uint256 price, uint256 available);
    /// @notice The payout address is zero, the token or the DealBook.
    error ConsentPayoutInvalid(address payout);
    /// @notice The consent names another relayer.
    error ConsentRelayerMismatch(address expected, address actual);
    /// @notice The relayer asks for more than the consent allows.
    error ConsentRelayerFeeExceeded(uint256 maximum, uint256 fee);
    /// @notice The relayer asks for more than a tenth of the price, which no consent can allow.
    error RelayerFeeOverLimit(uint256 limit, uint256 fee);
    /// @notice The consent's signature is no longer valid.
    error ConsentExpired(uint64 signedUntil, uint256 blockTime);
    /// @notice The consent ends before delivery could be claimed and answered.
    error ConsentTooShort(uint64 consentUntil, uint256 required);
    /// @notice The provider withdrew the consent.
    error ConsentCancelled(bytes32 consentHash);
    /// @notice The consent is not signed by the certificate's provider: for this certificate, this deal and what it asks for.
    error ConsentSignatureInvalid(address provider);
    /// @notice The same data, or this very certificate or consent, was settled in this deal before.
    error RecordTagUsed(bytes32 recordId);
    /// @notice The person sold perPersonCap records into this deal already.
    error PersonTagOverCap(bytes32 personTag, uint16 perPersonCap);
    /// @notice Fewer signatures than the quorum.
    error CertificateQuorumMissing(uint256 signatures, uint8 quorum);
    /// @notice The index names no oracle of the deal.
    error CertificateOracleUnlisted(uint8 index, uint256 oracles);
    /// @notice The oracle is not registered or not admitted.
    error CertificateOracleInactive(address oracle);
    /// @notice The proof does not hold a signature of 64 bytes for each signer.
    error CertificateProofMalformed(uint256 size, uint256 expected);
    /// @notice The signature is malleable, or not by the oracle's signing key over this certificate (or batch) of this deal.
    error CertificateSignatureInvalid(address oracle);
    /// @notice The deal's verifier failed without saying why.
    error CertificateVerifierFailed(address verifier);
    /// @notice What is left for the provider is below the consent's minimum.
    error ConsentNetBelowMinimum(uint256 minimumNet, uint256 net);

    // ---- after settlement ----

    /// @notice The record passed is not one that was settled here.
    error RecordUnknown(bytes32 recordId);
    /// @notice The record's status does not allow this.
    error RecordStatusRefused(bytes32 recordId, RecordStatus status);
    /// @notice Only the record's provider may do this.
    error RecordProviderOnly(address provider, address caller);
    /// @notice Only the record's consumer may do this.
    error RecordConsumerOnly(address consumer, address caller);
    /// @notice The account did not certify the record.
    error RecordOracleUnknown(bytes32 recordId, address account);
    /// @notice The delivery window is still open.
    error DeliveryWindowOpen(bytes32 recordId, uint256 until);
    /// @notice The delivery window has ended.
    error DeliveryWindowEnded(bytes32 recordId, uint256 until);
    /// @notice Delivery was claimed already.
    error DeliveryClaimed(bytes32 recordId, uint256 answerBy);
    /// @notice Delivery was not claimed.
    error DeliveryNotClaimed(bytes32 recordId);
    /// @notice The oracle answered already.
    error DeliveryAnswered(bytes32 recordId, address oracle);
    /// @notice The deadline for an answer has passed.
    error DeliveryAnswerLate(bytes32 recordId, uint256 answerBy);
    /// @notice The deadline for an answer has not passed.
    error DeliveryAnswerPending(bytes32 recordId, uint256 answerBy);
    /// @notice The answer is not an envelope in the form of EnvelopeForm, or is none where a key was in force.
    error DeliveryEnvelopeInvalid(uint256 sizeBytes);
    /// @notice The statement of release is not signed by the oracle that posts it, or names a block to come.
    error DeliveryStatementInvalid(address oracle);
    /// @notice The oracle took its share already.
    error ShareUnavailable(bytes32 recordId, address oracle);
    /// @notice Nothing is left to refund.
    error RefundEmpty(bytes32 id);
    /// @notice The revocation's signature is no longer valid.
    error RevocationExpired(uint64 signedUntil, uint256 blockTime);
    /// @notice The revocation is not signed by the record's provider.
    error RevocationSignatureInvalid(address provider);
    /// @notice The sale can no longer be unwound; the consent can still be revoked without a return of the payment.
    error PaymentReturnLate(bytes32 recordId, uint256 until);
    /// @notice The account does not give back what the sale paid: what is there (its credit, and what it holds and allows) is less.
    error PaymentReturnShort(address account, uint256 required, uint256 available);
    /// @notice The payer's signature is no longer valid.
    error PaymentReturnExpired(uint64 signedUntil, uint256 blockTime);
    /// @notice The payer did not sign for this record and amount.
    error PaymentReturnUnsigned(address account);
    /// @notice The cancellation's signature is no longer valid.
    error CancellationExpired(uint64 signedUntil, uint256 blockTime);
    /// @notice The cancellation is not signed by the provider.
    error CancellationSignatureInvalid(address provider);
    /// @notice The account has no credit in this token.
    error CreditEmpty(address token, address account);
    /// @notice Only the account itself may send its credit elsewhere.
    error CreditOwnerOnly(address account, address caller);
    /// @notice Too little gas for a token transfer to be tried fairly; a failure would not be the receiver's.
    error PushGasInsufficient(uint256 gasLeft, uint256 required);
}
