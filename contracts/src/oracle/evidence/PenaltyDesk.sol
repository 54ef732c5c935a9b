// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IStakeBook} from "../../stake/interfaces/IStakeBook.sol";
import {IPenaltyDesk, Offence, Penalty} from "../interfaces/IPenaltyDesk.sol";

/// @title Carries out what judges found.
contract PenaltyDesk is IPenaltyDesk, AccessManaged {
    using SafeERC20 for IERC20;

    uint256 private constant BPS = 10_000;
    uint256 private constant ONE = 1e18;
    /// @notice Largest part of a reporter: an operator that reports itself loses the rest.
    uint16 public constant MAXIMUM_REPORTER_BPS = 2000;

    /// @notice Where the stake is.
    IStakeBook public immutable stakeBook;
    /// @notice What is staked and paid.
    IERC20 public immutable token;

    mapping(Offence offence => Penalty) private _penalties;

    constructor(address authority, IStakeBook book, IERC20 stakeToken, Penalty[4] memory penalties)
        AccessManaged(authority)
    {
        stakeBook = book;
        token = stakeToken;
        for (uint8 i = 0; i < 4; ++i) _setPenalty(Offence(i), penalties[i]);
    }

    /// @inheritdoc IPenaltyDesk
    function punish(
        Offence offence,
        address operator,
        uint40 actedAt,
        address injured,
        uint256 loss,
        address reporter
    ) external restricted returns (uint256 amount) {
        Penalty memory penalty = _penalties[offence];
        if (penalty.jailTime != 0) stakeBook.jail(operator, penalty.jailTime);
        if (penalty.strikeOff && !stakeBook.poolOf(operator).struckOff) stakeBook.strikeOff(operator);
        if (penalty.fraction != 0) amount = stakeBook.slash(operator, penalty.fraction, actedAt);
        uint256 toReporter = Math.min(amount * penalty.reporterBps / BPS, penalty.reporterCap);
        uint256 toInjured = injured == address(0)
            ? 0
            : Math.min(amount - toReporter, Math.max(loss, amount * penalty.injuredBps / BPS));
        _pay(reporter, toReporter);
        _pay(injured, toInjured);
        _pay(stakeBook.treasury(), amount - toReporter - toInjured);
        emit Punished(offence, operator, reporter, injured, amount, toInjured, toReporter);
    }

    /// @inheritdoc IPenaltyDesk
    function setPenalty(Offence offence, Penalty calldata penalty) external restricted {
        _setPenalty(offence, penalty);
    }

    /// @inheritdoc IPenaltyDesk
    function penaltyOf(Offence offence) external view returns (Penalty memory) {
        return _penalties[offence];
    }

    function _setPenalty(Offence offence, Penalty memory penalty) private {
        if (penalty.fraction > ONE) revert PenaltyInvalid("fraction");
        if (penalty.reporterBps > MAXIMUM_REPORTER_BPS) revert PenaltyInvalid("reporterBps");
        if (uint256(penalty.reporterBps) + penalty.injuredBps > BPS) revert PenaltyInvalid("injuredBps");
        _penalties[offence] = penalty;
        emit PenaltyChanged(offence, penalty);
    }

    function _pay(address to, uint256 amount) private {
        if (amount != 0) token.safeTransfer(to, amount);
    }
}
