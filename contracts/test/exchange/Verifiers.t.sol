// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICertificateVerifier} from "../../src/exchange/interfaces/ICertificateVerifier.sol";
import {IDealBookErrors} from "../../src/exchange/interfaces/IDealBookErrors.sol";
import {DealTerms, Record} from "../../src/exchange/types/ExchangeTypes.sol";
import {ExchangeFixture} from "../support/ExchangeFixture.sol";
import {Settlement} from "../support/Settlements.sol";

contract LyingVerifier is ICertificateVerifier {
    enum Lie {
        Approves,
        AnswersNothing,
        AnswersAtLength,
        RefusesAtLength,
        RefusesWithoutCode,
        RefusesByZero,
        Panics,
        RefusesByText,
        BurnsGas,
        RefusesByCode
    }

    Lie public lie;

    constructor(Lie how) {
        lie = how;
    }

    function supportsInterface(bytes4 id) external pure returns (bool) {
        return id == type(ICertificateVerifier).interfaceId || id == 0x01ffc9a7;
    }

    function verify(bytes32, address[] calldata, uint8, uint256, bytes calldata) external view returns (uint256) {
        Lie how = lie;
        if (how == Lie.AnswersNothing) assembly { return(0, 0) }
        if (how == Lie.AnswersAtLength) assembly { return(0, 600000) }
        if (how == Lie.RefusesAtLength) assembly { revert(0, 600000) }
        if (how == Lie.RefusesWithoutCode) assembly { revert(0, 3) }
        if (how == Lie.RefusesByZero) assembly { revert(0x60, 36) }
        if (how == Lie.Panics) assert(false);
        if (how == Lie.RefusesByText) revert("no");
        if (how == Lie.BurnsGas) while (true) {}
        if (how == Lie.RefusesByCode) revert IDealBookErrors.CertificateQuorumMissing(1, 2);
        // 100 % each; the DealBook caps it.
        return type(uint256).max;
    }
}

/// @dev P23: whatever a verifier does, its settlement alone is refused, for bounded gas.
contract VerifiersTest is ExchangeFixture, IDealBookErrors {
    function openWith(LyingVerifier.Lie lie) internal returns (DealTerms memory terms) {
        terms = defaultTerms();
        terms.verifier = address(new LyingVerifier(lie));
        open(terms);
    }

    function test_game_verifierThatFails_isRefusedByName_forBoundedGas() public {
        for (uint256 i = 1; i < 9; ++i) {
            DealTerms memory terms = openWith(LyingVerifier.Lie(i));
            bytes memory reason = abi.encodeWithSelector(CertificateVerifierFailed.selector, terms.verifier);
            Settlement memory settlement = sale(terms, 1, 1);
            uint256 used = gasleft();
            book.settle(terms, SALT, list(settlement), "", false);
            used -= gasleft();
            assertTrue(used < book.VERIFIER_GAS() + 200_000, "bounded");
            assertRefused(terms, settlement, reason);
        }
    }

    function test_settle_verifiersOwnRefusal_isPassedOn() public {
        DealTerms memory terms = openWith(LyingVerifier.Lie.RefusesByCode);
        bytes memory reason = abi.encodeWithSelector(CertificateQuorumMissing.selector, 1, 2);
        assertRefused(terms, sale(terms, 1, 1), reason);
    }

    /// @dev A verifier that says yes to everything: listed oracles, in order, each once, a quorum of them.
    function test_game_verifierThatApproves_paysListedOraclesOnce() public {
        DealTerms memory terms = openWith(LyingVerifier.Lie.Approves);
        bytes memory reason = abi.encodeWithSelector(CertificateVerifierFailed.selector, terms.verifier);
        for (uint256 i = 3; i < 16; ++i) {
            Settlement memory settlement = sale(terms, 1, 1);
            settlement.oracleSignatures[2].index = uint8(i);
            assertRefused(terms, settlement, reason);
        }
        Settlement memory few = sale(terms, 1, 1);
        few.oracleSignatures = certify(keccak256("anything"), 1);
        assertRefused(terms, few, reason);
        few.oracleSignatures = certify(keccak256("anything"), 2);
        Record memory record = settle(terms, few);
        assertEq(record.shares[0].amount, HIGH / 20, "capped by the terms");
    }

    /// @dev The other settlements of a lenient batch go on: here those of the same deal fail too, and the call does not.
    function test_game_batchWithAVerifierThatBurns_isNotStopped() public {
        DealTerms memory terms = openWith(LyingVerifier.Lie.BurnsGas);
        Settlement[] memory settlements = new Settlement[](2);
        settlements[0] = sale(terms, 1, 1);
        settlements[1] = sale(terms, 2, 2);
        assertEq(book.settle{gas: 3_000_000}(terms, SALT, list(settlements), "", false), 0, "refused");
    }
}
