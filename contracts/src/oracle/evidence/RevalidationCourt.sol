// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Certificate, Record, RecordStatus} from "../../exchange/types/ExchangeTypes.sol";
import {IStakeBook} from "../../stake/interfaces/IStakeBook.sol";
import {IDutyJudge} from "../interfaces/IDutyJudge.sol";
import {IConsentFacts, IExchangeFacts} from "../interfaces/IExchangeFacts.sol";
import {IOracleAdmission} from "../interfaces/IOracleAdmission.sol";
import {IPenaltyDesk, Offence} from "../interfaces/IPenaltyDesk.sol";
import {CaseState, IRevalidationCourt, RevalidationCase, Verdict} from "../interfaces/IRevalidationCourt.sol";

/// @notice What a court is made with. All times in seconds; together they stay within the stake's slash window.
/// @param committeeSize Members of a committee.
/// @param bond What a consumer posts.
/// @param complaintWindow From a sale to the last moment of opening a case.
/// @param keysTime For the consumer to give the keys.
/// @param commitTime For the members to open the record, judge it and commit.
/// @param revealTime For them to reveal.
struct CourtParameters {
    uint8 committeeSize;
    uint128 bond;
    uint40 complaintWindow;
    uint40 keysTime;
    uint40 commitTime;
    uint40 revealTime;
}

