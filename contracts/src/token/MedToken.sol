// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ERC20Votes} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Votes.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";

/// @title MED: the token in which the network pays, stakes and votes.
/// @dev Fixed supply, minted once to the holder named at deployment; nobody can mint, burn for others, pause or freeze.
contract MedToken is ERC20, ERC20Permit, ERC20Votes {
    /// @param holder Receives the whole supply.
    /// @param supply Whole supply in the smallest unit (18 decimals).
    constructor(address holder, uint256 supply) ERC20("Ambrosia MED", "MED") ERC20Permit("Ambrosia MED") {
        _mint(holder, supply);
    }

    /// @notice Votes count by Unix time.
    function clock() public view override returns (uint48) {
        return Time.timestamp();
    }

    /// @notice The clock's description as in ERC-6372.

    function CLOCK_MODE() public pure override returns (string memory) {
        return "mode=timestamp";
    }

    function nonces(address owner) public view override(ERC20Permit, Nonces) returns (uint256) {
        return super.nonces(owner);
    }

    function _update(address from, address to, uint256 value) internal override(ERC20, ERC20Votes) {
        super._update(from, to, value);
    }
}
