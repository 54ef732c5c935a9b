// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Delivery, Record, RecordStatus} from "../types/ExchangeTypes.sol";

/// @title Record slots, deliveries and revocations. Only the DealBook that created it writes; accounts call the DealBook.
interface IConsentBook {
    /// @notice A consent can no longer be settled.
    event ConsentWithdrawn(bytes32 indexed consentHash, address indexed provider);
    /// @notice Stop-and-delete notice: no key of this record may be released after `deliveredUntil`, nor its data be used.
    /// @param unwound True when the payment was returned and the sale undone.
    /// @param deliveredUntil Unix time until which the delivery paid for is still completed; 0 when the sale was undone. A claim
    /// of delivery made later, inside the window, moves it to its answerBy.
    event ConsentRevoked(
        bytes32 indexed recordId,
        bytes32 indexed dealId,
        address indexed provider,
        bool unwound,
        uint64 deliveredUntil
    );
    /// @notice The certifying oracles must post, by `answerBy`, the key wrapped to the consumer's key that was in force at the settlement.
    event DeliveryRequested(bytes32 indexed recordId, bytes32 indexed dealId, uint64 answerBy);
    /// @notice An oracle answered a claim: with the data key, wrapped to the consumer's key of that hash, or, where the hash is 0, with its
    /// signed word that no key was in force at the settlement.
    event DeliveryPosted(
        bytes32 indexed recordId,
        bytes32 indexed dealId,
        address indexed oracle,
        bytes32 consumerKeyHash,
        bytes envelope
    );
    /// @notice The refundable shares of oracles that did not answer, and their parts of the bond, went to the consumer.
    event DeliveryRefunded(bytes32 indexed recordId, bytes32 indexed dealId, uint256 amount);
    /// @notice An oracle took its share.
    event ShareWithdrawn(bytes32 indexed recordId, bytes32 indexed dealId, address indexed oracle, uint256 amount);

    /// @notice Only the DealBook writes.
    error ConsentBookWriterOnly(address writer, address caller);
    /// @notice The slot is taken.
    error ConsentBookSlotTaken(bytes32 slot);

    /// @notice The DealBook that writes.
    function dealBook() external view returns (address);

    /// @notice Status of a record and the commitment to its content.
    /// @return status Where the record stands; None when unknown.
    /// @return commitment First 31 bytes of keccak256(abi.encode(Record)).
    function recordOf(bytes32 recordId) external view returns (RecordStatus status, bytes31 commitment);

    /// @notice What happened to the sale with which a person filled one of their places in a deal.
    /// @param ordinal Place below perPersonCap.
    function deliveryOf(bytes32 dealId, bytes32 personTag, uint16 ordinal)
        external
        view
        returns (Delivery memory delivery);

    /// @notice Whether a provider withdrew a consent.
    function isWithdrawn(address provider, bytes32 consentHash) external view returns (bool);

    /// @notice What a settlement must know of the slots.
    /// @return withdrawn Whether the provider withdrew the consent.
    /// @return used Whether the record slot is taken.
    /// @return ordinal The person's first free place; perPersonCap when none is.
    function look(
        address provider,
        bytes32 consentHash,
        bytes32 dealId,
        bytes32 personTag,
        bytes32 recordId,
        uint16 perPersonCap
    ) external view returns (bool withdrawn, bool used, uint16 ordinal);

    // ---- DealBook only ----

    /// @notice Takes a person slot and a record slot.
    function take(bytes32 dealId, bytes32 personTag, uint16 ordinal, bytes32 recordId, bytes31 commitment) external;
    /// @notice Withdraws a consent.
    function withdraw(address provider, bytes32 consentHash) external;
    /// @notice Marks a record revoked, or unwound where the payment returns.
    /// @return shares What comes back of the oracles' shares, in the token's smallest unit; 0 where the payment does not return.
    /// @return bond What comes back of a claim's bond.
    function revoke(Record calldata record, bool returnPayment) external returns (uint256 shares, uint256 bond);
    /// @notice Obliges the certifying oracles to answer. `caller` must be the consumer.
    /// @return bond What the caller posts, in the token's smallest unit.
    function claimDelivery(address caller, Record calldata record) external returns (uint256 bond);
    /// @notice Takes an answer. `caller` must have certified.
    /// @return bond The caller's part of the bond, in the token's smallest unit.
    function postDelivery(address caller, Record calldata record, bytes32 consumerKeyHash, bytes calldata envelope)
        external
        returns (uint256 bond);
    /// @notice Takes what oracles lose that did not answer.
    /// @return amount The sum, in the token's smallest unit.
    function refundDelivery(Record calldata record) external returns (uint256 amount);
    /// @notice Takes what is one oracle's own: its share, or, where the sale was unwound or a claim left unanswered, what is never refunded of it.
    /// @return amount In the token's smallest unit.
    function takeShare(address oracle, Record calldata record) external returns (uint256 amount);
}