/// @title Judges certificates again.
contract RevalidationCourt is IRevalidationCourt {
    using SafeERC20 for IERC20;

    uint256 private constant MAXIMUM_ENVELOPE_SIZE = 1024;
    /// @dev Blocks from opening to the block whose hash draws.
    uint64 private constant DRAW_DELAY = 2;
    /// @dev Seconds for a certificate's life and for drawing, that the slash window must hold besides the phases.
    uint256 private constant DRAW_TIME = 2 hours;

    IExchangeFacts public immutable exchange;
    IConsentFacts public immutable consents;
    IOracleAdmission public immutable admission;
    IPenaltyDesk public immutable desk;
    IDutyJudge public immutable duties;
    IStakeBook public immutable stakeBook;
    IERC20 public immutable token;
    uint256 public immutable committeeSize;
    uint128 public immutable bond;
    uint40 public immutable complaintWindow;
    uint40 public immutable keysTime;
    uint40 public immutable commitTime;
    uint40 public immutable revealTime;

    struct Vote {
        bytes32 commitment;
        Verdict verdict;
    }

    mapping(bytes32 recordId => RevalidationCase) private _cases;
    mapping(bytes32 recordId => mapping(address member => Vote)) private _votes;

    constructor(
        IExchangeFacts exchangeFacts,
        IConsentFacts consentFacts,
        IOracleAdmission oracleAdmission,
        IPenaltyDesk penaltyDesk,
        IDutyJudge dutyJudge,
        IStakeBook book,
        IERC20 stakeToken,
        CourtParameters memory parameters
    ) {
        if (parameters.committeeSize == 0 || parameters.committeeSize > 21) revert CourtParameterInvalid("committeeSize");
        if (parameters.bond == 0) revert CourtParameterInvalid("bond");
        uint256 whole = uint256(parameters.complaintWindow) + parameters.keysTime + parameters.commitTime
            + parameters.revealTime + DRAW_TIME;
        if (whole > book.slashWindow()) revert CourtParameterInvalid("complaintWindow");
        exchange = exchangeFacts;
        consents = consentFacts;
        admission = oracleAdmission;
        desk = penaltyDesk;
        duties = dutyJudge;
        stakeBook = book;
        token = stakeToken;
        committeeSize = parameters.committeeSize;
        bond = parameters.bond;
        complaintWindow = parameters.complaintWindow;
        keysTime = parameters.keysTime;
        commitTime = parameters.commitTime;
        revealTime = parameters.revealTime;
    }

    // ---- the case ----

    /// @inheritdoc IRevalidationCourt
    function open(Record calldata record, Certificate calldata certificate, bytes32 grounds) external {
        bytes32 recordId = exchange.recordIdOf(record.dealId, record.recordTag);
        if (msg.sender != record.consumer) revert CourtConsumerOnly(record.consumer, msg.sender);
        (RecordStatus status, bytes31 commitment) = consents.recordOf(recordId);
        // A stop keeps the payment, and must not keep a sale from being judged.
        bool isSold = status == RecordStatus.Settled || status == RecordStatus.Revoked;
        bool stands = isSold && commitment == exchange.commitmentOf(record)
            && record.certificateHash == exchange.hashCertificate(certificate);
        if (!stands) revert CourtRecordMismatch(recordId);
        uint256 openUntil = uint256(record.settledAt) + complaintWindow;
        if (block.timestamp > openUntil) revert CourtTooLate(openUntil);
        RevalidationCase storage entry = _inState(recordId, CaseState.None);
        entry.state = CaseState.Open;
        entry.consumer = msg.sender;
        entry.drawBlock = uint64(block.number) + DRAW_DELAY;
        entry.actedAt = uint40(certificate.asOf < block.timestamp ? certificate.asOf : block.timestamp);
        entry.bond = bond;
        entry.loss = record.token == address(token) ? record.price : 0;
        for (uint256 i = 0; i < record.shares.length; ++i) entry.accused.push(record.shares[i].oracle);
        token.safeTransferFrom(msg.sender, address(this), bond);
        emit CaseOpened(recordId, msg.sender, record.certificateHash, grounds);
    }

    /// @inheritdoc IRevalidationCourt
    function draw(bytes32 recordId) external {
        RevalidationCase storage entry = _inState(recordId, CaseState.Open);
        if (block.number <= entry.drawBlock) revert CourtOutOfTime(entry.drawBlock + 1, type(uint256).max);
        bytes32 seed = blockhash(entry.drawBlock);
        if (seed == 0) {
            entry.drawBlock = uint64(block.number) + DRAW_DELAY;
            emit DrawPutOff(recordId, entry.drawBlock);
            return;
        }
        (address[] memory eligible, uint256[] memory weights, uint256 total) = _eligible(entry);
        if (eligible.length < committeeSize) {
            _end(recordId, entry, CaseState.Void);
            token.safeTransfer(entry.consumer, entry.bond);
            return;
        }
        _fill(entry, seed, eligible, weights, total);
        entry.state = CaseState.Drawn;
        entry.deadline = uint40(block.timestamp) + keysTime;
        emit CommitteeDrawn(recordId, entry.committee, entry.deadline);
    }

    /// @inheritdoc IRevalidationCourt
    function giveKeys(bytes32 recordId, bytes[] calldata envelopes) external {
        RevalidationCase storage entry = _inState(recordId, CaseState.Drawn);
        if (msg.sender != entry.consumer) revert CourtConsumerOnly(entry.consumer, msg.sender);
        if (block.timestamp > entry.deadline) revert CourtOutOfTime(0, entry.deadline);
        if (envelopes.length != entry.committee.length) revert CourtEnvelopesInvalid();
        for (uint256 i = 0; i < envelopes.length; ++i) {
            uint256 size = envelopes[i].length;
            if (size == 0 || size > MAXIMUM_ENVELOPE_SIZE) revert CourtEnvelopesInvalid();
        }
        entry.state = CaseState.Judging;
        entry.deadline = uint40(block.timestamp) + commitTime;
        emit KeysGiven(recordId, envelopes, entry.deadline);
    }

    /// @inheritdoc IRevalidationCourt
    function commitVerdict(bytes32 recordId, bytes32 commitment) external {
        RevalidationCase storage entry = _inState(recordId, CaseState.Judging);
        if (block.timestamp > entry.deadline) revert CourtOutOfTime(0, entry.deadline);
        Vote storage vote = _votes[recordId][msg.sender];
        if (!_isMember(entry, msg.sender) || vote.commitment != 0) revert CourtMemberRefused(msg.sender);
        if (commitment == 0) revert CourtVerdictInvalid();
        vote.commitment = commitment;
        emit VerdictCommitted(recordId, msg.sender);
    }

    /// @inheritdoc IRevalidationCourt
    function revealVerdict(bytes32 recordId, Verdict verdict, bytes32 salt) external {
        RevalidationCase storage entry = _inState(recordId, CaseState.Judging);
        // Not before the last commitment: what is revealed early could be copied.
        uint256 end = uint256(entry.deadline) + revealTime;
        if (block.timestamp <= entry.deadline || block.timestamp > end) revert CourtOutOfTime(entry.deadline + 1, end);
        Vote storage vote = _votes[recordId][msg.sender];
        if (vote.commitment == 0 || vote.verdict != Verdict.None) revert CourtMemberRefused(msg.sender);
        bytes32 commitment = keccak256(abi.encode(recordId, msg.sender, verdict, salt));
        if (verdict == Verdict.None || commitment != vote.commitment) revert CourtVerdictInvalid();
        vote.verdict = verdict;
        emit VerdictRevealed(recordId, msg.sender, verdict);
    }

    /// @inheritdoc IRevalidationCourt
    function close(bytes32 recordId) external {
        RevalidationCase storage entry = _cases[recordId];
        if (entry.state == CaseState.Drawn) {
            if (block.timestamp <= entry.deadline) revert CourtOutOfTime(uint256(entry.deadline) + 1, type(uint256).max);
            _end(recordId, entry, CaseState.Abandoned);
            token.safeTransfer(stakeBook.treasury(), entry.bond);
            return;
        }
        _inState(recordId, CaseState.Judging);
        uint256 end = uint256(entry.deadline) + revealTime;
        if (block.timestamp <= end) revert CourtOutOfTime(end + 1, type(uint256).max);
        _judge(recordId, entry);
    }

    // ---- drawing ----

    /// @dev Active oracles that did not certify, with their power.
    function _eligible(RevalidationCase storage entry)
        private
        view
        returns (address[] memory eligible, uint256[] memory weights, uint256 total)
    {
        eligible = admission.members();
        weights = new uint256[](eligible.length);
        uint256 count = 0;
        for (uint256 i = 0; i < eligible.length; ++i) {
            address operator = eligible[i];
            if (_isAccused(entry, operator) || !admission.isActive(operator)) continue;
            uint256 weight = admission.power().powerOf(operator);
            (eligible[count], weights[count]) = (operator, weight);
            total += weight;
            ++count;
        }
        assembly ("memory-safe") {
            mstore(eligible, count)
            mstore(weights, count)
        }
    }

    /// @dev Draws by power, nobody twice.
    function _fill(
        RevalidationCase storage entry,
        bytes32 seed,
        address[] memory eligible,
        uint256[] memory weights,
        uint256 total
    ) private {
        for (uint256 seat = 0; seat < committeeSize; ++seat) {
            uint256 point = uint256(keccak256(abi.encode(seed, seat))) % total;
            uint256 i = 0;
            while (point >= weights[i]) {
                point -= weights[i];
                ++i;
            }
            entry.committee.push(eligible[i]);
            total -= weights[i];
            weights[i] = 0;
        }
    }

    // ---- judging ----

    /// @dev Two thirds of the committee decide; whoever did not reveal missed a duty.
    function _judge(bytes32 recordId, RevalidationCase storage entry) private {
        uint256[4] memory counts;
        address[] memory committee = entry.committee;
        for (uint256 i = 0; i < committee.length; ++i) {
            Verdict verdict = _votes[recordId][committee[i]].verdict;
            ++counts[uint256(verdict)];
            if (verdict != Verdict.None) continue;
            bytes32 dutyId = keccak256(abi.encode("revalidation", recordId, committee[i]));
            // What can't be carried out must not keep the bond.
            try duties.miss(committee[i], dutyId, entry.consumer, msg.sender) {} catch {}
        }
        Verdict decision = _decide(counts, committee.length);
        if (decision == Verdict.Overturned) _overturn(recordId, entry);
        else _settleBond(recordId, entry, decision);
    }

    function _decide(uint256[4] memory counts, uint256 size) private pure returns (Verdict) {
        for (uint8 verdict = 1; verdict < 4; ++verdict) {
            if (counts[verdict] * 3 >= size * 2) return Verdict(verdict);
        }
        return Verdict.None;
    }

    /// @dev The oracles that certified lose stake, the consumer gets bond and loss, the members who said so share the reporter's part.
    function _overturn(bytes32 recordId, RevalidationCase storage entry) private {
        _end(recordId, entry, CaseState.Overturned);
        token.safeTransfer(entry.consumer, entry.bond);
        uint256 before = token.balanceOf(address(this));
        uint256 count = entry.accused.length;
        uint256 loss = (uint256(entry.loss) + count - 1) / count;
        for (uint256 i = 0; i < count; ++i) {
            address accused = entry.accused[i];
            // Stake is answerable for a limited time: whoever closes too late still gets the bond back.
            try desk.punish(Offence.Overturned, accused, entry.actedAt, entry.consumer, loss, address(this)) {} catch {}
        }
        _share(recordId, entry, Verdict.Overturned, token.balanceOf(address(this)) - before);
    }

    /// @dev A false alarm costs the bond: half to the members who said so, half to those who were accused. Without a decision the members get a
    /// quarter for their work and the rest goes back.
    function _settleBond(bytes32 recordId, RevalidationCase storage entry, Verdict decision) private {
        uint256 sum = entry.bond;
        if (decision == Verdict.Upheld) {
            _end(recordId, entry, CaseState.Upheld);
            uint256 part = sum / 2 / entry.accused.length;
            for (uint256 i = 0; i < entry.accused.length; ++i) token.safeTransfer(entry.accused[i], part);
            _share(recordId, entry, decision, sum - part * entry.accused.length);
        } else if (decision == Verdict.Unable) {
            _end(recordId, entry, CaseState.Unable);
            _share(recordId, entry, decision, sum);
        } else {
            _end(recordId, entry, CaseState.Hung);
            token.safeTransfer(entry.consumer, sum - sum / 4);
            _share(recordId, entry, Verdict.None, sum / 4);
        }
    }

    /// @dev Shares a sum among the members with a verdict, or with any where it is None; what can't be divided goes to the treasury.
    function _share(bytes32 recordId, RevalidationCase storage entry, Verdict verdict, uint256 sum) private {
        address[] memory committee = entry.committee;
        uint256 count = 0;
        for (uint256 i = 0; i < committee.length; ++i) {
            Verdict revealed = _votes[recordId][committee[i]].verdict;
            bool entitled = verdict == Verdict.None ? revealed != Verdict.None : revealed == verdict;
            if (entitled) committee[count++] = committee[i];
        }
        uint256 part = count == 0 ? 0 : sum / count;
        for (uint256 i = 0; i < count; ++i) {
            if (part != 0) token.safeTransfer(committee[i], part);
        }
        if (sum != part * count) token.safeTransfer(stakeBook.treasury(), sum - part * count);
    }

    // ---- views and steps ----

    /// @inheritdoc IRevalidationCourt
    function caseOf(bytes32 recordId) external view returns (RevalidationCase memory) {
        return _cases[recordId];
    }

    /// @inheritdoc IRevalidationCourt
    function verdictOf(bytes32 recordId, address member) external view returns (bytes32, Verdict) {
        Vote storage vote = _votes[recordId][member];
        return (vote.commitment, vote.verdict);
    }

    function _inState(bytes32 recordId, CaseState state) private view returns (RevalidationCase storage entry) {
        entry = _cases[recordId];
        if (entry.state != state) revert CourtStateRefused(recordId, entry.state);
    }

    function _end(bytes32 recordId, RevalidationCase storage entry, CaseState state) private {
        entry.state = state;
        emit CaseClosed(recordId, state);
    }

    function _isMember(RevalidationCase storage entry, address account) private view returns (bool) {
        for (uint256 i = 0; i < entry.committee.length; ++i) {
            if (entry.committee[i] == account) return true;
        }
        return false;
    }

    function _isAccused(RevalidationCase storage entry, address account) private view returns (bool) {
        for (uint256 i = 0; i < entry.accused.length; ++i) {
            if (entry.accused[i] == account) return true;
        }
        return false;
    }
}
