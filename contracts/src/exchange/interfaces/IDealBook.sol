// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    Certificate,
    Consent,
    Deal,
    DealState,
    DealTerms,
    DeliveryAnswer,
    Payer,
    Record,
    TokenPermit
} from "../types/ExchangeTypes.sol";
import {IConsentBook} from "./IConsentBook.sol";
import {IDealBookErrors} from "./IDealBookErrors.sol";

/// @title Deals, their escrow, and the payment of records under consent. Revocations and deliveries are events of its ConsentBook.
/// @notice Amounts are in the smallest unit of the deal's token, times are Unix seconds. Calls on a deal pass its terms and salt again;
/// calls on a record pass the Record that RecordSettled and the terms say.
interface IDealBook is IDealBookErrors {
    /// @notice A deal was opened and its budget escrowed.
    event DealCreated(
        bytes32 indexed dealId,
        address indexed consumer,
        bytes32 indexed purpose,
        bytes32 salt,
        uint256 budget,
        DealTerms terms
    );
    /// @notice A deal's budget grew.
    event DealToppedUp(bytes32 indexed dealId, address indexed payer, uint256 amount);
    /// @notice A deal's state changed; certificates with asOf after `stoppedAt` no longer settle (0: until expiry).
    event DealStateChanged(bytes32 indexed dealId, DealState indexed state, uint64 stoppedAt);
    /// @notice Unspent budget went back; `locked` stays for certificates that may still settle.
    event DealRefunded(bytes32 indexed dealId, address indexed consumer, uint256 amount, uint256 locked);
    /// @notice A record was sold and paid. With the deal's terms it says the Record that later calls pass again (docs/protocol/exchange.md,
    /// section 8).
    /// @param amounts Price in the upper 128 bits, the relayer's fee in the lower.
    /// @param times | 96 zero | 16 signers, bit i for terms.oracles[i] | 16 ordinal | 64 settledAt | 64 consentUntil |
    /// @param commissions What the i-th of the signers asked, in bits 16 i to 16 i + 15; the deal's cap is not applied yet.
    event RecordSettled(
        bytes32 indexed recordId,
        bytes32 indexed dealId,
        address indexed provider,
        bytes32 personTag,
        bytes32 recordTag,
        bytes32 manifestHash,
        bytes32 certificateHash,
        bytes32 consentHash,
        address payout,
        address relayer,
        uint256 amounts,
        uint256 times,
        uint256 commissions
    );
    /// @notice A settlement was refused; the others of the call went on.
    /// @param code Selector of the error, `reason` the whole error.
    event SettlementRefused(bytes32 indexed dealId, bytes4 indexed code, uint256 index, bytes reason);
    /// @notice A sale was unwound: `amount` (what was paid to provider and relayer, and what oracle shares give back) returned, to the deal with
    /// the place of the record where `reopened`, else to the consumer.
    event RecordUnwound(bytes32 indexed recordId, bytes32 indexed dealId, uint256 amount, bool reopened);
    /// @notice A payment could not be pushed and waits for its receiver.
    event CreditGranted(address indexed token, address indexed account, uint256 amount);
    /// @notice A credit was paid out, or used to unwind a sale (`to` is then the DealBook).
    event CreditSpent(address indexed token, address indexed account, address to, uint256 amount);
    /// @notice The allow-list changed. Deals that exist are not touched.
    event TokenAllowed(address indexed token, bool allowed);

    // ---- deals ----

