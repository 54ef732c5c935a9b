// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ClaimBook} from "../../src/dispute/ClaimBook.sol";
import {IClaimBook} from "../../src/dispute/interfaces/IClaimBook.sol";
import {IFinalVerifier, IGenesisVerifier, IStepVerifier} from "../../src/dispute/interfaces/IVerifiers.sol";
import {Bisection} from "../../src/dispute/libraries/Bisection.sol";
import {
    Checkpoint,
    Claim,
    DisputeRules,
    Game,
    GameStatus,
    Link,
    Proof
} from "../../src/dispute/types/DisputeTypes.sol";
import {MedToken} from "../../src/token/MedToken.sol";
import {Test} from "./Test.sol";

/// @dev Its only proof of some public signals is their hash. Real proofs are verified in packages/dispute and circuits.
contract HashVerifier is IGenesisVerifier, IStepVerifier {
    function verifyProof(
        uint256[2] calldata a,
        uint256[2][2] calldata,
        uint256[2] calldata,
        uint256[3] calldata signals
    ) external pure override(IGenesisVerifier, IStepVerifier) returns (bool) {
        return a[0] == uint256(keccak256(abi.encode(signals)));
    }
}

contract FinalHashVerifier is IFinalVerifier {
    function verifyProof(
        uint256[2] calldata a,
        uint256[2][2] calldata,
        uint256[2] calldata,
        uint256[4] calldata signals
    ) external pure returns (bool) {
        return a[0] == uint256(keccak256(abi.encode(signals)));
    }
}

