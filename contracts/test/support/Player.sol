// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "./Test.sol";

/// @dev Base of what an invariant suite plays with. The runner calls moves at random, and would forget whatever a reverting one found; so a
/// move never reverts outwards. One that the contracts refuse by a custom error of theirs is a refusal. One that ends otherwise, by an
/// assertion of the player, a panic, or without a reason, is a disagreement, which `assertAgreed` tells from an `invariant_`.
abstract contract Player is Test {
    /// @notice What the first disagreement was reverted with, and the move that met it.
    bytes public disagreement;
    bytes4 public disagreedMove;
    /// @notice Moves that the contracts refused.
    uint256 public refusals;

    string[] private _names;
    uint256 private _draws;
    bool private _isInside;
    mapping(string name => uint256) private _counts;

    /// @dev Wraps every move. From outside it calls the move again from here, so that a revert can be looked at. Who calls does not tell the
    /// two apart: the runner plays as any account, this contract among them.
    modifier move() {
        if (_isInside) {
            _;
        } else {
            _isInside = true;
            (bool success, bytes memory reason) = address(this).call(msg.data);
            _isInside = false;
            if (!success) _note(reason);
        }
    }

    /// @dev Names what the moves of all runs together have to reach.
    function expectReached(string memory name) internal {
        _names.push(name);
    }

    function reached(string memory name) internal {
        ++_counts[name];
    }

    /// @dev A number below a limit, spread evenly: the runner likes small ones and such as it has seen.
    function spread(uint256 seed, uint256 limit) internal returns (uint256) {
        return uint256(keccak256(abi.encode(seed, ++_draws))) % limit;
    }

    /// @notice To be asserted by an `invariant_`.
    function assertAgreed() external view {
        if (disagreement.length != 0) revert Disagreement(disagreedMove, disagreement);
    }

    /// @notice To be called by `afterInvariant`: the runner's script adds up the runs, and fails where a name was never reached.
    function reportReached(string calldata suite) external {
        string memory path = vm.envOr("AMBROSIA_REACHED", string(""));
        if (bytes(path).length == 0) return;
        for (uint256 i = 0; i < _names.length; ++i) {
            vm.writeLine(path, string.concat(suite, " ", _names[i], " ", vm.toString(_counts[_names[i]])));
        }
    }

    error Disagreement(bytes4 playersMove, bytes reason);
    /// @dev A move that can't be made now, such as one with a record where there is none.
    error NothingToMove();

    function _note(bytes memory reason) private {
        bytes4 selector = reason.length < 4 ? bytes4(0) : bytes4(reason);
        bool isFault = selector == 0 || selector == Test.Different.selector || selector == Test.NotTrue.selector
            || selector == bytes4(keccak256("Panic(uint256)")) || selector == bytes4(keccak256("Error(string)"))
            || selector == bytes4(keccak256("CheatcodeError(string)"));
        if (!isFault) {
            ++refusals;
        } else if (disagreement.length == 0) {
            disagreement = reason.length == 0 ? bytes("no reason") : reason;
            disagreedMove = msg.sig;
        }
    }
}
