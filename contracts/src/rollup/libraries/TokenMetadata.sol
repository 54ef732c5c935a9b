// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {RollupHashes} from "./RollupHashes.sol";

/// @title Name, symbol and decimals of a token; what a token does not say is empty, or 18.
library TokenMetadata {
    /// @dev Longer names would make a message that nobody can relay.
    uint256 private constant MAXIMUM_BYTES = 64;

    function read(address token) internal view returns (string memory name, string memory symbol, uint8 decimals) {
        if (token == address(0)) return ("Ether", "ETH", 18);
        decimals = 18;
        try IERC20Metadata(token).name() returns (string memory value) {
            name = value;
        } catch {}
        try IERC20Metadata(token).symbol() returns (string memory value) {
            symbol = value;
        } catch {}
        try IERC20Metadata(token).decimals() returns (uint8 value) {
            decimals = value;
        } catch {}
        if (bytes(name).length > MAXIMUM_BYTES) name = "";
        if (bytes(symbol).length > MAXIMUM_BYTES) symbol = "";
    }

    function hashOf(address token) internal view returns (bytes32) {
        (string memory name, string memory symbol, uint8 decimals) = read(token);
        return RollupHashes.metadata(name, symbol, decimals);
    }
}
