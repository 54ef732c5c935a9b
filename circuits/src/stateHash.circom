pragma circom 2.2.0;

include "poseidon.circom";

/*
 * StateHash: hash = H(pc, registers hash, memory root, reservation, status) (docs/spec/machine.md,
 * section 4).
 *
 * in       the five parts of a state, any field elements. That pc is even and below 2^31, the
 *          reservation at most 2^34 and the status 0 to 2 is an invariant: genesis makes it so,
 *          every step keeps it (step.circom).
 * out      hash.
 *
 * Constraints: 321.
 */
template StateHash() {
    signal input pc;
    signal input registersHash;
    signal input memoryRoot;
    signal input reservation;
    signal input status;
    signal output hash;

    hash <== Poseidon(5)([pc, registersHash, memoryRoot, reservation, status]);
}
