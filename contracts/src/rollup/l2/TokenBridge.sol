// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {BridgedToken} from "../BridgedToken.sol";
import {IBridge} from "../interfaces/IBridge.sol";
import {IMessenger} from "../interfaces/IMessenger.sol";
import {TokenMetadata} from "../libraries/TokenMetadata.sol";

/// @title Tokens between L1 and L2, on L2 at 0x…a002.
/// @dev Part of genesis: no constructor, no immutables. Slot 0, the Bridge on L1, is written by genesis.
contract TokenBridge {
    using SafeERC20 for IERC20;

    /// @notice A token of L1 got a contract that stands for it here.
    event BridgedTokenCreated(address indexed l1Token, address indexed token);
    /// @notice A token arrived.
    event TokenArrived(address indexed token, address indexed to, uint256 amount);
    /// @notice A token left.
    event TokenLeft(address indexed token, address indexed sender, uint256 amount, uint64 indexed index);

    /// @notice Only the Messenger may do this.
    error TokenBridgeMessengerOnly(address caller);
    /// @notice Nothing to bridge.
    error TokenBridgeAmountZero();
    /// @notice The token delivered other than asked.
    error TokenBridgeShortfall(address token, uint256 asked, uint256 received);
    /// @notice More than left for L1.
    error TokenBridgeLockedExceeded(address token, uint256 asked, uint256 locked);

    IMessenger private constant MESSENGER = IMessenger(address(0xa001));
    address private constant TOKEN_IMPLEMENTATION = address(0xa003);

    address private _l1Bridge;
    mapping(address l1Token => address) private _tokens;
    mapping(address token => bool) private _isBridged;
    mapping(address token => uint256 amount) private _locked;

    modifier onlyMessenger() {
        if (msg.sender != address(MESSENGER)) revert TokenBridgeMessengerOnly(msg.sender);
        _;
    }

    /// @notice For the Messenger: mints what stands for a token of L1 (zero: ether).
    function mint(
        address l1Token,
        address to,
        uint256 amount,
        string calldata name,
        string calldata symbol,
        uint8 decimals
    ) external onlyMessenger {
        address token = _tokens[l1Token];
        if (token == address(0)) {
            token = Clones.cloneDeterministic(TOKEN_IMPLEMENTATION, bytes32(uint256(uint160(l1Token))));
            _tokens[l1Token] = token;
            _isBridged[token] = true;
            BridgedToken(token).initialize(l1Token, name, symbol, decimals);
            emit BridgedTokenCreated(l1Token, token);
        }
        BridgedToken(token).mint(to, amount);
        emit TokenArrived(token, to, amount);
    }

    /// @notice For the Messenger: gives back a token of L2 that had left.
    function release(address token, address to, uint256 amount) external onlyMessenger {
        uint256 locked = _locked[token];
        if (amount > locked) revert TokenBridgeLockedExceeded(token, amount, locked);
        _locked[token] = locked - amount;
        IERC20(token).safeTransfer(to, amount);
        emit TokenArrived(token, to, amount);
    }

    /// @notice Sends a token to an account on L1: a bridged one is burnt here, one of L2 stays here.
    /// @param salt As in `IMessenger.send`.
    function withdraw(address token, uint256 amount, address l1Recipient, bytes32 salt)
        external
        returns (uint64 index)
    {
        if (amount == 0) revert TokenBridgeAmountZero();
        bytes memory data;
        if (_isBridged[token]) {
            BridgedToken(token).burn(msg.sender, amount);
            data = abi.encodeCall(IBridge.releaseToken, (BridgedToken(token).remote(), l1Recipient, amount));
        } else {
            uint256 before = IERC20(token).balanceOf(address(this));
            IERC20(token).safeTransferFrom(msg.sender, address(this), amount);
            uint256 received = IERC20(token).balanceOf(address(this)) - before;
            if (received != amount) revert TokenBridgeShortfall(token, amount, received);
            _locked[token] += amount;
            (string memory name, string memory symbol, uint8 decimals) = TokenMetadata.read(token);
            data = abi.encodeCall(IBridge.mintRepresentation, (token, name, symbol, decimals, l1Recipient, amount));
        }
        index = MESSENGER.send(_l1Bridge, data, salt);
        emit TokenLeft(token, msg.sender, amount, index);
    }

    /// @notice What stands here for a token of L1; zero where nothing does yet.
    function tokenOf(address l1Token) external view returns (address) {
        return _tokens[l1Token];
    }

    /// @notice What of a token of L2 has left.
    function locked(address token) external view returns (uint256) {
        return _locked[token];
    }

    /// @notice The Bridge on L1.
    function l1Bridge() external view returns (address) {
        return _l1Bridge;
    }
}
