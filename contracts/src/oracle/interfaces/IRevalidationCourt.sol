// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Certificate, Record} from "../../exchange/types/ExchangeTypes.sol";

/// @notice What a member of a committee found. Unable: the keys do not open the record.
enum Verdict {
    None,
    Upheld,
    Overturned,
    Unable
}

/// @notice Where a case stands. Void: no committee could be drawn. Abandoned: the consumer gave no keys.
enum CaseState {
    None,
    Open,
    Drawn,
    Judging,
    Upheld,
    Overturned,
    Unable,
    Hung,
    Void,
    Abandoned
}

/// @notice A case.
/// @param deadline Unix time at which the present phase ends: keys, or commitments while Judging.
struct RevalidationCase {
    CaseState state;
    address consumer;
    uint64 drawBlock;
    uint40 deadline;
    uint40 actedAt;
    uint128 bond;
    uint128 loss;
    address[] accused;
    address[] committee;
}

/// @title A certificate is judged again: by a sampled committee, at the request of the consumer who paid for the record and posts a bond.
interface IRevalidationCourt {
    /// @notice A case was opened.
    event CaseOpened(bytes32 indexed recordId, address indexed consumer, bytes32 certificateHash, bytes32 grounds);
    /// @notice A committee was drawn; the consumer now gives each of its members the key.
    event CommitteeDrawn(bytes32 indexed recordId, address[] committee, uint40 deadline);
    /// @notice No hash of the draw's block was left; it is drawn from a later one.
    event DrawPutOff(bytes32 indexed recordId, uint64 drawBlock);
    /// @notice The consumer gave the data key, wrapped to each member's encryption key in the order of the committee.
    event KeysGiven(bytes32 indexed recordId, bytes[] envelopes, uint40 deadline);
    /// @notice A member committed to its verdict.
    event VerdictCommitted(bytes32 indexed recordId, address indexed member);
    /// @notice A member revealed its verdict.
    event VerdictRevealed(bytes32 indexed recordId, address indexed member, Verdict verdict);
    /// @notice A case ended.
    event CaseClosed(bytes32 indexed recordId, CaseState state);

    /// @notice The caller did not buy the record.
    error CourtConsumerOnly(address consumer, address caller);
    /// @notice Record or certificate are not those of a sale that stands.
    error CourtRecordMismatch(bytes32 recordId);
    /// @notice The sale is too old.
    error CourtTooLate(uint256 openUntil);
    /// @notice The case is in another state than this call needs.
    error CourtStateRefused(bytes32 recordId, CaseState state);
    /// @notice The phase is over, or has not begun.
    error CourtOutOfTime(uint256 from, uint256 to);
    /// @notice The caller is not of the committee, or has done this already.
    error CourtMemberRefused(address caller);
    /// @notice One envelope for each member, of at most 1024 bytes.
    error CourtEnvelopesInvalid();
    /// @notice The verdict is none, or not the one committed to.
    error CourtVerdictInvalid();
    /// @notice A parameter of the contract makes no sense.
    error CourtParameterInvalid(string name);

    /// @notice Opens a case about a record that the caller bought, and takes the bond by allowance. `grounds` names its reasons.
    function open(Record calldata record, Certificate calldata certificate, bytes32 grounds) external;
    /// @notice Draws the committee, two blocks after the case was opened. Anyone.
    function draw(bytes32 recordId) external;
    /// @notice Gives the members the record's data key. Consumer only.
    function giveKeys(bytes32 recordId, bytes[] calldata envelopes) external;
    /// @notice Commits to keccak256(abi.encode(recordId, member, verdict, salt)). Members only.
    function commitVerdict(bytes32 recordId, bytes32 commitment) external;
    /// @notice Reveals the verdict. Members only.
    function revealVerdict(bytes32 recordId, Verdict verdict, bytes32 salt) external;
    /// @notice Ends a case whose phase is over. Anyone.
    function close(bytes32 recordId) external;
    /// @notice A case.
    function caseOf(bytes32 recordId) external view returns (RevalidationCase memory);
    /// @notice What a member committed to and revealed.
    function verdictOf(bytes32 recordId, address member) external view returns (bytes32 commitment, Verdict verdict);
}
