// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {ClaimOutcome} from "../rollup/interfaces/IClaimResolver.sol";
import {IClaimBook} from "./interfaces/IClaimBook.sol";
import {DisputeHashes} from "./libraries/DisputeHashes.sol";
import {Claim, DisputeRules} from "./types/DisputeTypes.sol";

/// @title Claims: their receipts, their time, their bonds.
/// @dev No one governs it and nothing of it changes: other rules are another contract.
abstract contract ClaimBookBase is IClaimBook, EIP712 {
    using SafeERC20 for IERC20;

    struct ClaimRecord {
        address claimant;
        uint64 exitCode;
        bool isFallen;
        bool isReleased;
        bytes32 programId;
        bytes32 answer;
        uint64 receiptsUntil;
        uint64 openedAt;
        uint64 games;
        uint32 openGames;
        address winner;
    }

    uint256 private constant SIGNATURE_BYTES = 65;
    uint256 private constant MAXIMUM_RECIPIENTS = 64;

    DisputeRules internal _rules;
    mapping(address account => bool) private _recipients;
    mapping(bytes32 claim => ClaimRecord) internal _claims;
    mapping(address account => uint256 amount) internal _owed;

    /// @param recipients Who may sign receipts, ascending.
    constructor(DisputeRules memory chosen, address[] memory recipients) EIP712("ClaimBook", "1") {
        _assertRules(chosen, recipients.length);
        _rules = chosen;
        address last;
        for (uint256 i = 0; i < recipients.length; ++i) {
            if (recipients[i] <= last) revert RecipientsUnordered(i);
            last = recipients[i];
            _recipients[last] = true;
        }
    }

    // ---- claims ----

    /// @inheritdoc IClaimBook
    function makeClaim(Claim calldata content, bytes calldata receipts) external returns (bytes32 id) {
        _assertContent(content);
        id = DisputeHashes.claim(msg.sender, content);
        ClaimRecord storage record = _claims[id];
        if (record.claimant != address(0)) revert ClaimExists(id);
        uint64 receiptsUntil = uint64(block.timestamp) + _rules.availabilityPeriod;
        record.claimant = msg.sender;
        record.exitCode = content.exitCode;
        record.programId = content.programId;
        record.answer = content.answer;
        record.receiptsUntil = receiptsUntil;
        emit ClaimMade(id, msg.sender, content, receiptsUntil);
        if (receipts.length > 0) _open(id, record, content, receipts);
        _rules.bondToken.safeTransferFrom(msg.sender, address(this), _rules.claimBond);
    }

    /// @inheritdoc IClaimBook
    function postReceipts(address claimant, Claim calldata content, bytes calldata receipts) external {
        bytes32 id = DisputeHashes.claim(claimant, content);
        ClaimRecord storage record = _known(id);
        ClaimOutcome outcome = _outcome(record);
        if (record.openedAt != 0) revert ClaimOutcomeRefused(id, uint8(outcome));
        if (outcome != ClaimOutcome.Open) revert ReceiptsLate(id, record.receiptsUntil);
        _open(id, record, content, receipts);
    }

    /// @inheritdoc IClaimBook
    function releaseBond(bytes32 id) external {
        ClaimRecord storage record = _known(id);
        ClaimOutcome outcome = _outcome(record);
        if (outcome != ClaimOutcome.Stands && outcome != ClaimOutcome.Lapsed) {
            revert ClaimOutcomeRefused(id, uint8(outcome));
        }
        if (record.isReleased) revert ClaimBondReleased(id);
        record.isReleased = true;
        _owed[record.claimant] += _rules.claimBond;
        emit BondReleased(id, record.claimant, _rules.claimBond);
    }

    /// @inheritdoc IClaimBook
    function withdraw() external returns (uint256 amount) {
        amount = _owed[msg.sender];
        delete _owed[msg.sender];
        emit Withdrawn(msg.sender, amount);
        if (amount > 0) _rules.bondToken.safeTransfer(msg.sender, amount);
    }

    // ---- views ----

    function claimOf(bytes32 id) external view returns (address, bytes32, uint64, bytes32) {
        ClaimRecord storage record = _claims[id];
        return (record.claimant, record.programId, record.exitCode, record.answer);
    }

    function outcomeOf(bytes32 id) external view returns (ClaimOutcome) {
        return _outcome(_claims[id]);
    }

    function winnerOf(bytes32 id) external view returns (address) {
        return _claims[id].winner;
    }

    /// @inheritdoc IClaimBook
    function claimId(address claimant, Claim calldata content) external view returns (bytes32) {
        return DisputeHashes.claim(claimant, content);
    }

    /// @inheritdoc IClaimBook
    function timesOf(bytes32 id) external view returns (uint64, uint64, uint32) {
        ClaimRecord storage record = _known(id);
        if (record.openedAt == 0) return (0, 0, 0);
        uint64 windowEnd = _windowEnd(record);
        return (windowEnd, windowEnd + _rules.grace, record.openGames);
    }

    /// @inheritdoc IClaimBook
    function rules() external view returns (DisputeRules memory) {
        return _rules;
    }

    /// @inheritdoc IClaimBook
    function isRecipient(address account) external view returns (bool) {
        return _recipients[account];
    }

    /// @inheritdoc IClaimBook
    function owedTo(address account) external view returns (uint256) {
        return _owed[account];
    }

    // ---- steps ----

    function _outcome(ClaimRecord storage record) internal view returns (ClaimOutcome) {
        if (record.claimant == address(0)) return ClaimOutcome.Unknown;
        if (record.isFallen) return ClaimOutcome.Falls;
        if (record.openedAt == 0) {
            return block.timestamp > record.receiptsUntil ? ClaimOutcome.Lapsed : ClaimOutcome.Open;
        }
        bool isOver = block.timestamp >= _windowEnd(record) + _rules.grace && record.openGames == 0;
        return isOver ? ClaimOutcome.Stands : ClaimOutcome.Open;
    }

    function _windowEnd(ClaimRecord storage record) internal view returns (uint64) {
        return record.openedAt + _rules.window;
    }

    function _known(bytes32 id) internal view returns (ClaimRecord storage record) {
        record = _claims[id];
        if (record.claimant == address(0)) revert ClaimUnknown(id);
    }

    function _open(bytes32 id, ClaimRecord storage record, Claim calldata content, bytes calldata receipts) private {
        if (receipts.length % SIGNATURE_BYTES != 0) revert ReceiptsMalformed(receipts.length);
        uint256 count = receipts.length / SIGNATURE_BYTES;
        if (count < _rules.quorum) revert ReceiptsMissing(count, _rules.quorum);
        bytes32 digest = _hashTypedDataV4(DisputeHashes.receipt(id, content));
        address last;
        for (uint256 i = 0; i < count; ++i) {
            bytes calldata signature = receipts[i * SIGNATURE_BYTES:(i + 1) * SIGNATURE_BYTES];
            // Refuses malleable signatures and those of nobody.
            address signer = ECDSA.recoverCalldata(digest, signature);
            if (signer <= last || !_recipients[signer]) revert ReceiptRefused(i, signer);
            last = signer;
        }
        record.openedAt = uint64(block.timestamp);
        uint64 windowEnd = _windowEnd(record);
        emit ClaimOpened(id, windowEnd, windowEnd + _rules.grace);
    }

    function _assertContent(Claim calldata content) private view {
        if (!DisputeHashes.isElement(content.programId)) revert ClaimRefused("programId");
        if (!DisputeHashes.isElement(content.inputRoot)) revert ClaimRefused("inputRoot");
        if (!DisputeHashes.isElement(content.firstState)) revert ClaimRefused("firstState");
        if (!DisputeHashes.isElement(content.lastState)) revert ClaimRefused("lastState");
        if (content.steps == 0 || content.steps > _rules.stepLimit) revert ClaimRefused("steps");
        if (content.lines > _rules.lineLimit) revert ClaimRefused("lines");
    }

    /// @dev Times are bounded so that no sum of them can overflow.
    function _assertRules(DisputeRules memory chosen, uint256 recipients) private pure {
        uint256 most = 365 days;
        if (address(chosen.bondToken) == address(0)) revert RulesRefused("bondToken");
        if (chosen.sink == address(0)) revert RulesRefused("sink");
        if (address(chosen.genesisVerifier) == address(0)) revert RulesRefused("genesisVerifier");
        if (address(chosen.stepVerifier) == address(0)) revert RulesRefused("stepVerifier");
        if (address(chosen.finalVerifier) == address(0)) revert RulesRefused("finalVerifier");
        if (chosen.reward >= chosen.claimBond || chosen.reward >= chosen.challengeBond) revert RulesRefused("reward");
        if (chosen.availabilityPeriod > most) revert RulesRefused("availabilityPeriod");
        if (chosen.window == 0 || chosen.window > most) revert RulesRefused("window");
        if (chosen.grace > most) revert RulesRefused("grace");
        if (chosen.extension == 0 || chosen.extension > chosen.clock) revert RulesRefused("extension");
        if (chosen.clock > most) revert RulesRefused("clock");
        if (chosen.linesPerSecond == 0) revert RulesRefused("linesPerSecond");
        if (chosen.lineLimit / chosen.linesPerSecond > most) revert RulesRefused("lineLimit");
        if (chosen.stepLimit == 0 || chosen.stepLimit > 2 ** 63) revert RulesRefused("stepLimit");
        bool isReachable = chosen.quorum > 0 && chosen.quorum <= recipients;
        if (!isReachable || recipients > MAXIMUM_RECIPIENTS) revert RulesRefused("quorum");
    }
}
