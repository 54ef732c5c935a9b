// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @dev Delivers one unit less than asked.
contract FeeToken is ERC20("Fee", "FEE") {
    constructor(address holder) {
        _mint(holder, 1e30);
    }

    function _update(address from, address to, uint256 value) internal override {
        super._update(from, to, value);
        if (from != address(0) && value != 0) super._update(to, address(0xfee), 1);
    }
}

/// @dev Refuses some receivers: by reverting, by answering false, by burning all gas, or by a huge answer.
contract MoodyToken is ERC20("Moody", "MOODY") {
    enum Mood {
        Fine,
        Reverts,
        AnswersFalse,
        BurnsGas,
        AnswersAtLength
    }

    mapping(address => Mood) public moodTo;

    constructor(address holder) {
        _mint(holder, 1e30);
    }

    function setMood(address to, Mood mood) external {
        moodTo[to] = mood;
    }

    function transfer(address to, uint256 value) public override returns (bool) {
        Mood mood = moodTo[to];
        if (mood == Mood.Reverts) revert("refused");
        if (mood == Mood.AnswersFalse) return false;
        if (mood == Mood.BurnsGas) while (true) {}
        if (mood == Mood.AnswersAtLength) {
            assembly {
                revert(0, 100000)
            }
        }
        return super.transfer(to, value);
    }
}

/// @dev Calls back into somebody while it moves.
contract CallbackToken is ERC20("Callback", "CALL") {
    address public target;
    bytes public payload;
    bool public called;
    bool public succeeded;
    bytes public answer;

    constructor(address holder) {
        _mint(holder, 1e30);
    }

    function arm(address newTarget, bytes calldata newPayload) external {
        (target, payload, called) = (newTarget, newPayload, false);
    }

    function _update(address from, address to, uint256 value) internal override {
        super._update(from, to, value);
        if (target == address(0) || called) return;
        called = true;
        (succeeded, answer) = target.call(payload);
    }
}
