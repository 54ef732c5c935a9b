// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ConsentBook} from "./ConsentBook.sol";
import {DealRules} from "./DealRules.sol";
import {IConsentBook} from "./interfaces/IConsentBook.sol";
import {IDealBook} from "./interfaces/IDealBook.sol";
import {ExchangeHashes} from "./libraries/ExchangeHashes.sol";
import {Certificate, Consent, Deal, DealTerms, TokenPermit} from "./types/ExchangeTypes.sol";

/// @title What every part of the DealBook stands on.
/// @dev All state, in one place, so that its layout does not depend on how the functions are divided; identifiers and hashes that several
/// parts need; tokens in and out; signatures; the encoding of refusals.
abstract contract DealBookBase is IDealBook, AccessManaged, EIP712, ReentrancyGuardTransient {
    /// @notice Seconds by which an asOf may lie ahead of the block, as clocks differ.
    uint256 public constant CLOCK_TOLERANCE = 300;
    /// @notice Most settlements in one call: they fit into the 2^24 gas of a transaction (EIP-7825).
    uint256 public constant MAXIMUM_SETTLEMENTS = 100;
    /// @notice Shortest delivery window of a deal, in seconds.
    uint256 public constant MINIMUM_DELIVERY_WINDOW = 1 hours;
    /// @notice As MINIMUM_DELIVERY_WINDOW, where the DealBook was deployed for development.
    uint256 public constant DEVELOPMENT_DELIVERY_WINDOW = 1 minutes;
    /// @notice Most a relayer may take, in 1/10000 of the price. An unwinding takes it back from the payer, since relayer and provider
    /// may be one.
    uint256 public constant MAXIMUM_RELAYER_FEE_BPS = 1000;
    /// @notice Gas for one pushed payment; a receiver that needs more gets a credit.
    uint256 public constant PUSH_GAS = 200_000;

    /// @notice Gas for the verifier's judgement of one settlement.
    uint256 public constant VERIFIER_GAS = 600_000;

    uint256 internal constant BPS = 10_000;
    /// @dev Longest refusal of a verifier that is passed on: a selector and three words.
    uint256 internal constant MAXIMUM_REFUSAL_BYTES = 100;

    /// @inheritdoc IDealBook
    IConsentBook public immutable consentBook;
    /// @inheritdoc IDealBook
    uint256 public immutable minimumQuorum;

    DealRules internal immutable _rules;
    /// @dev Ids keep the chain id of the deployment, so that a fork that changes it strands no escrow. Signatures follow the chain's own.
    uint256 internal immutable _chainId = block.chainid;

    mapping(bytes32 dealId => Deal) internal _deals;
    mapping(address token => mapping(address account => uint256)) internal _credits;
    mapping(address token => bool) internal _allowed;

    /// @param authority AccessManager; its only power here is the allow-list of tokens for deals to come.
    /// @param development True allows a quorum of one.
    constructor(address authority, bool development) AccessManaged(authority) EIP712("DealBook", "1") {
        consentBook = new ConsentBook();
        _rules = new DealRules(development ? DEVELOPMENT_DELIVERY_WINDOW : MINIMUM_DELIVERY_WINDOW);
        minimumQuorum = development ? 1 : 2;
    }

    // ---- identifiers and hashes ----

    /// @inheritdoc IDealBook
    function dealIdOf(DealTerms calldata terms, bytes32 salt) public view returns (bytes32) {
        return ExchangeHashes.dealId(_chainId, address(this), terms.consumer, salt, ExchangeHashes.terms(terms));
    }

    /// @inheritdoc IDealBook
    function recordIdOf(bytes32 dealId, bytes32 recordTag) public pure returns (bytes32) {
        return ExchangeHashes.recordId(dealId, recordTag);
    }

    /// @inheritdoc IDealBook
    function hashCertificate(Certificate memory certificate) public view returns (bytes32) {
        return _hashTypedDataV4(ExchangeHashes.certificate(certificate));
    }

    /// @inheritdoc IDealBook
    function hashCertificateBatch(bytes32 root) public view returns (bytes32) {
        return _hashTypedDataV4(ExchangeHashes.certificateBatch(root));
    }

    /// @inheritdoc IDealBook
    function hashConsent(Consent memory consent) public view returns (bytes32) {
        return _hashTypedDataV4(ExchangeHashes.consent(consent));
    }

    // ---- tokens and signatures ----

    /// @dev Provider accounts sign with their key; contract signatures are not taken, as they could burn the gas of a whole batch.
    function _isSignedBy(address account, bytes32 digest, bytes calldata signature) internal pure returns (bool) {
        (address recovered, ECDSA.RecoverError failure,) = ECDSA.tryRecoverCalldata(digest, signature);
        return failure == ECDSA.RecoverError.NoError && recovered == account;
    }

    /// @dev A permit that fails may have been used already by whoever saw it; the allowance decides.
    function _usePermit(address token, address owner, TokenPermit calldata permit) internal {
        if (permit.v == 0) return;
        try IERC20Permit(token).permit(
            owner, address(this), permit.value, permit.deadline, permit.v, permit.r, permit.s
        ) {} catch {}
    }

    function _pull(address token, address from, uint256 amount) internal {
        if (amount == 0) return;
        uint256 before = IERC20(token).balanceOf(address(this));
        SafeERC20.safeTransferFrom(IERC20(token), from, address(this), amount);
        uint256 received = IERC20(token).balanceOf(address(this)) - before;
        if (received != amount) revert DealTokenShortfall(token, amount, received);
    }

    /// @dev Pays, or credits what the receiver or the token refuses: no receiver can stop the others.
    function _push(address token, address to, uint256 amount) internal {
        if (amount == 0) return;
        // A call gets at most 63/64 of the gas left. With less than PUSH_GAS a caller could make a fair payment fail.
        uint256 required = PUSH_GAS * 64 / 63 + 5000;
        if (gasleft() < required) revert PushGasInsufficient(gasleft(), required);
        bytes memory data = abi.encodeCall(IERC20.transfer, (to, amount));
        bool paid;
        // No more of the answer is copied than is read: a long one would cost the caller.
        assembly ("memory-safe") {
            let success := call(PUSH_GAS, token, 0, add(data, 0x20), mload(data), 0, 0x20)
            let size := returndatasize()
            paid := and(success, or(iszero(size), and(gt(size, 31), eq(mload(0), 1))))
        }
        if (paid) return;
        _credits[token][to] += amount;
        emit CreditGranted(token, to, amount);
    }

    // ---- refusals ----

    // One copy of each encoder instead of thirty keeps the contract below the size limit. The arguments of the errors are static, so that
    // a word each is their whole encoding.

    function _reason(bytes4 selector, uint256 first, uint256 second) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(selector, first, second);
    }

    function _reason(bytes4 selector, bytes32 first, bytes32 second) internal pure returns (bytes memory) {
        return _reason(selector, uint256(first), uint256(second));
    }

    function _reason(bytes4 selector, address first, address second) internal pure returns (bytes memory) {
        return _reason(selector, uint160(first), uint160(second));
    }

    function _reason(bytes4 selector, address only) internal pure returns (bytes memory) {
        return _reason(selector, bytes32(uint256(uint160(only))));
    }

    function _reason(bytes4 selector, bytes32 only) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(selector, only);
    }
}
