// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Votes} from "@openzeppelin/contracts/governance/utils/Votes.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";
import {IERC5805} from "@openzeppelin/contracts/interfaces/IERC5805.sol";
import {IERC6372} from "@openzeppelin/contracts/interfaces/IERC6372.sol";
import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";
import {IStakeVotes} from "./interfaces/IStakeVotes.sol";

/// @title Votes of bonded stake. Made by the StakeBook, written by it alone.
contract StakeVotes is IStakeVotes, Votes {
    /// @inheritdoc IStakeVotes
    address public immutable stakeBook;

    mapping(address account => uint256) private _units;

    constructor() EIP712("StakeVotes", "1") {
        stakeBook = msg.sender;
    }

    /// @inheritdoc IStakeVotes
    function move(address account, uint256 oldUnits, uint256 newUnits) external {
        if (msg.sender != stakeBook) revert StakeVotesWriterOnly(stakeBook, msg.sender);
        _units[account] = _units[account] + newUnits - oldUnits;
        if (newUnits > oldUnits) _transferVotingUnits(address(0), account, newUnits - oldUnits);
        else _transferVotingUnits(account, address(0), oldUnits - newUnits);
    }

    /// @inheritdoc IStakeVotes
    function unitsOf(address account) external view returns (uint256) {
        return _units[account];
    }

    /// @dev An account that names nobody, or zero, votes for itself.
    function delegates(address account) public view override(IVotes, Votes) returns (address) {
        address delegatee = super.delegates(account);
        return delegatee == address(0) ? account : delegatee;
    }

    function clock() public view override(IERC6372, Votes) returns (uint48) {
        return Time.timestamp();
    }

    // solhint-disable-next-line func-name-mixedcase
    function CLOCK_MODE() public pure override(IERC6372, Votes) returns (string memory) {
        return "mode=timestamp";
    }

    function _delegate(address account, address delegatee) internal override {
        super._delegate(account, delegatee == address(0) ? account : delegatee);
    }

    function _getVotingUnits(address account) internal view override returns (uint256) {
        return _units[account];
    }
}
