// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {INetworkFactory, NetworkParameters} from "../../src/rollup/interfaces/INetworkFactory.sol";
import {RollupHashes} from "../../src/rollup/libraries/RollupHashes.sol";
import {ChainRules, NetworkContracts} from "../../src/rollup/types/RollupTypes.sol";
import {RollupFixture} from "../support/RollupFixture.sol";

/// @dev R21.
contract NetworkFactoryTest is RollupFixture {
    function test_create_addresses_arePredicted() public {
        NetworkParameters memory next = parameters();
        next.chainId = CHAIN_ID + 1;
        bytes32 salt = keccak256("salt");
        NetworkContracts memory expected = factory.predict(KIND, address(this), salt);
        NetworkContracts memory contracts = create(salt, next);
        assertEq(keccak256(abi.encode(contracts)), keccak256(abi.encode(expected)), "addresses");
        assertEq(keccak256(abi.encode(factory.contractsOf(networkId))), keccak256(abi.encode(expected)), "stored");
        assertEq(factory.networkOf(CHAIN_ID + 1), networkId, "by chain id");
        // Another creator gets other addresses, so nobody can take them first.
        NetworkContracts memory others = factory.predict(KIND, USER, salt);
        assertTrue(others.inbox != expected.inbox, "the creator's own");
    }

    function test_create_rulesHash_bindsTheNetwork() public view {
        ChainRules memory rules_ = ChainRules({
            l1ChainId: uint64(block.chainid),
            inbox: address(inbox),
            chainId: CHAIN_ID,
            gasLimit: 30_000_000,
            feeRecipient: address(0xfee),
            maximumDrift: 600,
            recordGas: 1e9
        });
        assertEq(assertions.rulesAt(0).rulesHash, RollupHashes.rules(rules_), "rules hash");
    }

    function test_create_sameChainId_reverts() public {
        NetworkParameters memory next = parameters();
        vm.expectRevert(abi.encodeWithSelector(INetworkFactory.NetworkChainIdTaken.selector, CHAIN_ID));
        factory.create(keccak256("other salt"), next);
    }

    function test_create_sameSalt_reverts() public {
        NetworkParameters memory next = parameters();
        next.chainId = CHAIN_ID + 1;
        vm.expectRevert();
        factory.create(bytes32(0), next);
    }

    function test_create_unknownKind_reverts() public {
        NetworkParameters memory next = parameters();
        next.kind = keccak256("storage");
        vm.expectRevert(abi.encodeWithSelector(INetworkFactory.NetworkKindUnknown.selector, next.kind));
        factory.create(keccak256("salt"), next);
    }

    function test_addKind_neverChanges() public {
        NetworkContracts memory other = implementations();
        vm.expectRevert(abi.encodeWithSelector(INetworkFactory.NetworkKindExists.selector, KIND));
        factory.addKind(KIND, other);
        vm.prank(USER);
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, USER));
        factory.addKind(keccak256("storage"), other);
        factory.addKind(keccak256("storage"), other);
    }

    function test_create_limits_hold() public {
        assertRefused("chainId", 0);
        assertRefused("chainId", uint256(type(uint32).max) + 1);
        assertRefused("chainId", block.chainid);
        assertRefused("gasLimit", 4_999_999);
        assertRefused("gasLimit", 1_000_000_001);
        assertRefused("recordGas", 29_999_999);
        assertRefused("maximumDrift", 0);
        assertRefused("maximumDrift", 1 days + 1);
        assertRefused("inclusionDelay", 0);
        assertRefused("inclusionDelay", 365 days + 1);
        assertRefused("cadence", 0);
        assertRefused("cadence", 1 days + 1);
        assertRefused("period", 0);
        assertRefused("governanceDelay", PERIOD);
        assertRefused("governor", 0);
        assertRefused("bondToken", 0);
        assertRefused("genesisCommitment", 0);
    }

    function assertRefused(string memory name, uint256 value) internal {
        NetworkParameters memory next = parameters();
        next.chainId = CHAIN_ID + 1;
        bytes32 hash = keccak256(bytes(name));
        if (hash == keccak256("chainId")) next.chainId = uint64(value);
        if (hash == keccak256("gasLimit")) next.gasLimit = uint64(value);
        if (hash == keccak256("recordGas")) next.recordGas = uint64(value);
        if (hash == keccak256("maximumDrift")) next.maximumDrift = uint64(value);
        if (hash == keccak256("inclusionDelay")) next.inclusionDelay = uint64(value);
        if (hash == keccak256("cadence")) next.cadence = uint64(value);
        if (hash == keccak256("period")) next.rules.period = uint64(value);
        if (hash == keccak256("governanceDelay")) next.governanceDelay = uint64(value);
        if (hash == keccak256("governor")) next.governor = address(0);
        if (hash == keccak256("bondToken")) next.bondToken = address(0);
        if (hash == keccak256("genesisCommitment")) next.genesisCommitment = 0;
        vm.expectRevert(abi.encodeWithSelector(INetworkFactory.NetworkParameterOutOfRange.selector, name, value));
        factory.create(keccak256("salt"), next);
    }
}
