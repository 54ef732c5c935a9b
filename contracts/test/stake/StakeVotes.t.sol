// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Votes} from "@openzeppelin/contracts/governance/utils/Votes.sol";
import {IStakeVotes} from "../../src/stake/interfaces/IStakeVotes.sol";
import {StakeFixture} from "../support/StakeFixture.sol";

/// @dev K14.
contract StakeVotesTest is StakeFixture {
    function test_votes_followStake() public {
        delegate(FIRST, ANNA, 10e18);
        delegate(SECOND, ANNA, 20e18);
        assertEq(votes.getVotes(ANNA), 30e18, "both pools");
        undelegate(FIRST, ANNA, 4e18);
        assertEq(votes.getVotes(ANNA), 26e18, "unbonding does not vote");
        redelegate(SECOND, FIRST, ANNA, 20e18);
        assertEq(votes.getVotes(ANNA), 26e18, "redelegated does");
        assertEq(votes.unitsOf(ANNA), 26e18, "units");
    }

    function test_votes_past_areThoseOfThen() public {
        delegate(FIRST, ANNA, 10e18);
        uint256 then = block.timestamp;
        pass(1 days);
        undelegate(FIRST, ANNA, 10e18);
        delegate(FIRST, BORIS, 7e18);
        uint256 later = block.timestamp;
        pass(1 days);
        assertEq(votes.getPastVotes(ANNA, then), 10e18, "then");
        assertEq(votes.getPastVotes(ANNA, later), 0, "later");
        assertEq(votes.getPastTotalSupply(then), 2 * MILLION + 10e18, "supply then");
        assertEq(votes.getPastTotalSupply(later), 2 * MILLION + 7e18, "supply later");
        assertEq(votes.clock(), block.timestamp, "by time");
        assertEq(keccak256(bytes(votes.CLOCK_MODE())), keccak256("mode=timestamp"), "mode");
        vm.expectRevert(
            abi.encodeWithSelector(Votes.ERC5805FutureLookup.selector, block.timestamp, block.timestamp)
        );
        votes.getPastVotes(ANNA, block.timestamp);
    }

    function test_votes_delegated_followStakeToo() public {
        delegate(FIRST, ANNA, 10e18);
        assertEq(votes.delegates(ANNA), ANNA, "herself");
        vm.prank(ANNA);
        votes.delegate(BORIS);
        assertEq(votes.getVotes(ANNA), 0, "given");
        assertEq(votes.getVotes(BORIS), 10e18, "received");
        delegate(FIRST, ANNA, 5e18);
        assertEq(votes.getVotes(BORIS), 15e18, "more");
        undelegate(FIRST, ANNA, 15e18);
        assertEq(votes.getVotes(BORIS), 0, "none");
        delegate(FIRST, ANNA, 5e18);
        vm.prank(ANNA);
        votes.delegate(address(0));
        assertEq(votes.getVotes(ANNA), 5e18, "back to herself");
        assertEq(votes.getVotes(BORIS), 0, "taken back");
        undelegate(FIRST, ANNA, 5e18);
        assertEq(votes.getVotes(ANNA), 0, "and away");
    }

    /// @dev A slash counts for the operator at once, for its delegators when anybody syncs them or they act.
    function test_votes_afterSlash_sync() public {
        delegate(FIRST, ANNA, 10e18);
        delegate(FIRST, BORIS, 10e18);
        slashNow(FIRST, 0.5e18);
        assertEq(votes.getVotes(FIRST), MILLION / 2, "the operator at once");
        assertEq(votes.getVotes(ANNA), 10e18, "not yet");
        vm.prank(STRANGER);
        book.sync(FIRST, ANNA);
        assertEq(votes.getVotes(ANNA), 5e18, "synced");
        delegate(FIRST, BORIS, 2e18);
        assertEq(votes.getVotes(BORIS), 7e18, "by acting");
        book.sync(THIRD, STRANGER);
        assertEq(votes.getVotes(STRANGER), 0, "nothing for nothing");
    }

    function test_votes_lienTaken_counts() public {
        delegate(FIRST, ANNA, 10e18);
        redelegate(FIRST, SECOND, ANNA, 10e18);
        book.slash(FIRST, 0.5e18, uint40(block.timestamp));
        book.settleLiens(SECOND, ANNA, 1);
        assertEq(votes.getVotes(ANNA), 5e18, "half");
    }

    function test_votes_bySignature_once() public {
        uint256 key = 0xa11ce;
        address signer = vm.addr(key);
        token.transfer(signer, 10e18);
        vm.prank(signer);
        token.approve(address(book), 10e18);
        delegate(FIRST, signer, 10e18);
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("StakeVotes"),
                keccak256("1"),
                block.chainid,
                address(votes)
            )
        );
        bytes32 message = keccak256(
            abi.encode(
                keccak256("Delegation(address delegatee,uint256 nonce,uint256 expiry)"), BORIS, 0, block.timestamp
            )
        );
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, keccak256(abi.encodePacked(hex"1901", domain, message)));
        votes.delegateBySig(BORIS, 0, block.timestamp, v, r, s);
        assertEq(votes.getVotes(BORIS), 10e18, "delegated");
        vm.expectRevert();
        votes.delegateBySig(BORIS, 0, block.timestamp, v, r, s);
    }

    function test_votes_writtenByTheBookAlone() public {
        vm.expectRevert(
            abi.encodeWithSelector(IStakeVotes.StakeVotesWriterOnly.selector, address(book), address(this))
        );
        votes.move(ANNA, 0, 1);
        assertEq(votes.stakeBook(), address(book), "book");
    }
}