/// @dev A claim over 1,000,000 steps whose true state after n steps is trueState(n).
abstract contract DisputeFixture is Test {
    uint128 internal constant CLAIM_BOND = 1000e18;
    uint128 internal constant CHALLENGE_BOND = 500e18;
    uint128 internal constant REWARD = 200e18;
    uint64 internal constant AVAILABILITY = 1 hours;
    uint64 internal constant WINDOW = 7 days;
    uint64 internal constant GRACE = 1 days;
    uint32 internal constant CLOCK = 1 days;
    uint32 internal constant EXTENSION = 1 hours;
    uint64 internal constant STEPS = 1_000_000;
    address internal constant SINK = address(0x51);
    address internal constant STRANGER = address(0x57);
    uint256 internal constant ASSERTER_KEY = 0xa55e;
    uint256 internal constant CHALLENGER_KEY = 0xc4a1;
    uint256 internal constant OTHER_KEY = 0xc4a2;

    MedToken internal med;
    ClaimBook internal book;
    address internal asserter;
    address internal challenger;
    address internal other;
    uint256[] internal recipientKeys;

    function setUp() public virtual {
        asserter = vm.addr(ASSERTER_KEY);
        challenger = vm.addr(CHALLENGER_KEY);
        other = vm.addr(OTHER_KEY);
        med = MedToken(shipped("medToken", abi.encode(address(this), 1_000_000e18)));
        book = ClaimBook(shipped("claimBook", abi.encode(someRules(), sortedRecipients())));
        address[3] memory players = [asserter, challenger, other];
        for (uint256 i = 0; i < players.length; ++i) {
            med.transfer(players[i], 100_000e18);
            vm.prank(players[i]);
            med.approve(address(book), type(uint256).max);
        }
        vm.warp(1_900_000_000);
    }

    function someRules() internal returns (DisputeRules memory) {
        HashVerifier verifier = new HashVerifier();
        return DisputeRules({
            bondToken: IERC20(address(med)),
            sink: SINK,
            genesisVerifier: verifier,
            stepVerifier: verifier,
            finalVerifier: new FinalHashVerifier(),
            claimBond: CLAIM_BOND,
            challengeBond: CHALLENGE_BOND,
            reward: REWARD,
            availabilityPeriod: AVAILABILITY,
            window: WINDOW,
            grace: GRACE,
            clock: CLOCK,
            extension: EXTENSION,
            linesPerSecond: 1000,
            stepLimit: 2 ** 40,
            lineLimit: 10_000_000,
            quorum: 2
        });
    }

    function sortedRecipients() internal returns (address[] memory recipients) {
        uint256[3] memory keys = [uint256(0x11), 0x12, 0x13];
        for (uint256 i = 0; i < 3; ++i) {
            for (uint256 j = i + 1; j < 3; ++j) {
                if (vm.addr(keys[j]) < vm.addr(keys[i])) (keys[i], keys[j]) = (keys[j], keys[i]);
            }
        }
        recipients = new address[](3);
        for (uint256 i = 0; i < 3; ++i) {
            recipientKeys.push(keys[i]);
            recipients[i] = vm.addr(keys[i]);
        }
    }

    // ---- runs ----

    function trueState(uint64 step) internal pure returns (bytes32) {
        return bytes32(uint256(keccak256(abi.encode("state", step))) >> 8);
    }

    function falseState(uint64 step) internal pure returns (bytes32) {
        return bytes32(uint256(keccak256(abi.encode("lie", step))) >> 8);
    }

    /// @dev Of a run that is false after `lieAt` steps.
    function toldState(uint64 step, uint64 lieAt) internal pure returns (bytes32) {
        return step > lieAt ? falseState(step) : trueState(step);
    }

    function claimTold(uint64 lieAt) internal pure returns (Claim memory) {
        return Claim({
            programId: bytes32(uint256(7)),
            inputRoot: bytes32(uint256(8)),
            firstState: trueState(0),
            lastState: toldState(STEPS, lieAt),
            answer: keccak256("answer"),
            exitCode: 0,
            steps: STEPS,
            lines: 10_000,
            inputLength: 300
        });
    }

    function trueClaim() internal pure returns (Claim memory) {
        return claimTold(type(uint64).max);
    }

    // ---- claims and games ----

    function openClaim(Claim memory content) internal returns (bytes32 id) {
        bytes memory receipts = receiptsFor(content, 2);
        vm.prank(asserter);
        id = book.makeClaim(content, receipts);
    }

    function openGame(address player, Claim memory content, Link link) internal returns (bytes32) {
        vm.prank(player);
        return book.challenge(asserter, content, link);
    }

    function receiptsFor(Claim memory content, uint256 count) internal view returns (bytes memory receipts) {
        bytes32 structHash = keccak256(
            abi.encode(
                keccak256("Receipt(bytes32 claim,bytes32 inputRoot,uint64 inputLength)"),
                book.claimId(asserter, content),
                content.inputRoot,
                content.inputLength
            )
        );
        bytes32 digest = typed(address(book), structHash);
        for (uint256 i = 0; i < count; ++i) receipts = bytes.concat(receipts, signed(recipientKeys[i], digest));
    }

    function typed(address contractAddress, bytes32 structHash) internal view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("ClaimBook"),
                keccak256("1"),
                block.chainid,
                contractAddress
            )
        );
        return keccak256(abi.encodePacked("\x19\x01", domain, structHash));
    }

    function signed(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    function statesOf(bytes32 id, uint64 lieAt) internal view returns (bytes32[] memory states) {
        Game memory game = book.gameOf(id);
        uint64 segments = Bisection.segmentsOf(game.low, game.high);
        states = new bytes32[](segments - 1);
        for (uint64 i = 1; i < segments; ++i) {
            states[i - 1] = toldState(Bisection.pointOf(game.low, game.high, segments, i), lieAt);
        }
    }

    function doSplit(bytes32 id, uint64 lieAt) internal returns (bytes32[] memory states) {
        states = statesOf(id, lieAt);
        uint16 depth = book.gameOf(id).depth;
        vm.prank(asserter);
        book.split(id, depth, states);
    }

    /// @dev The honest challenger's answer.
    function doPick(bytes32 id, bytes32[] memory states) internal {
        Game memory game = book.gameOf(id);
        uint256 segment = honestSegment(game, states);
        vm.prank(game.challenger);
        book.pick(id, game.depth, segment, states);
    }

    function honestSegment(Game memory game, bytes32[] memory states) internal pure returns (uint256) {
        uint64 segments = uint64(states.length + 1);
        for (uint64 i = 1; i < segments; ++i) {
            if (states[i - 1] != trueState(Bisection.pointOf(game.low, game.high, segments, i))) return i - 1;
        }
        return segments - 1;
    }

    /// @dev Both sides play a game down to one step.
    function playDown(bytes32 id, uint64 lieAt) internal returns (uint256 rounds) {
        while (book.gameOf(id).status == GameStatus.Split) {
            doPick(id, doSplit(id, lieAt));
            ++rounds;
        }
    }

    function stepProof(bytes32 before, bytes32 later) internal pure returns (Proof memory proof) {
        uint256[3] memory signals = [uint256(7), uint256(before), uint256(later)];
        proof.a[0] = uint256(keccak256(abi.encode(signals)));
    }

    function genesisProof(Claim memory content) internal pure returns (Proof memory proof) {
        uint256[3] memory signals =
            [uint256(content.programId), uint256(content.inputRoot), uint256(content.firstState)];
        proof.a[0] = uint256(keccak256(abi.encode(signals)));
    }

    function finalProof(Claim memory content) internal pure returns (Proof memory proof) {
        uint256[4] memory signals = [
            uint256(content.lastState),
            content.exitCode,
            uint256(content.answer) >> 128,
            uint256(content.answer) & type(uint128).max
        ];
        proof.a[0] = uint256(keccak256(abi.encode(signals)));
    }

    // ---- checks ----

    function refused(bytes4 selector, bytes memory call, address sender) internal {
        vm.prank(sender);
        (bool ok, bytes memory reason) = address(book).call(call);
        assertTrue(!ok, "it should be refused");
        assertEq(bytes32(bytes4(reason)), bytes32(selector), "by this error");
    }
}
