// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Money and tokens between L1 and L2. What is on L2 is held here.
interface IBridge {
    /// @notice Gas token went to L2; to whom is sealed.
    event GasTokenDeposited(address indexed sender, uint256 amount, uint64 indexed index);
    /// @notice A token went to L2; to whom is committed to.
    event TokenDeposited(address indexed token, address indexed sender, uint256 amount, uint64 indexed index);
    /// @notice Gas token came back.
    event GasTokenReleased(address indexed to, uint256 amount);
    /// @notice A token came back.
    event TokenReleased(address indexed token, address indexed to, uint256 amount);
    /// @notice A token of L2 has a contract that stands for it here.
    event RepresentationCreated(address indexed l2Token, address indexed representation);

    /// @notice Deposits are multiples of a gwei, above zero and below 2^64 gwei.
    error BridgeAmountRefused(uint256 amount);
    /// @notice The gas token has a function of its own, and ether is sent where it is the gas token.
    error BridgeTokenRefused(address token);
    /// @notice The ether sent is not the amount.
    error BridgeValueMismatch(uint256 value, uint256 amount);
    /// @notice The token delivered other than asked.
    error BridgeShortfall(address token, uint256 asked, uint256 received);
    /// @notice Only the network's Outbox may do this.
    error BridgeOutboxOnly(address caller);
    /// @notice Only L2's TokenBridge may ask for this.
    error BridgeL2SenderRefused(address l2Sender);
    /// @notice The receiver refused ether.
    error BridgeReceiverRefused(address to);
    /// @notice More than is held.
    error BridgeHoldingsExceeded(address token, uint256 asked, uint256 held);

    /// @notice Sends gas token to L2.
    /// @param amount Smallest units, a multiple of 10^9; where ether is the gas token, the ether sent.
    /// @param sealedRecipient The recipient, sealed to the committee. One that does not open credits the caller's own address.
    function deposit(uint256 amount, bytes calldata sealedRecipient) external payable returns (uint64 index);

    /// @notice Sends a token to L2: an ERC-20, ether (zero) where it is not the gas token, or one that stands for a token of L2.
    /// @param commitment Over salt, recipient and no data (docs/protocol/rollup.md, section 3).
    /// @param sealed_ Salt and recipient for whoever relays.
    function depositToken(address token, uint256 amount, bytes32 commitment, bytes calldata sealed_)
        external
        payable
        returns (uint64 index);

    /// @notice For the Outbox: pays gas token.
    function releaseGasToken(address to, uint256 amount) external;

    /// @notice For messages of L2's TokenBridge: pays a token that had gone to L2.
    function releaseToken(address token, address to, uint256 amount) external;

    /// @notice For messages of L2's TokenBridge: mints what stands for a token of L2.
    function mintRepresentation(
        address l2Token,
        string calldata name,
        string calldata symbol,
        uint8 decimals,
        address to,
        uint256 amount
    ) external;

    /// @notice What is held here of a token (zero: ether), deposits only.
    function held(address token) external view returns (uint256);

    /// @notice The gas token; zero is ether.
    function gasToken() external view returns (address);

    /// @notice What stands for a token of L2; zero where nothing does yet.
    function representationOf(address l2Token) external view returns (address);
}
