// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {LowLevelCall} from "@openzeppelin/contracts/utils/LowLevelCall.sol";
import {Memory} from "@openzeppelin/contracts/utils/Memory.sol";
import {CertificateBatches} from "../oracle/libraries/CertificateBatches.sol";
import {DealBookJudgement} from "./DealBookJudgement.sol";
import {IDealBook} from "./interfaces/IDealBook.sol";
import {PackedSettlement} from "./libraries/PackedSettlement.sol";
import {Certificate, Deal, DealState, DealTerms, Record, Share} from "./types/ExchangeTypes.sol";

/// @title Paying of settlements.
abstract contract DealBookSettlement is DealBookJudgement {
    /// @inheritdoc IDealBook
    function settle(
        DealTerms calldata terms,
        bytes32 salt,
        bytes[] calldata settlements,
        bytes calldata certification,
        bool strict
    ) external nonReentrant returns (uint256 settled) {
        (bytes32 dealId, Deal storage deal) = _knownDeal(terms, salt);
        if (settlements.length == 0 || settlements.length > MAXIMUM_SETTLEMENTS) {
            revert DealTermOutOfRange("settlements", settlements.length, 1, MAXIMUM_SETTLEMENTS);
        }
        Certification memory batch;
        if (certification.length != 0) batch = _certifyBatch(terms, dealId, settlements, certification);
        uint256 fees;
        (settled, fees) = _settleEach(terms, dealId, settlements, batch, strict);
        _push(terms.token, msg.sender, fees);
        if (settled != 0 && deal.records == terms.maximumRecords) {
            // A deal that has ended stays what it is: an unwinding reopens only what was Active or Paused.
            if (deal.state == DealState.Active || deal.state == DealState.Paused) {
                deal.state = DealState.Completed;
                emit DealStateChanged(dealId, DealState.Completed, deal.stoppedAt);
            }
            _refund(terms, dealId, deal);
        }
    }

    /// @inheritdoc IDealBook
    function judge(DealTerms calldata terms, bytes32 salt, bytes calldata settlement, address relayer)
        external
        view
        returns (bytes4 code)
    {
        bytes32 dealId = dealIdOf(terms, salt);
        if (_deals[dealId].state == DealState.None) return DealUnknown.selector;
        Certification memory none;
        return bytes4(_judge(terms, dealId, settlement, none, relayer).reason);
    }

    function _settleEach(
        DealTerms calldata terms,
        bytes32 dealId,
        bytes[] calldata settlements,
        Certification memory batch,
        bool strict
    ) private returns (uint256 settled, uint256 fees) {
        for (uint256 i = 0; i < settlements.length; ++i) {
            // What one settlement needs of memory is free again for the next: the price of memory grows with its square.
            Memory.Pointer free = Memory.getFreeMemoryPointer();
            Judgement memory judgement = _judge(terms, dealId, settlements[i], batch, msg.sender);
            if (judgement.reason.length == 0) {
                _pay(terms, judgement);
                fees += judgement.relayerFee;
                ++settled;
            } else {
                if (strict) LowLevelCall.bubbleRevert(judgement.reason);
                emit SettlementRefused(dealId, bytes4(judgement.reason), i, judgement.reason);
            }
            Memory.unsafeSetFreeMemoryPointer(free);
        }
    }

    /// @dev One root over the certificates of a call, in its order, certified once.
    function _certifyBatch(
        DealTerms calldata terms,
        bytes32 dealId,
        bytes[] calldata settlements,
        bytes calldata certification
    ) private view returns (Certification memory) {
        bytes32[] memory hashes = new bytes32[](settlements.length);
        Memory.Pointer free = Memory.getFreeMemoryPointer();
        for (uint256 i = 0; i < settlements.length; ++i) {
            if (settlements[i].length != PackedSettlement.SIZE) continue; // is refused when its turn comes
            Certificate memory certificate = PackedSettlement.certificate(settlements[i], dealId, terms);
            hashes[i] = hashCertificate(certificate);
            Memory.unsafeSetFreeMemoryPointer(free);
        }
        return _certify(terms, hashCertificateBatch(CertificateBatches.rootOf(hashes)), certification);
    }

    // ---- paying ----

    function _pay(DealTerms calldata terms, Judgement memory judgement) private {
        Record memory record = _recordFrom(terms, judgement);
        Deal storage deal = _deals[judgement.dealId];
        // One write to the deal's slot.
        (uint120 available, uint32 records) = (deal.available, deal.records);
        (deal.available, deal.records) = (available - uint120(judgement.price), records + 1);
        consentBook.take(
            judgement.dealId, record.personTag, record.ordinal, judgement.recordId, _commitmentOf(record)
        );
        _emitSettled(judgement, record);
        _push(record.token, record.payout, record.net);
    }

    /// @dev First 31 bytes of keccak256(abi.encode(record)), for half the gas. The tests compare it with abi.encode.
    function _commitmentOf(Record memory record) private pure returns (bytes31) {
        // In memory a Record is 17 words and a pointer to its shares; abi.encode writes an offset, the same 17 words, another offset and the
        // shares inline: | 0x20 | 17 words | 0x240 | length | oracle, amount | ... |
        Share[] memory shares = record.shares;
        bytes32 hash;
        assembly ("memory-safe") {
            let start := mload(0x40)
            mstore(start, 0x20)
            mcopy(add(start, 0x20), record, 0x220)
            mstore(add(start, 0x240), 0x240)
            let count := mload(shares)
            mstore(add(start, 0x260), count)
            let end := add(start, 0x280)
            for { let i := 1 } iszero(gt(i, count)) { i := add(i, 1) } {
                mcopy(end, mload(add(shares, mul(i, 0x20))), 0x40)
                end := add(end, 0x40)
            }
            hash := keccak256(start, sub(end, start))
        }
        return bytes31(hash);
    }

    /// @dev What the record is made of, beside the deal's terms: a third of its words.
    function _emitSettled(Judgement memory judgement, Record memory record) private {
        uint256 amounts = judgement.price << 128 | judgement.relayerFee;
        uint256 times = judgement.certification.signers << 144 | uint256(record.ordinal) << 128
            | uint256(record.settledAt) << 64 | record.consentUntil;
        uint256 commissions = judgement.certification.commissions;
        bytes32 topic = RecordSettled.selector;
        (bytes32 recordId, bytes32 dealId) = (judgement.recordId, judgement.dealId);
        (address provider, address payout) = (record.provider, record.payout);
        assembly ("memory-safe") {
            let start := mload(0x40)
            // The five hashes stand in the record one after another, from its second word on.
            mcopy(start, add(record, 0x20), 0xa0)
            mstore(add(start, 0xa0), payout)
            mstore(add(start, 0xc0), caller())
            mstore(add(start, 0xe0), amounts)
            mstore(add(start, 0x100), times)
            mstore(add(start, 0x120), commissions)
            log4(start, 0x140, topic, recordId, dealId, provider)
        }
    }

    function _recordFrom(DealTerms calldata terms, Judgement memory judgement)
        private
        view
        returns (Record memory record)
    {
        Certificate memory certificate = judgement.certificate;
        record.dealId = judgement.dealId;
        record.personTag = certificate.personTag;
        record.recordTag = certificate.recordTag;
        record.manifestHash = certificate.manifestHash;
        record.certificateHash = judgement.certificateHash;
        record.consentHash = judgement.consentHash;
        record.consumer = terms.consumer;
        record.token = terms.token;
        record.provider = certificate.provider;
        record.payout = judgement.consent.payout;
        record.ordinal = judgement.ordinal;
        record.price = uint128(judgement.price);
        record.net = uint128(judgement.net);
        record.relayerFee = uint128(judgement.relayerFee);
        record.settledAt = uint64(block.timestamp);
        record.deliveryEnd = uint64(block.timestamp + terms.deliveryWindow);
        record.consentUntil = judgement.consent.consentUntil;
        record.shares = judgement.shares;
    }
}
