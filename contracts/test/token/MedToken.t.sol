// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {MedToken} from "../../src/token/MedToken.sol";
import {Test} from "../support/Test.sol";

/// @dev T1: a fixed supply, votes that follow it.
contract MedTokenTest is Test {
    function test_supply_isMintedOnce() public {
        MedToken token = MedToken(shipped("medToken", abi.encode(address(0xa), 100)));
        assertEq(token.totalSupply(), 100, "supply");
        assertEq(token.balanceOf(address(0xa)), 100, "holder");
    }

    /// @dev T2: a wallet that shows the domain of a permit shows the token's own name.
    function test_permitDomain_isTheName() public {
        MedToken token = MedToken(shipped("medToken", abi.encode(address(0xa), 100)));
        (, string memory name,,,,,) = token.eip712Domain();
        assertEq(keccak256(bytes(name)), keccak256(bytes(token.name())), "domain");
    }

    function test_votes_followBalancesByTime() public {
        vm.warp(1000);
        MedToken token = MedToken(shipped("medToken", abi.encode(address(0xa), 100)));
        vm.prank(address(0xa));
        token.delegate(address(0xa));
        vm.warp(2000);
        vm.prank(address(0xa));
        token.transfer(address(0xb), 40);
        vm.warp(3000);
        assertEq(token.getVotes(address(0xa)), 60, "now");
        assertEq(token.getPastVotes(address(0xa), 1500), 100, "then");
        assertEq(token.clock(), 3000, "clock");
        assertEq(keccak256(bytes(token.CLOCK_MODE())), keccak256("mode=timestamp"), "mode");
    }
}