    /// @notice Opens a deal of the caller and escrows its budget, which the DealBook takes by allowance.
    /// @param terms Immutable terms; terms.consumer is the caller.
    /// @param salt Chosen by the consumer; the same terms with another salt are another deal.
    /// @param budget At least maximumRecords at the highest tier.
    function createDeal(DealTerms calldata terms, bytes32 salt, uint256 budget) external returns (bytes32 dealId);
    /// @notice As createDeal, with an ERC-2612 permit of the caller.
    function createDealWithPermit(DealTerms calldata terms, bytes32 salt, uint256 budget, TokenPermit calldata permit)
        external
        returns (bytes32 dealId);
    /// @notice Adds to an Active or Paused deal's budget. Whatever stays unspent goes to the consumer.
    function topUp(DealTerms calldata terms, bytes32 salt, uint256 amount) external;
    /// @notice As topUp, with an ERC-2612 permit of the caller.
    function topUpWithPermit(DealTerms calldata terms, bytes32 salt, uint256 amount, TokenPermit calldata permit)
        external;
    /// @notice Stops certificates with an asOf after now. Consumer only.
    function pause(DealTerms calldata terms, bytes32 salt) external;
    /// @notice Takes certificates again; those with an asOf inside the pause stay refused. Consumer only.
    function resume(DealTerms calldata terms, bytes32 salt) external;
    /// @notice Ends a deal: certificates with an asOf after now (or after the pause) are refused. What earlier ones may still claim stays
    /// locked until the last of them has expired; the rest goes back at once. Consumer only.
    function close(DealTerms calldata terms, bytes32 salt) external;
    /// @notice Ends a deal after its expiry, as close does. Anyone.
    function expire(DealTerms calldata terms, bytes32 salt) external;
    /// @notice Sends back what a Closed or Expired deal no longer needs. Anyone; the money goes to the consumer.
    function refund(DealTerms calldata terms, bytes32 salt) external;

    // ---- settlement ----

    /// @notice Settles sales. Each is judged alone: a refusal emits SettlementRefused and the rest proceeds, unless `strict`, when it reverts.
    /// The caller is the relayer and receives the relayer fees.
    /// @param settlements Packed as docs/protocol/exchange.md, section 8, says, each with its own certification behind it where `certification`
    /// is empty: 2 bytes with bit i for a certifying terms.oracles[i], and their proof in the form of the deal's verifier.
    /// @param certification Of the batch: then one set of signers certifies all of these certificates, in this order, by one CertificateBatch.
    /// @return settled How many were paid.
    function settle(
        DealTerms calldata terms,
        bytes32 salt,
        bytes[] calldata settlements,
        bytes calldata certification,
        bool strict
    ) external returns (uint256 settled);
    /// @notice What settle would say to one settlement now.
    /// @param settlement Packed, with its certification behind it.
    /// @param relayer Who would call.
    /// @return code Selector of the error of IDealBookErrors, or 0 when it would be paid.
    function judge(DealTerms calldata terms, bytes32 salt, bytes calldata settlement, address relayer)
        external
        view
        returns (bytes4 code);

    // ---- after settlement ----

    /// @notice Withdraws the caller's consent before it settles.
    function cancelConsent(bytes32 consentHash) external;
    /// @notice As cancelConsent, by the provider's signature over CancelConsent. Anyone.
    function cancelConsentWithSignature(
        address provider,
        bytes32 consentHash,
        uint64 signedUntil,
        bytes calldata signature
    ) external;
    /// @notice Ends every later release and use of a record. Provider only.
    /// With returnPayment, until deliveryEnd or the answerBy of a claim, the sale is undone: `net` and the relayer's fee return from the payer
    /// (its credit first, then its allowance or the permit passed), the refundable part of the oracles' shares from here; the deal gets price and
    /// place back, or, where it has ended, the consumer the money. Where the money is not there the call reverts.
    /// Without, it always succeeds and moves nothing: the delivery that was paid for is still completed until the same time.
    function revoke(Record calldata record, bool returnPayment, Payer calldata payer) external;
    /// @notice As revoke, by the provider's signature over RevokeConsent. Anyone.
    function revokeWithSignature(
        Record calldata record,
        bool returnPayment,
        Payer calldata payer,
        uint64 signedUntil,
        bytes calldata signature
    ) external;
    /// @notice Obliges the certifying oracles to post the wrapped key within one more delivery window. Consumer only, until deliveryEnd. It carries
    /// a bond of a seventh of the price for each of them, which the answer of each takes and no answer returns.
    function claimDelivery(Record calldata record, TokenPermit calldata permit) external;
    /// @notice Answers a claim and takes a part of its bond. Certifying oracle only, until the deadline.
    function postDelivery(Record calldata record, DeliveryAnswer calldata answer) external;
    /// @notice Gives what oracles lose that left a claim unanswered, and their parts of the bond, to the consumer. Anyone.
    function refundDelivery(Record calldata record) external;
    /// @notice Pays the caller what is its own of records whose delivery window, and claim, have ended, or that were unwound.
    function withdrawShares(Record[] calldata records) external;
    /// @notice Pays a credit out. Anyone may push it to the account itself; only the account may name another receiver.
    function withdrawCredit(address token, address account, address to) external;

