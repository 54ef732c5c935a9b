// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @title An ERC-20 that stands for a token of the other layer. Its bridge alone mints and burns.
/// @dev Cloned on both layers. No immutables: on L2 its code is part of genesis.
contract BridgedToken is ERC20, Initializable {
    /// @notice Only the bridge may do this.
    error BridgedTokenBridgeOnly(address caller);

    address private _bridge;
    address private _remote;
    uint8 private _decimals;
    string private _name;
    string private _symbol;

    constructor() ERC20("", "") {
        _disableInitializers();
    }

    function initialize(address remoteToken, string calldata tokenName, string calldata tokenSymbol, uint8 tokenDecimals)
        external
        initializer
    {
        _bridge = msg.sender;
        _remote = remoteToken;
        _name = tokenName;
        _symbol = tokenSymbol;
        _decimals = tokenDecimals;
    }

    modifier onlyBridge() {
        if (msg.sender != _bridge) revert BridgedTokenBridgeOnly(msg.sender);
        _;
    }

    function mint(address to, uint256 amount) external onlyBridge {
        _mint(to, amount);
    }

    function burn(address from, uint256 amount) external onlyBridge {
        _burn(from, amount);
    }

    /// @notice The token of the other layer; zero is ether.
    function remote() external view returns (address) {
        return _remote;
    }

    /// @notice Who mints and burns.
    function bridge() external view returns (address) {
        return _bridge;
    }

    function name() public view override returns (string memory) {
        return _name;
    }

    function symbol() public view override returns (string memory) {
        return _symbol;
    }

    function decimals() public view override returns (uint8) {
        return _decimals;
    }
}
