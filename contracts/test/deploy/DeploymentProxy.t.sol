// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {DeploymentProxy} from "../../src/deploy/DeploymentProxy.sol";
import {Test} from "../support/Test.sol";

/// @dev Remembers who created it.
contract Created {
    address public immutable creator = msg.sender;
    uint256 public immutable argument;

    constructor(uint256 given) payable {
        if (given == 0) revert("zero");
        argument = given;
    }
}

/// @dev F1: an address follows from salt and creation code, whoever calls; nothing is deployed twice or half.
contract DeploymentProxyTest is Test {
    DeploymentProxy private _proxy;

    function setUp() public {
        _proxy = DeploymentProxy(payable(shipped("deploymentProxy", "")));
    }

    function _code(uint256 argument) private pure returns (bytes memory) {
        return abi.encodePacked(type(Created).creationCode, abi.encode(argument));
    }

    function _addressOf(bytes32 salt, bytes memory code) private view returns (address) {
        return address(uint160(uint256(keccak256(abi.encodePacked(hex"ff", address(_proxy), salt, keccak256(code))))));
    }

    function testFuzz_call_deploysAtTheAddressOfItsCode(bytes32 salt, uint256 argument, address caller) public {
        vm.assume(argument != 0);
        vm.prank(caller);
        (bool success, bytes memory answer) = address(_proxy).call(abi.encodePacked(salt, _code(argument)));
        assertTrue(success, "deployed");
        address expected = _addressOf(salt, _code(argument));
        assertEq(answer.length, 20, "answer");
        assertEq(address(bytes20(answer)), expected, "address");
        assertEq(Created(expected).argument(), argument, "argument");
        assertEq(Created(expected).creator(), address(_proxy), "creator");
    }

    function test_call_passesValueOn() public {
        (bool success,) = address(_proxy).call{value: 3}(abi.encodePacked(bytes32(0), _code(1)));
        assertTrue(success, "deployed");
        assertEq(_addressOf(0, _code(1)).balance, 3, "balance");
    }

    function test_call_twice_reverts() public {
        bytes memory input = abi.encodePacked(bytes32(0), _code(1));
        (bool first,) = address(_proxy).call(input);
        (bool second, bytes memory reason) = address(_proxy).call(input);
        assertTrue(first && !second, "once");
        assertEq(
            keccak256(reason),
            keccak256(abi.encodeWithSelector(DeploymentProxy.DeploymentFailed.selector, bytes32(0), keccak256(_code(1)))),
            "reason"
        );
    }

    function test_call_failingConstructor_reverts() public {
        (bool success,) = address(_proxy).call(abi.encodePacked(bytes32(0), _code(0)));
        assertTrue(!success, "refused");
        assertEq(_addressOf(0, _code(0)).code.length, 0, "nothing stands");
    }

    function testFuzz_call_short_reverts(uint256 length) public {
        length = bound(length, 0, 31);
        bytes memory input = new bytes(length);
        (bool success, bytes memory reason) = address(_proxy).call(input);
        assertTrue(!success, "refused");
        assertEq(
            keccak256(reason),
            keccak256(abi.encodeWithSelector(DeploymentProxy.DeploymentInputShort.selector, length)),
            "reason"
        );
    }
}
