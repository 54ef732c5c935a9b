// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Player} from "../test/support/Player.sol";
import {Test} from "../test/support/Test.sol";

/// @dev Suites with a fault each, which scripts/contracts/planted.test.ts expects to fail, and one without.
contract PlantedPlayer is Player {
    enum Fault {
        None,
        Assertion,
        Panic,
        Require,
        Silence,
        Unwrapped,
        End,
        Unreached
    }

    Fault private immutable _fault;
    uint256 public total;

    error Refused();

    constructor(Fault fault) {
        _fault = fault;
        expectReached("addition");
        if (fault == Fault.Unreached) expectReached("subtraction");
    }

    function add(uint8 amount) external move {
        if (amount == 0) revert Refused();
        total += amount;
        reached("addition");
    }

    function assertWrong(uint8) external move {
        if (_fault == Fault.Assertion) assertTrue(false, "planted");
    }

    function divide(uint8 amount) external move {
        if (_fault == Fault.Panic) total += 1 / (amount - amount);
    }

    function demand(uint8) external move {
        require(_fault != Fault.Require, "planted");
    }

    function stop(uint8) external move {
        if (_fault == Fault.Silence) {
            assembly ("memory-safe") {
                revert(0, 0)
            }
        }
    }

    function unwrapped(uint8) external view {
        if (_fault == Fault.Unwrapped) revert Refused();
    }
}

abstract contract PlantedTest is Test {
    PlantedPlayer.Fault private immutable _fault;
    PlantedPlayer private _player;
    string private _name;

    constructor(PlantedPlayer.Fault fault, string memory name) {
        (_fault, _name) = (fault, name);
    }

    function setUp() public {
        _player = new PlantedPlayer(_fault);
        bytes4[] memory selectors = new bytes4[](6);
        selectors[0] = _player.add.selector;
        selectors[1] = _player.assertWrong.selector;
        selectors[2] = _player.divide.selector;
        selectors[3] = _player.demand.selector;
        selectors[4] = _player.stop.selector;
        selectors[5] = _player.unwrapped.selector;
        targetContract(address(_player), selectors);
    }

    function invariant_agrees() public view {
        _player.assertAgreed();
    }

    function afterInvariant() public {
        assertTrue(_fault != PlantedPlayer.Fault.End, "planted");
        _player.reportReached(_name);
    }
}

contract PlantedNoneTest is PlantedTest(PlantedPlayer.Fault.None, "PlantedNoneTest") {}

contract PlantedAssertionTest is PlantedTest(PlantedPlayer.Fault.Assertion, "PlantedAssertionTest") {}

contract PlantedPanicTest is PlantedTest(PlantedPlayer.Fault.Panic, "PlantedPanicTest") {}

contract PlantedRequireTest is PlantedTest(PlantedPlayer.Fault.Require, "PlantedRequireTest") {}

contract PlantedSilenceTest is PlantedTest(PlantedPlayer.Fault.Silence, "PlantedSilenceTest") {}

contract PlantedUnwrappedTest is PlantedTest(PlantedPlayer.Fault.Unwrapped, "PlantedUnwrappedTest") {}

contract PlantedEndTest is PlantedTest(PlantedPlayer.Fault.End, "PlantedEndTest") {}

contract PlantedUnreachedTest is PlantedTest(PlantedPlayer.Fault.Unreached, "PlantedUnreachedTest") {}
