// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {BridgedToken} from "./BridgedToken.sol";
import {IBridge} from "./interfaces/IBridge.sol";
import {IInbox} from "./interfaces/IInbox.sol";
import {IOutbox} from "./interfaces/IOutbox.sol";
import {RollupHashes} from "./libraries/RollupHashes.sol";
import {TokenMetadata} from "./libraries/TokenMetadata.sol";
import {EntryKind} from "./types/RollupTypes.sol";

/// @title Money and tokens between L1 and L2.
contract Bridge is IBridge, Initializable, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @notice L2's TokenBridge.
    address public constant L2_TOKEN_BRIDGE = address(0xa002);
    uint256 private constant GWEI = 1e9;

    BridgedToken private immutable TOKEN_IMPLEMENTATION;

    IInbox private _inbox;
    IOutbox private _outbox;
    address private _gasToken;
    mapping(address token => uint256 amount) private _held;
    mapping(address l2Token => address) private _representations;
    mapping(address representation => address l2Token) private _l2Tokens;

    constructor(BridgedToken tokenImplementation) {
        TOKEN_IMPLEMENTATION = tokenImplementation;
        _disableInitializers();
    }

    function initialize(IInbox inbox, IOutbox outbox, address token) external initializer {
        _inbox = inbox;
        _outbox = outbox;
        _gasToken = token;
    }

    // ---- to L2 ----

    /// @inheritdoc IBridge
    function deposit(uint256 amount, bytes calldata sealedRecipient)
        external
        payable
        nonReentrant
        returns (uint64 index)
    {
        if (amount == 0 || amount % GWEI != 0 || amount / GWEI > type(uint64).max) revert BridgeAmountRefused(amount);
        _take(_gasToken, amount);
        index = _inbox.append(EntryKind.Deposit, msg.sender, address(0), amount, 0, sealedRecipient, 0);
        emit GasTokenDeposited(msg.sender, amount, index);
    }

    /// @inheritdoc IBridge
    function depositToken(address token, uint256 amount, bytes32 commitment, bytes calldata sealed_)
        external
        payable
        nonReentrant
        returns (uint64 index)
    {
        if (token == _gasToken) revert BridgeTokenRefused(token);
        if (amount == 0) revert BridgeAmountRefused(amount);
        address l2Token = _l2Tokens[token];
        if (l2Token != address(0)) {
            if (msg.value != 0) revert BridgeValueMismatch(msg.value, 0);
            BridgedToken(token).burn(msg.sender, amount);
            index = _inbox.append(EntryKind.TokenReturn, msg.sender, l2Token, amount, commitment, sealed_, 0);
        } else {
            _take(token, amount);
            bytes32 metadataHash = TokenMetadata.hashOf(token);
            index =
                _inbox.append(EntryKind.TokenDeposit, msg.sender, token, amount, commitment, sealed_, metadataHash);
        }
        emit TokenDeposited(token, msg.sender, amount, index);
    }

    // ---- from L2 ----

    /// @inheritdoc IBridge
    function releaseGasToken(address to, uint256 amount) external {
        if (msg.sender != address(_outbox)) revert BridgeOutboxOnly(msg.sender);
        _give(_gasToken, to, amount);
        emit GasTokenReleased(to, amount);
    }

    /// @inheritdoc IBridge
    function releaseToken(address token, address to, uint256 amount) external {
        _assertFromL2();
        // What is on L2 as gas leaves as gas; otherwise a token's holdings could be drawn by the other's messages.
        if (token == _gasToken) revert BridgeTokenRefused(token);
        _give(token, to, amount);
        emit TokenReleased(token, to, amount);
    }

    /// @inheritdoc IBridge
    function mintRepresentation(
        address l2Token,
        string calldata name,
        string calldata symbol,
        uint8 decimals,
        address to,
        uint256 amount
    ) external {
        _assertFromL2();
        address representation = _representations[l2Token];
        if (representation == address(0)) {
            representation = Clones.clone(address(TOKEN_IMPLEMENTATION));
            _representations[l2Token] = representation;
            _l2Tokens[representation] = l2Token;
            BridgedToken(representation).initialize(l2Token, name, symbol, decimals);
            emit RepresentationCreated(l2Token, representation);
        }
        BridgedToken(representation).mint(to, amount);
        emit TokenReleased(representation, to, amount);
    }

    // ---- views ----

    /// @inheritdoc IBridge
    function held(address token) external view returns (uint256) {
        return _held[token];
    }

    /// @inheritdoc IBridge
    function gasToken() external view returns (address) {
        return _gasToken;
    }

    /// @inheritdoc IBridge
    function representationOf(address l2Token) external view returns (address) {
        return _representations[l2Token];
    }

    // ---- steps ----

    function _assertFromL2() private view {
        if (msg.sender != address(_outbox)) revert BridgeOutboxOnly(msg.sender);
        address sender = _outbox.l2Sender();
        if (sender != L2_TOKEN_BRIDGE) revert BridgeL2SenderRefused(sender);
    }

    /// @dev Takes exactly `amount`: a token that keeps a part of it would leave L2 with more than is held here.
    function _take(address token, uint256 amount) private {
        if (token == address(0)) {
            if (msg.value != amount) revert BridgeValueMismatch(msg.value, amount);
        } else {
            if (msg.value != 0) revert BridgeValueMismatch(msg.value, 0);
            uint256 before = IERC20(token).balanceOf(address(this));
            IERC20(token).safeTransferFrom(msg.sender, address(this), amount);
            uint256 received = IERC20(token).balanceOf(address(this)) - before;
            if (received != amount) revert BridgeShortfall(token, amount, received);
        }
        _held[token] += amount;
    }

    function _give(address token, address to, uint256 amount) private {
        uint256 holdings = _held[token];
        if (amount > holdings) revert BridgeHoldingsExceeded(token, amount, holdings);
        _held[token] = holdings - amount;
        if (token == address(0)) {
            (bool succeeded,) = to.call{value: amount}("");
            if (!succeeded) revert BridgeReceiverRefused(to);
        } else {
            IERC20(token).safeTransfer(to, amount);
        }
    }
}
