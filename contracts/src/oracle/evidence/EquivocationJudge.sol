// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Certificate, Record} from "../../exchange/types/ExchangeTypes.sol";
import {IConsentFacts, IExchangeFacts} from "../interfaces/IExchangeFacts.sol";
import {IOracleAdmission} from "../interfaces/IOracleAdmission.sol";
import {IPenaltyDesk, Offence} from "../interfaces/IPenaltyDesk.sol";
import {IQuorumVerifier} from "../interfaces/IQuorumVerifier.sol";
import {CertificateEvidence, SignedCertificate} from "./CertificateEvidence.sol";

/// @title Punishes an oracle that signed two certificates which can't both be true.
/// @dev One sealed record (manifest) of one deal has one record tag, whenever it is judged; and for one time and one validator one score. Both
/// follow from the sealed bytes alone, so nobody but the oracle can bring about a contradiction. The person tag follows from the credential too: an
/// issuer that gives two credentials over one record could frame an honest oracle with it, so it is for the court.
contract EquivocationJudge is CertificateEvidence {
    /// @notice Both certificates can be true.
    error EquivocationNone();
    /// @notice Two different oracles signed.
    error EquivocationSignersDiffer(address one, address two);

    /// @notice Carries out what is found.
    IPenaltyDesk public immutable desk;
    /// @notice MED: a loss in another token can't be counted in it.
    address public immutable token;

    constructor(
        IExchangeFacts exchangeFacts,
        IConsentFacts consentFacts,
        IOracleAdmission oracleAdmission,
        IQuorumVerifier verifier,
        IPenaltyDesk penaltyDesk,
        address stakeToken
    ) CertificateEvidence(exchangeFacts, consentFacts, oracleAdmission, verifier) {
        desk = penaltyDesk;
        token = stakeToken;
    }

    /// @notice Shows two certificates that one oracle signed. The caller is the reporter.
    /// @param records The sale that was made with one of them, if there was one: its consumer is refunded. At most one.
    function prove(SignedCertificate calldata one, SignedCertificate calldata two, Record[] calldata records) external {
        address operator = _certifierOf(one);
        address other = _certifierOf(two);
        if (operator != other) revert EquivocationSignersDiffer(operator, other);
        if (!areContradictory(one.certificate, two.certificate)) revert EquivocationNone();
        _use(keccak256(abi.encode(operator, one.certificate.dealId, one.certificate.manifestHash)));
        (address injured, uint256 loss) = _injuredOf(one.certificate, two.certificate, records);
        uint64 first = one.certificate.asOf < two.certificate.asOf ? one.certificate.asOf : two.certificate.asOf;
        desk.punish(Offence.Equivocation, operator, _past(first), injured, loss, msg.sender);
    }

    /// @notice Whether two certificates can't both be true.
    function areContradictory(Certificate calldata one, Certificate calldata two) public pure returns (bool) {
        if (one.dealId != two.dealId || one.manifestHash != two.manifestHash) return false;
        if (one.recordTag != two.recordTag) return true;
        return one.asOf == two.asOf && one.validatorHash == two.validatorHash && one.score != two.score;
    }

    function _injuredOf(Certificate calldata one, Certificate calldata two, Record[] calldata records)
        private
        view
        returns (address injured, uint256 loss)
    {
        if (records.length == 0) return (address(0), 0);
        Record calldata record = records[0];
        (bytes32 recordId,) = _knownRecord(record);
        bool made = record.certificateHash == exchange.hashCertificate(one)
            || record.certificateHash == exchange.hashCertificate(two);
        if (!made || records.length > 1) revert EvidenceRecordMismatch(recordId);
        return (record.consumer, record.token == token ? record.price : 0);
    }
}
