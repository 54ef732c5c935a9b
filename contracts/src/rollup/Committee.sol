// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {ICommittee} from "./interfaces/ICommittee.sol";

/// @title The members of a network.
/// @dev A change is announced by the governor and waits for `delay`, in which whoever does not want the next committee can leave.
contract Committee is ICommittee, Initializable {
    /// @notice Most members.
    uint256 public constant MAXIMUM_MEMBERS = 64;
    uint256 private constant SIGNATURE_BYTES = 65;

    struct Rotation {
        uint64 inForceAt;
        uint16 threshold;
        bytes32 encryptionKey;
        address[] members;
    }

    address private _governor;
    uint64 private _epoch;
    uint16 private _threshold;
    uint64 private _delay;
    bytes32 private _encryptionKey;
    address[] private _members;
    mapping(address member => uint64 epoch) private _memberSince;
    Rotation private _rotation;

    constructor() {
        _disableInitializers();
    }

    function initialize(
        address governor,
        uint64 delay,
        address[] calldata members,
        uint16 threshold,
        bytes32 key
    ) external initializer {
        _governor = governor;
        _delay = delay;
        _assertRotation(members, threshold, key);
        _install(members, threshold, key);
    }

    modifier onlyGovernor() {
        if (msg.sender != _governor) revert CommitteeGovernorOnly(msg.sender);
        _;
    }

    /// @inheritdoc ICommittee
    function scheduleRotation(address[] calldata members, uint16 threshold, bytes32 key) external onlyGovernor {
        _assertRotation(members, threshold, key);
        uint64 inForceAt = uint64(block.timestamp) + _delay;
        _rotation = Rotation(inForceAt, threshold, key, members);
        emit RotationScheduled(members, threshold, key, inForceAt);
    }

    /// @inheritdoc ICommittee
    function cancelRotation() external onlyGovernor {
        delete _rotation;
        emit RotationCancelled();
    }

    /// @inheritdoc ICommittee
    function rotate() external {
        Rotation memory next = _rotation;
        if (next.inForceAt == 0 || block.timestamp < next.inForceAt) revert CommitteeRotationNotDue(next.inForceAt);
        delete _rotation;
        _install(next.members, next.threshold, next.encryptionKey);
    }

    /// @inheritdoc ICommittee
    function assertCertified(bytes32 digest, bytes calldata signatures) external view {
        _assertSigned(digest, signatures, _threshold);
    }

    /// @inheritdoc ICommittee
    function assertUnanimous(bytes32 digest, bytes calldata signatures) external view {
        _assertSigned(digest, signatures, _members.length);
    }

    /// @inheritdoc ICommittee
    function isMember(address account) public view returns (bool) {
        return account != address(0) && _memberSince[account] == _epoch;
    }

    /// @inheritdoc ICommittee
    function current() external view returns (uint64, address[] memory, uint16, bytes32) {
        return (_epoch, _members, _threshold, _encryptionKey);
    }

    /// @inheritdoc ICommittee
    function encryptionKey() external view returns (bytes32) {
        return _encryptionKey;
    }

    /// @notice The announced change; `inForceAt` is zero where there is none.
    function announced() external view returns (Rotation memory) {
        return _rotation;
    }

    function _assertSigned(bytes32 digest, bytes calldata signatures, uint256 needed) private view {
        if (signatures.length % SIGNATURE_BYTES != 0) revert CommitteeSignaturesMalformed(signatures.length);
        uint256 count = signatures.length / SIGNATURE_BYTES;
        if (count < needed) revert CommitteeSignaturesMissing(count, needed);
        address last;
        for (uint256 i = 0; i < count; ++i) {
            bytes calldata signature = signatures[i * SIGNATURE_BYTES:(i + 1) * SIGNATURE_BYTES];
            // Refuses malleable signatures and those of nobody.
            address signer = ECDSA.recoverCalldata(digest, signature);
            if (signer <= last || !isMember(signer)) revert CommitteeSignerRefused(i, signer);
            last = signer;
        }
    }

    function _assertRotation(address[] calldata members, uint16 threshold, bytes32 key) private pure {
        uint256 count = members.length;
        if (count == 0 || count > MAXIMUM_MEMBERS) revert CommitteeSizeOutOfRange(count);
        // Two certificates for different batches at one place then have a member in common.
        if (threshold > count || uint256(threshold) * 2 <= count) revert CommitteeThresholdOutOfRange(threshold, count);
        if (key == 0) revert CommitteeKeyMissing();
        address last;
        for (uint256 i = 0; i < count; ++i) {
            if (members[i] <= last) revert CommitteeMembersUnordered(i);
            last = members[i];
        }
    }

    function _install(address[] memory members, uint16 threshold, bytes32 key) private {
        uint64 epoch = ++_epoch;
        _members = members;
        _threshold = threshold;
        _encryptionKey = key;
        for (uint256 i = 0; i < members.length; ++i) _memberSince[members[i]] = epoch;
        emit CommitteeChanged(epoch, members, threshold, key);
    }
}