    // ---- governance: nothing here reaches a deal that exists ----

    /// @notice Allows or disallows a token for deals to come. Token role only.
    function setTokenAllowed(address token, bool allowed) external;

    // ---- views ----

    /// @notice The book of record slots and revocations.
    function consentBook() external view returns (IConsentBook);
    /// @notice Smallest quorum that a deal may have: 1 in development, else 2.
    function minimumQuorum() external view returns (uint256);
    /// @notice Whether deals may use a token.
    function isTokenAllowed(address token) external view returns (bool);
    /// @notice A deal's mutable part; state None when unknown.
    function dealOf(bytes32 dealId) external view returns (Deal memory);
    /// @notice What an account may withdraw.
    function creditOf(address token, address account) external view returns (uint256);
    /// @notice keccak256(abi.encode(terms)).
    function hashTerms(DealTerms calldata terms) external pure returns (bytes32);
    /// @notice The id that these terms, this consumer and this salt give on this chain and DealBook.
    function dealIdOf(DealTerms calldata terms, bytes32 salt) external view returns (bytes32);
    /// @notice keccak256(abi.encode(dealId, recordTag)).
    function recordIdOf(bytes32 dealId, bytes32 recordTag) external pure returns (bytes32);
    /// @notice First 31 bytes of keccak256(abi.encode(record)), as kept by the ConsentBook.
    function commitmentOf(Record calldata record) external pure returns (bytes31);
    /// @notice EIP-712 domain separator.
    function DOMAIN_SEPARATOR() external view returns (bytes32);
    /// @notice EIP-712 digest of a Certificate.
    function hashCertificate(Certificate calldata certificate) external view returns (bytes32);
    /// @notice EIP-712 digest of a CertificateBatch.
    /// @param root Of CertificateBatches over the certificates' digests.
    function hashCertificateBatch(bytes32 root) external view returns (bytes32);
    /// @notice EIP-712 digest of a Consent.
    function hashConsent(Consent calldata consent) external view returns (bytes32);
    /// @notice EIP-712 digest of a CancelConsent.
    function hashCancelConsent(bytes32 consentHash, uint64 signedUntil) external view returns (bytes32);
    /// @notice EIP-712 digest of a RevokeConsent.
    function hashRevokeConsent(bytes32 recordId, bool returnPayment, uint64 signedUntil) external view returns (bytes32);
    /// @notice EIP-712 digest of a ReturnPayment.
    function hashReturnPayment(bytes32 recordId, uint256 amount, uint64 signedUntil) external view returns (bytes32);
    /// @notice EIP-712 digest of a StorageReceipt.
    function hashStorageReceipt(
        address store,
        bytes32 manifestHash,
        uint64 sizeBytes,
        bytes32 dealId,
        uint64 storedUntil
    ) external view returns (bytes32);
    /// @notice EIP-712 digest of a Submission.
    function hashSubmission(
        bytes32 dealId,
        address provider,
        bytes32 manifestHash,
        bytes32 criteriaHash,
        address oracle,
        bytes32 nonce,
        uint64 asOf
    ) external view returns (bytes32);
    /// @notice EIP-712 digest of a Delivery.
    function hashDelivery(bytes32 dealId, address consumer, bytes32 payloadRoot) external view returns (bytes32);
    /// @notice EIP-712 digest of a Release.
    function hashRelease(bytes32 recordId, bytes32 consumerKeyHash, bytes32 envelopeHash, uint64 blockNumber)
        external
        view
        returns (bytes32);
}
