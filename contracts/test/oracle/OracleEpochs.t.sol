// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IOracleAdmission, NodeKeys, OracleVote} from "../../src/oracle/interfaces/IOracleAdmission.sol";
import {EpochKeys, IOracleEpochs, OracleEpoch} from "../../src/oracle/interfaces/IOracleEpochs.sol";
import {OracleRegistration, OracleStatus} from "../../src/oracle/interfaces/IOracleRegistry.sol";
import {OracleSetCode} from "../../src/oracle/libraries/OracleSetCode.sol";
import {RegistryKeeper} from "../../src/oracle/network/RegistryKeeper.sol";
import {AdmissionFixture} from "../support/AdmissionFixture.sol";

/// @dev N7 to N9.
contract OracleEpochsTest is AdmissionFixture {
    function announcement(uint64 number) internal view returns (EpochKeys memory) {
        return EpochKeys({
            epoch: number,
            tagCommitment: keccak256(abi.encode("tag", number)),
            networkKey: keccak256(abi.encode("network", number)),
            membersHash: epochs.membersHash(),
            expiresAt: uint64(block.timestamp + 60)
        });
    }

    function begin(EpochKeys memory keys, uint256 votes) internal {
        epochs.begin(keys, votesOver(epochs.hashEpoch(keys), votes));
    }

    function refuse(EpochKeys memory keys, uint256 votes, bytes memory reason) internal {
        OracleVote[] memory signed = votesOver(epochs.hashEpoch(keys), votes);
        vm.expectRevert(reason);
        epochs.begin(keys, signed);
    }

    function beginNext(uint256 votes) internal {
        begin(announcement(epochs.currentEpoch() + 1), votes);
    }

    function test_begin_freezesTheSet() public {
        grow(4);
        register(registrationOf(1), 1);
        keeper.sync(operatorAt(1));
        EpochKeys memory keys = announcement(1);
        begin(keys, 3);
        assertEq(epochs.currentEpoch(), 1, "number");
        OracleEpoch memory epoch = epochs.epochOf(1);
        assertEq(epoch.tagCommitment, keys.tagCommitment, "commitment");
        assertEq(epoch.networkKey, keys.networkKey, "network key");
        assertEq(epoch.startsAt, block.timestamp, "start");
        (address set, uint256 excluded) = epochs.setOf(1);
        assertEq(set, epoch.set, "set");
        assertEq(excluded, 0, "all count");
        (uint256 size, uint256 total) = OracleSetCode.header(set);
        assertEq(size, 4, "size");
        assertEq(total, 400, "power");
        for (uint256 i = 0; i < 4; ++i) {
            (address operator, uint16 commission) = OracleSetCode.operatorAt(set, size, i);
            (address signer, uint96 weight) = OracleSetCode.signerAt(set, i);
            assertEq(operator, operatorAt(i), "operator");
            assertEq(commission, i == 1 ? 500 : 0, "commission");
            assertEq(signer, vm.addr(signerKey(i)), "signer");
            assertEq(weight, 100, "weight");
        }
    }

    function test_begin_refuses() public {
        grow(3);
        EpochKeys memory keys = announcement(2);
        refuse(keys, 3, abi.encodeWithSelector(IOracleEpochs.EpochNumberInvalid.selector, 2, 1));
        keys = announcement(1);
        keys.tagCommitment = 0;
        refuse(keys, 3, abi.encodeWithSelector(IOracleEpochs.EpochCommitmentMissing.selector));
        keys = announcement(1);
        keys.membersHash = 0;
        refuse(keys, 3, abi.encodeWithSelector(IOracleEpochs.EpochMembersChanged.selector, bytes32(0), epochs.membersHash()));
        keys = announcement(1);
        refuse(keys, 2, abi.encodeWithSelector(IOracleAdmission.AdmissionQuorumMissing.selector, 2, 3, 200, 300));
        pass(61);
        refuse(keys, 3, abi.encodeWithSelector(IOracleEpochs.EpochExpired.selector, keys.expiresAt));
    }

    /// @dev Votes over other secrets do not count.
    function test_begin_votesAreBound() public {
        grow(3);
        EpochKeys memory keys = announcement(1);
        bytes32 digest = epochs.hashEpoch(keys);
        keys.tagCommitment = keccak256("another");
        vm.expectRevert(abi.encodeWithSelector(IOracleAdmission.AdmissionVoteInvalid.selector, operatorAt(0)));
        epochs.begin(keys, votesOver(digest, 3));
    }

    function test_begin_notBeforeItsTime_toTheSecond() public {
        grow(3);
        beginNext(3);
        uint256 allowedAt = block.timestamp + EPOCH_LENGTH;
        vm.warp(allowedAt - 1);
        EpochKeys memory keys = announcement(2);
        refuse(keys, 3, abi.encodeWithSelector(IOracleEpochs.EpochTooSoon.selector, allowedAt));
        vm.warp(allowedAt);
        begin(keys, 3);
    }

    /// @dev Who left must not know the secrets of later deals: the next epoch may begin at once.
    function test_begin_early_whenSomebodyLeft() public {
        grow(4);
        beginNext(4);
        pass(1);
        vm.prank(operatorAt(3));
        admission.leave();
        beginNext(3);
        (uint256 size,) = OracleSetCode.header(epochs.epochOf(2).set);
        assertEq(size, 3, "without it");
        // A newcomer alone is not a reason to begin early.
        NodeKeys memory keys = applied(4);
        admission.admit(keys, votesFor(keys, 3));
        EpochKeys memory next = announcement(3);
        refuse(next, 3, abi.encodeWithSelector(IOracleEpochs.EpochTooSoon.selector, block.timestamp + EPOCH_LENGTH));
    }

    function test_begin_early_whenSomebodyChangedItsKey() public {
        grow(4);
        beginNext(4);
        NodeKeys memory keys = keysOf(3);
        keys.signer = vm.addr(0x7777);
        submitBy(keys, 0x7777);
        admission.admit(keys, votesFor(keys, 3));
        beginNext(3);
        (address signer,) = OracleSetCode.signerAt(epochs.epochOf(2).set, 3);
        assertEq(signer, keys.signer, "new key");
    }

    function test_setOf_presentAndLast_forAWhile() public {
        grow(3);
        (address set,) = epochs.setOf(1);
        assertEq(set, address(0), "none yet");
        beginNext(3);
        pass(EPOCH_LENGTH);
        beginNext(3);
        pass(EPOCH_LENGTH);
        beginNext(3);
        (set,) = epochs.setOf(0);
        assertEq(set, address(0), "zero");
        (set,) = epochs.setOf(1);
        assertEq(set, address(0), "two before");
        (set,) = epochs.setOf(2);
        assertTrue(set != address(0), "the last");
        (set,) = epochs.setOf(3);
        assertTrue(set != address(0), "the present");
        (set,) = epochs.setOf(4);
        assertEq(set, address(0), "the next");
        pass(GRACE - 1);
        (set,) = epochs.setOf(2);
        assertTrue(set != address(0), "in its grace");
        pass(1);
        (set,) = epochs.setOf(2);
        assertEq(set, address(0), "after it");
        pass(365 days);
        (set,) = epochs.setOf(3);
        assertTrue(set != address(0), "the present stays until there is another");
    }

    function test_refresh_followsWhoCounts() public {
        grow(3);
        beginNext(3);
        vm.expectRevert(abi.encodeWithSelector(IOracleEpochs.EpochPlaceUnchanged.selector, 1));
        epochs.refresh(1, 1);
        power.set(operatorAt(1), 0);
        vm.prank(STRANGER);
        epochs.refresh(1, 1);
        (, uint256 excluded) = epochs.setOf(1);
        assertEq(excluded, 2, "excluded");
        vm.expectRevert(abi.encodeWithSelector(IOracleEpochs.EpochPlaceUnchanged.selector, 1));
        epochs.refresh(1, 1);
        power.set(operatorAt(1), 5);
        epochs.refresh(1, 1);
        (, excluded) = epochs.setOf(1);
        assertEq(excluded, 0, "counts again");
        vm.expectRevert(abi.encodeWithSelector(IOracleEpochs.EpochPlaceUnknown.selector, 3));
        epochs.refresh(1, 3);
        vm.expectRevert(abi.encodeWithSelector(IOracleEpochs.EpochNumberInvalid.selector, 2, 2));
        epochs.refresh(2, 0);
    }

    /// @dev A deal uses the epoch in which it was opened for life.
    function test_epochAt() public {
        grow(3);
        uint64 start = uint64(block.timestamp);
        vm.expectRevert(abi.encodeWithSelector(IOracleEpochs.EpochUnknown.selector, start));
        epochs.epochAt(start);
        for (uint256 i = 0; i < 5; ++i) {
            beginNext(3);
            pass(EPOCH_LENGTH);
        }
        vm.expectRevert(abi.encodeWithSelector(IOracleEpochs.EpochUnknown.selector, start - 1));
        epochs.epochAt(start - 1);
        for (uint64 i = 0; i < 5; ++i) {
            assertEq(epochs.epochAt(start + i * EPOCH_LENGTH), i + 1, "first second");
            assertEq(epochs.epochAt(start + (i + 1) * EPOCH_LENGTH - 1), i + 1, "last second");
        }
        assertEq(epochs.epochAt(type(uint64).max), 5, "later");
    }

    function test_construct_refusesParameters() public {
        vm.expectRevert(abi.encodeWithSelector(IOracleEpochs.EpochParameterInvalid.selector, "epochLength"));
        shipped("oracleEpochs", abi.encode(admission, registry, 0, 0));
        vm.expectRevert(abi.encodeWithSelector(IOracleEpochs.EpochParameterInvalid.selector, "grace"));
        shipped("oracleEpochs", abi.encode(admission, registry, 10, 11));
        shipped("oracleEpochs", abi.encode(admission, registry, 10, 10));
    }

    // ---- the keeper ----

    function registrationOf(uint256 index) internal view returns (OracleRegistration memory) {
        NodeKeys memory keys = keysOf(index);
        return OracleRegistration({
            endpoint: "https://oracle.example",
            signer: keys.signer,
            encryptionKey: keys.encryptionKey,
            measurement: MEASUREMENT,
            commissionBps: 500,
            commissionCapBps: 2000,
            maximumChangeBps: 100
        });
    }

    function statusOf(uint256 index) internal view returns (OracleStatus) {
        return registry.oracleOf(operatorAt(index)).status;
    }

    function test_keeper_followsAdmission() public {
        grow(3);
        register(registrationOf(0), 0);
        vm.prank(STRANGER);
        keeper.sync(operatorAt(0));
        assertTrue(statusOf(0) == OracleStatus.Active, "admitted");
        vm.expectRevert(abi.encodeWithSelector(RegistryKeeper.RegistryInStep.selector, operatorAt(0)));
        keeper.sync(operatorAt(0));
        power.set(operatorAt(0), 0);
        keeper.sync(operatorAt(0));
        assertTrue(statusOf(0) == OracleStatus.Suspended, "suspended");
        vm.expectRevert(abi.encodeWithSelector(RegistryKeeper.RegistryInStep.selector, operatorAt(0)));
        keeper.sync(operatorAt(0));
        power.set(operatorAt(0), 100);
        keeper.sync(operatorAt(0));
        assertTrue(statusOf(0) == OracleStatus.Active, "back");
    }

    /// @dev A program whose end has come certifies no longer, by one call of anybody.
    function test_keeper_retiresAProgramThatEnded() public {
        grow(3);
        register(registrationOf(0), 0);
        keeper.sync(operatorAt(0));
        bytes memory current = abi.encodeWithSelector(RegistryKeeper.RegistryProgramCurrent.selector, MEASUREMENT);
        vm.expectRevert(current);
        keeper.retire(MEASUREMENT);
        uint64 end = uint64(block.timestamp + 60);
        measurements.sunset(MEASUREMENT, end);
        vm.warp(end - 1);
        vm.expectRevert(current);
        keeper.retire(MEASUREMENT);
        vm.warp(end);
        vm.expectRevert(abi.encodeWithSelector(RegistryKeeper.RegistryProgramCurrent.selector, NEXT_MEASUREMENT));
        keeper.retire(NEXT_MEASUREMENT);
        vm.prank(STRANGER);
        keeper.retire(MEASUREMENT);
        assertTrue(statusOf(0) == OracleStatus.Registered, "to be admitted again");
    }

    /// @dev The registry lets an operator change its keys by itself; keys that no enclave vouches for suspend it.
    function test_keeper_suspendsOtherKeys() public {
        grow(3);
        register(registrationOf(0), 0);
        keeper.sync(operatorAt(0));
        setSigner(0, 0xbad);
        keeper.sync(operatorAt(0));
        assertTrue(statusOf(0) == OracleStatus.Suspended, "another signer");
        setSigner(0, signerKey(0));
        keeper.sync(operatorAt(0));
        vm.startPrank(operatorAt(0));
        registry.setEncryptionKey(keccak256("the host's own"));
        keeper.sync(operatorAt(0));
        assertTrue(statusOf(0) == OracleStatus.Suspended, "another encryption key");
        registry.setEncryptionKey(keysOf(0).encryptionKey);
        keeper.sync(operatorAt(0));
        registry.setMeasurement(NEXT_MEASUREMENT);
        vm.expectRevert(abi.encodeWithSelector(RegistryKeeper.RegistryInStep.selector, operatorAt(0)));
        keeper.sync(operatorAt(0));
        assertTrue(statusOf(0) == OracleStatus.Registered, "another program is inactive by itself");
        vm.stopPrank();
        vm.expectRevert(abi.encodeWithSelector(RegistryKeeper.RegistryInStep.selector, STRANGER));
        keeper.sync(STRANGER);
    }
}
