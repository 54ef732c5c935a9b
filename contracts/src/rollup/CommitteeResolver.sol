// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {ClaimOutcome} from "./interfaces/IClaimResolver.sol";
import {ICommittee} from "./interfaces/ICommittee.sol";
import {ICommitteeResolver} from "./interfaces/ICommitteeResolver.sol";

/// @title Claims that the members of a committee decide on, for networks that trust a threshold of their members with it.
/// @dev Nobody proves anything here: a claim ends when enough members say that it is wrong. A network whose members trust each other
/// with data and not with this takes a resolver that makes the claimant prove.
contract CommitteeResolver is ICommitteeResolver, EIP712 {
    bytes32 private constant DENIAL_TYPEHASH = keccak256("Denial(bytes32 claim,address winner)");

    struct Claim {
        address claimant;
        uint64 standsAt;
        bytes32 programId;
        bytes32 answer;
        address winner;
    }

    ICommittee private immutable _committee;
    uint64 private immutable _window;
    mapping(bytes32 id => Claim) private _claims;

    /// @param window Seconds in which a claim can be denied.
    constructor(ICommittee committee, uint64 window) EIP712("CommitteeResolver", "1") {
        _committee = committee;
        _window = window;
    }

    /// @inheritdoc ICommitteeResolver
    function claim(bytes32 programId, bytes32 answer) external returns (bytes32 id) {
        id = keccak256(abi.encode(msg.sender, programId, answer));
        if (_claims[id].claimant != address(0)) revert ClaimExists(id);
        uint64 standsAt = uint64(block.timestamp) + _window;
        _claims[id] = Claim(msg.sender, standsAt, programId, answer, address(0));
        emit ClaimMade(id, msg.sender, programId, answer, standsAt);
    }

    /// @inheritdoc ICommitteeResolver
    function deny(bytes32 id, address winner, bytes calldata signatures) external {
        if (winner == address(0)) revert ClaimWinnerMissing();
        Claim storage one = _claims[id];
        if (_outcome(one) != ClaimOutcome.Open) revert ClaimNotOpen(id, one.standsAt);
        bytes32 digest = _hashTypedDataV4(keccak256(abi.encode(DENIAL_TYPEHASH, id, winner)));
        _committee.assertCertified(digest, signatures);
        one.winner = winner;
        emit ClaimDenied(id, winner);
    }

    /// @inheritdoc ICommitteeResolver
    function claimOf(bytes32 id) external view returns (address, bytes32, bytes32) {
        Claim storage one = _claims[id];
        return (one.claimant, one.programId, one.answer);
    }

    function says(bytes32 id, address claimant, bytes32 programId, uint64 exitCode, bytes32 answer)
        external
        view
        returns (bool)
    {
        Claim storage one = _claims[id];
        bool isTheirs = claimant != address(0) && one.claimant == claimant;
        return isTheirs && exitCode == 0 && one.programId == programId && one.answer == answer;
    }

    function outcomeOf(bytes32 id) external view returns (ClaimOutcome) {
        return _outcome(_claims[id]);
    }

    function winnerOf(bytes32 id) external view returns (address) {
        return _claims[id].winner;
    }

    function _outcome(Claim storage one) private view returns (ClaimOutcome) {
        if (one.claimant == address(0)) return ClaimOutcome.Unknown;
        if (one.winner != address(0)) return ClaimOutcome.Falls;
        return block.timestamp < one.standsAt ? ClaimOutcome.Open : ClaimOutcome.Stands;
    }
}
