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

    /// @notice How far a claim has come; what only time decides is computed when it is asked.
    enum Phase {
        Unknown,
        /// @notice Waits for receipts.
        Awaiting,
        Opened,
        Fallen,
        /// @notice It stood, or lapsed, and its bond is released.
        Stood,
        Lapsed
    }

    /// @dev The first word is all that most moves write; what a claim says is kept as a hash, and shown again by whoever relies on it.
    struct ClaimRecord {
        address claimant;
        /// @notice Unix seconds: while it waits, the last one for receipts; then when it was opened.
        uint40 time;
        uint24 games;
        uint24 openGames;
        Phase phase;
        bytes32 saying;
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
        if (record.phase != Phase.Unknown) revert ClaimExists(id);
        uint64 receiptsUntil = uint64(block.timestamp) + _rules.availabilityPeriod;
        record.claimant = msg.sender;
        record.time = uint40(receiptsUntil);
        record.phase = Phase.Awaiting;
        record.saying = _saying(content.programId, content.exitCode, content.answer);
        emit ClaimMade(id, msg.sender, content, receiptsUntil);
        if (receipts.length > 0) _open(id, record, content, receipts);
        _rules.bondToken.safeTransferFrom(msg.sender, address(this), _rules.claimBond);
    }

    /// @inheritdoc IClaimBook
    function postReceipts(address claimant, Claim calldata content, bytes calldata receipts) external {
        bytes32 id = DisputeHashes.claim(claimant, content);
        ClaimRecord storage record = _known(id);
        ClaimOutcome outcome = _outcome(record);
        if (record.phase == Phase.Awaiting && outcome == ClaimOutcome.Lapsed) revert ReceiptsLate(id, record.time);
        if (record.phase != Phase.Awaiting) revert ClaimOutcomeRefused(id, uint8(outcome));
        _open(id, record, content, receipts);
    }

    /// @inheritdoc IClaimBook
    function releaseBond(bytes32 id) external {
        ClaimRecord storage record = _known(id);
        ClaimOutcome outcome = _outcome(record);
        if (outcome != ClaimOutcome.Stands && outcome != ClaimOutcome.Lapsed) {
            revert ClaimOutcomeRefused(id, uint8(outcome));
        }
        if (record.phase == Phase.Stood || record.phase == Phase.Lapsed) revert ClaimBondReleased(id);
        record.phase = outcome == ClaimOutcome.Stands ? Phase.Stood : Phase.Lapsed;
        // Every game over a claim that stands was won by its asserter.
        uint256 won = record.games;
        uint256 amount = _rules.claimBond + won * _rules.reward;
        _owed[record.claimant] += amount;
        if (won > 0) _owed[_rules.sink] += won * (_rules.challengeBond - _rules.reward);
        emit BondReleased(id, record.claimant, amount);
    }

    /// @inheritdoc IClaimBook
    function withdraw() external returns (uint256 amount) {
        amount = _owed[msg.sender];
        delete _owed[msg.sender];
        emit Withdrawn(msg.sender, amount);
        if (amount > 0) _rules.bondToken.safeTransfer(msg.sender, amount);
    }

    // ---- views ----

    function says(bytes32 id, address claimant, bytes32 programId, uint64 exitCode, bytes32 answer)
        external
        view
        returns (bool)
    {
        ClaimRecord storage record = _claims[id];
        if (record.phase == Phase.Unknown || record.claimant != claimant) return false;
        return record.saying == _saying(programId, exitCode, answer);
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
        if (!_wasOpened(record)) return (0, 0, 0);
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
        Phase phase = record.phase;
        if (phase == Phase.Unknown) return ClaimOutcome.Unknown;
        if (phase == Phase.Fallen) return ClaimOutcome.Falls;
        if (phase == Phase.Stood) return ClaimOutcome.Stands;
        if (phase == Phase.Lapsed) return ClaimOutcome.Lapsed;
        if (phase == Phase.Awaiting) return block.timestamp > record.time ? ClaimOutcome.Lapsed : ClaimOutcome.Open;
        bool isOver = block.timestamp >= _windowEnd(record) + _rules.grace && record.openGames == 0;
        return isOver ? ClaimOutcome.Stands : ClaimOutcome.Open;
    }

    function _windowEnd(ClaimRecord storage record) internal view returns (uint64) {
        return uint64(record.time) + _rules.window;
    }

    /// @dev Its time says then when.
    function _wasOpened(ClaimRecord storage record) internal view returns (bool) {
        Phase phase = record.phase;
        return phase == Phase.Opened || phase == Phase.Fallen || phase == Phase.Stood;
    }

    function _saying(bytes32 programId, uint64 exitCode, bytes32 answer) private pure returns (bytes32) {
        return keccak256(abi.encode(programId, exitCode, answer));
    }

    function _known(bytes32 id) internal view returns (ClaimRecord storage record) {
        record = _claims[id];
        if (record.phase == Phase.Unknown) revert ClaimUnknown(id);
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
        record.time = uint40(block.timestamp);
        record.phase = Phase.Opened;
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
