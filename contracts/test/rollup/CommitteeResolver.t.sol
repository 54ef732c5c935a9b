// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CommitteeResolver} from "../../src/rollup/CommitteeResolver.sol";
import {ClaimOutcome} from "../../src/rollup/interfaces/IClaimResolver.sol";
import {ICommittee} from "../../src/rollup/interfaces/ICommittee.sol";
import {ICommitteeResolver} from "../../src/rollup/interfaces/ICommitteeResolver.sol";
import {RollupFixture} from "../support/RollupFixture.sol";

/// @dev R24.
contract CommitteeResolverTest is RollupFixture {
    uint64 internal constant WINDOW = 1 hours;
    bytes32 internal constant PROGRAM_ID = keccak256("program");
    bytes32 internal constant ANSWER = keccak256("answer");
    CommitteeResolver internal judged;

    function setUp() public override {
        super.setUp();
        judged = CommitteeResolver(shipped("committeeResolver", abi.encode(committee, WINDOW)));
    }

    function test_claim_nobodyDenies_stands() public {
        bytes32 id = claim();
        (address claimant, bytes32 programId, bytes32 answer) = judged.claimOf(id);
        assertEq(claimant, ASSERTER, "claimant");
        assertEq(programId, PROGRAM_ID, "program");
        assertEq(answer, ANSWER, "answer");
        assertTrue(judged.says(id, ASSERTER, PROGRAM_ID, 0, ANSWER), "it says so");
        assertTrue(!judged.says(id, RIVAL, PROGRAM_ID, 0, ANSWER), "another claimant");
        assertTrue(!judged.says(id, ASSERTER, ANSWER, 0, ANSWER), "another program");
        assertTrue(!judged.says(id, ASSERTER, PROGRAM_ID, 1, ANSWER), "another exit code");
        assertTrue(!judged.says(id, ASSERTER, PROGRAM_ID, 0, PROGRAM_ID), "another answer");
        assertTrue(!judged.says(ANSWER, address(0), 0, 0, 0), "an unknown claim says nothing");
        vm.warp(block.timestamp + WINDOW - 1);
        assertTrue(judged.outcomeOf(id) == ClaimOutcome.Open, "open in its window");
        vm.warp(block.timestamp + 1);
        assertTrue(judged.outcomeOf(id) == ClaimOutcome.Stands, "stands after it");
        assertEq(judged.winnerOf(id), address(0), "nobody won");
    }

    function test_claim_again_reverts() public {
        bytes32 id = claim();
        vm.expectRevert(abi.encodeWithSelector(ICommitteeResolver.ClaimExists.selector, id));
        vm.prank(ASSERTER);
        judged.claim(PROGRAM_ID, ANSWER);
    }

    function test_deny_byTheThreshold_falls() public {
        bytes32 id = claim();
        judged.deny(id, RIVAL, signaturesOf(denial(id, RIVAL), 3));
        assertTrue(judged.outcomeOf(id) == ClaimOutcome.Falls, "falls");
        assertEq(judged.winnerOf(id), RIVAL, "winner");
        vm.warp(block.timestamp + WINDOW);
        assertTrue(judged.outcomeOf(id) == ClaimOutcome.Falls, "for good");
        bytes memory again = signaturesOf(denial(id, ASSERTER), 3);
        vm.expectRevert(abi.encodeWithSelector(ICommitteeResolver.ClaimNotOpen.selector, id, block.timestamp));
        judged.deny(id, ASSERTER, again);
    }

    function test_deny_tooFewOrOfAnother_reverts() public {
        bytes32 id = claim();
        bytes memory one = signaturesOf(denial(id, RIVAL), 1);
        vm.expectRevert(abi.encodeWithSelector(ICommittee.CommitteeSignaturesMissing.selector, 1, 2));
        judged.deny(id, RIVAL, one);
        // What was signed for another winner, another claim or another resolver is not a denial of this.
        CommitteeResolver other = CommitteeResolver(shipped("committeeResolver", abi.encode(committee, WINDOW)));
        bytes[3] memory foreign = [
            signaturesOf(denial(id, ASSERTER), 3),
            signaturesOf(denial(keccak256("claim"), RIVAL), 3),
            signaturesOf(typed("CommitteeResolver", address(other), structOf(id, RIVAL)), 3)
        ];
        for (uint256 i = 0; i < foreign.length; ++i) {
            vm.expectRevert();
            judged.deny(id, RIVAL, foreign[i]);
        }
        assertTrue(judged.outcomeOf(id) == ClaimOutcome.Open, "open still");
    }

    function test_deny_withoutWinnerOrClaimOrTime_reverts() public {
        bytes32 id = claim();
        vm.expectRevert(abi.encodeWithSelector(ICommitteeResolver.ClaimWinnerMissing.selector));
        judged.deny(id, address(0), "");
        bytes32 unknown = keccak256("claim");
        vm.expectRevert(abi.encodeWithSelector(ICommitteeResolver.ClaimNotOpen.selector, unknown, 0));
        judged.deny(unknown, RIVAL, "");
        uint64 end = uint64(block.timestamp) + WINDOW;
        vm.warp(end);
        bytes memory late = signaturesOf(denial(id, RIVAL), 3);
        vm.expectRevert(abi.encodeWithSelector(ICommitteeResolver.ClaimNotOpen.selector, id, end));
        judged.deny(id, RIVAL, late);
    }

    function claim() internal returns (bytes32) {
        vm.prank(ASSERTER);
        return judged.claim(PROGRAM_ID, ANSWER);
    }

    function denial(bytes32 id, address winner) internal view returns (bytes32) {
        return typed("CommitteeResolver", address(judged), structOf(id, winner));
    }

    function structOf(bytes32 id, address winner) internal pure returns (bytes32) {
        return keccak256(abi.encode(keccak256("Denial(bytes32 claim,address winner)"), id, winner));
    }
}
