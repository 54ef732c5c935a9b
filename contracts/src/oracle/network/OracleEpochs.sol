// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {IOracleAdmission, OracleNode, OracleVote} from "../interfaces/IOracleAdmission.sol";
import {EpochKeys, IOracleEpochs, OracleEpoch} from "../interfaces/IOracleEpochs.sol";
import {IOracleRegistry} from "../interfaces/IOracleRegistry.sol";
import {IOracleSets} from "../interfaces/IOracleSets.sol";
import {OracleSetCode, OracleSetEntry} from "../libraries/OracleSetCode.sol";

/// @title Epochs of the oracle network.
contract OracleEpochs is IOracleEpochs, EIP712 {
    bytes32 private constant EPOCH_TYPEHASH = keccak256(
        "EpochKeys(uint64 epoch,bytes32 tagCommitment,bytes32 networkKey,bytes32 membersHash,uint64 expiresAt)"
    );

    /// @notice Who is an oracle.
    IOracleAdmission public immutable admission;
    /// @notice Where commissions are found.
    IOracleRegistry public immutable registry;
    /// @notice Least seconds that an epoch lasts.
    uint64 public immutable epochLength;
    /// @notice Seconds into an epoch in which signatures of the one before still count.
    uint64 public immutable grace;

    OracleEpoch[] private _epochs;
    mapping(uint64 epoch => uint256 bits) private _excluded;

    constructor(IOracleAdmission oracleAdmission, IOracleRegistry oracleRegistry, uint64 length, uint64 graceLength)
        EIP712("OracleEpochs", "1")
    {
        if (length == 0) revert EpochParameterInvalid("epochLength");
        if (graceLength > length) revert EpochParameterInvalid("grace");
        admission = oracleAdmission;
        registry = oracleRegistry;
        epochLength = length;
        grace = graceLength;
    }

    /// @inheritdoc IOracleEpochs
    function begin(EpochKeys calldata keys, OracleVote[] calldata votes) external {
        uint64 next = uint64(_epochs.length) + 1;
        if (keys.epoch != next) revert EpochNumberInvalid(keys.epoch, next);
        if (block.timestamp > keys.expiresAt) revert EpochExpired(keys.expiresAt);
        if (keys.tagCommitment == 0) revert EpochCommitmentMissing();
        _assertDue();
        (address[] memory operators, bytes32 actual) = _activeMembers();
        if (actual != keys.membersHash) revert EpochMembersChanged(keys.membersHash, actual);
        admission.assertQuorum(hashEpoch(keys), votes, address(0));
        address set = _writeSet(operators);
        _epochs.push(
            OracleEpoch({
                set: set,
                startsAt: uint64(block.timestamp),
                tagCommitment: keys.tagCommitment,
                networkKey: keys.networkKey
            })
        );
        emit EpochBegan(next, set, keys.tagCommitment, keys.networkKey, uint64(block.timestamp));
    }

    /// @inheritdoc IOracleEpochs
    function refresh(uint64 epoch, uint256 place) external {
        address set = epochOf(epoch).set;
        (uint256 size,) = OracleSetCode.header(set);
        if (place >= size) revert EpochPlaceUnknown(place);
        bool excluded = !_counts(set, size, place);
        uint256 bits = _excluded[epoch];
        if (excluded == ((bits >> place) & 1 == 1)) revert EpochPlaceUnchanged(place);
        _excluded[epoch] = bits ^ (1 << place);
        emit EpochPlaceChanged(epoch, place, excluded);
    }

    /// @inheritdoc IOracleSets
    function setOf(uint64 epoch) external view returns (address set, uint256 excluded) {
        uint256 count = _epochs.length;
        if (epoch == 0 || epoch > count) return (address(0), 0);
        if (epoch != count) {
            if (epoch != count - 1) return (address(0), 0);
            if (block.timestamp >= uint256(_epochs[count - 1].startsAt) + grace) return (address(0), 0);
        }
        return (_epochs[epoch - 1].set, _excluded[epoch]);
    }

    /// @inheritdoc IOracleEpochs
    function currentEpoch() external view returns (uint64) {
        return uint64(_epochs.length);
    }

    /// @inheritdoc IOracleEpochs
    function epochOf(uint64 epoch) public view returns (OracleEpoch memory) {
        if (epoch == 0 || epoch > _epochs.length) revert EpochNumberInvalid(epoch, uint64(_epochs.length) + 1);
        return _epochs[epoch - 1];
    }

    /// @inheritdoc IOracleEpochs
    function epochAt(uint64 time) external view returns (uint64) {
        (uint256 low, uint256 high) = (0, _epochs.length);
        while (low < high) {
            uint256 middle = (low + high) / 2;
            if (_epochs[middle].startsAt <= time) low = middle + 1;
            else high = middle;
        }
        if (low == 0) revert EpochUnknown(time);
        return uint64(low);
    }

    /// @inheritdoc IOracleEpochs
    function membersHash() external view returns (bytes32 hash) {
        (, hash) = _activeMembers();
    }

    /// @inheritdoc IOracleEpochs
    function hashEpoch(EpochKeys calldata keys) public view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(EPOCH_TYPEHASH, keys)));
    }

    function _assertDue() private view {
        uint256 count = _epochs.length;
        if (count == 0) return;
        OracleEpoch storage present = _epochs[count - 1];
        uint256 allowedAt = uint256(present.startsAt) + epochLength;
        if (block.timestamp >= allowedAt) return;
        (uint256 size,) = OracleSetCode.header(present.set);
        for (uint256 place = 0; place < size; ++place) {
            if (!_counts(present.set, size, place)) return;
        }
        revert EpochTooSoon(allowedAt);
    }

    /// @dev Whether the oracle at a place is active and still signs with the key of the set.
    function _counts(address set, uint256 size, uint256 place) private view returns (bool) {
        (address operator,) = OracleSetCode.operatorAt(set, size, place);
        (address signer,) = OracleSetCode.signerAt(set, place);
        return admission.isActive(operator) && admission.nodeOf(operator).signer == signer;
    }

    function _activeMembers() private view returns (address[] memory operators, bytes32 hash) {
        operators = admission.members();
        address[] memory signers = new address[](operators.length);
        uint256 count = 0;
        for (uint256 i = 0; i < operators.length; ++i) {
            if (!admission.isActive(operators[i])) continue;
            operators[count] = operators[i];
            signers[count] = admission.nodeOf(operators[i]).signer;
            ++count;
        }
        assembly ("memory-safe") {
            mstore(operators, count)
            mstore(signers, count)
        }
        hash = keccak256(abi.encode(operators, signers));
    }

    function _writeSet(address[] memory operators) private returns (address) {
        OracleSetEntry[] memory entries = new OracleSetEntry[](operators.length);
        for (uint256 i = 0; i < operators.length; ++i) {
            OracleNode memory node = admission.nodeOf(operators[i]);
            (, uint16 commissionBps) = registry.certifierOf(operators[i]);
            uint256 weight = admission.power().powerOf(operators[i]);
            entries[i] = OracleSetEntry({
                operator: operators[i],
                signer: node.signer,
                power: weight > type(uint96).max ? type(uint96).max : uint96(weight),
                commissionBps: commissionBps,
                blsKey: node.blsKey == address(0) ? bytes("") : OracleSetCode.readKey(node.blsKey)
            });
        }
        return OracleSetCode.write(entries);
    }
}
