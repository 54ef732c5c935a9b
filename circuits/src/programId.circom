pragma circom 2.2.0;

include "poseidon.circom";

/*
 * ProgramId: programId = H(program root, image root, registers hash, entry pc, machine version 1)
 * (docs/spec/machine.md, section 8).
 *
 * in       programRoot, imageRoot, registersHash, entry: any field elements, bound by the hash.
 * out      programId.
 *
 * Constraints: 318 (a hash of five, of which one is a constant).
 */
template ProgramId() {
    signal input programRoot;
    signal input imageRoot;
    signal input registersHash;
    signal input entry;
    signal output programId;

    programId <== Poseidon(5)([programRoot, imageRoot, registersHash, entry, 1]);
}
