// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Delivery, Record, RecordStatus} from "../types/ExchangeTypes.sol";

/// @title Record slots, deliveries and revocations. Only the DealBook that created it writes; accounts call the DealBook.
interface IConsentBook {
    /// @notice A consent can no longer be settled.
    event ConsentWithdrawn(bytes32 indexed consentHash, address indexed provider);
    /// @notice Stop-and-delete notice: no key of this record may be released after it.
    /// @param unwound True when the sale was unwound inside the delivery window.
    event ConsentRevoked(
        bytes32 indexed recordId, bytes32 indexed dealId, address indexed provider, bool unwound
    );
    /// @notice The certifying oracles must post the wrapped key by `answerBy`.
    event DeliveryRequested(bytes32 indexed recordId, bytes32 indexed dealId, uint64 answerBy);
    /// @notice An oracle posted the data key, wrapped to the consumer's key.
    event DeliveryPosted(bytes32 indexed recordId, bytes32 indexed dealId, address indexed oracle, bytes envelope);
    /// @notice The shares of oracles that did not answer went to the consumer.
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

    /// @notice What happened to the sale with which a person filled a place of his in a deal.
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
    /// @notice Marks a record revoked.
    /// @return unwound Whether the delivery window is still open, so that the sale must be unwound.
    function revoke(Record calldata record) external returns (bool unwound);
    /// @notice Obliges the certifying oracles to answer. `caller` must be the consumer.
    function claimDelivery(address caller, Record calldata record) external;
    /// @notice Takes an answer. `caller` must have certified.
    function postDelivery(address caller, Record calldata record, bytes calldata envelope) external;
    /// @notice Takes the shares of oracles that did not answer.
    /// @return amount Their sum, in the token's smallest unit.
    function refundDelivery(Record calldata record) external returns (uint256 amount);
    /// @notice Takes the share of one oracle.
    /// @return amount The share, in the token's smallest unit.
    function takeShare(address oracle, Record calldata record) external returns (uint256 amount);
}
