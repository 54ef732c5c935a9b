pragma circom 2.2.0;

include "bitify.circom";
include "constants.circom";
include "poseidon.circom";
include "programId.circom";
include "stateHash.circom";

/*
 * Genesis: `state` is the hash of the first state of the program `programId` on the input with root
 * `inputRoot`, hidden by a salt that the prover knows (docs/spec/machine.md, sections 8 and 9).
 *
 * public   programId, inputRoot, state, in this order. Field elements; the verifier refuses numbers
 *          that are not below the field's order.
 * private  programRoot, imageRoot, entrySlot: what the program id is made of; the entry pc is 2
 *          entrySlot. salt[2]: the salt as two chunks. givenInputRoot: the input root.
 *          siblings[8][7]: the image's path to line 0, whose place is the first of every node.
 *
 * Every field of the state is fixed. pc: the entry, even and below 2^31. Registers: the constants
 * of a start, so below 2^64, x0 and slot 32 zero. Memory: child 0 is the image with line 0, which
 * holds nothing in the image, replaced by the salt; child 1 the input; child 2 (the output) and 3
 * to 7 are the zero subtree: no output written beforehand. Reservation and status: 0.
 *
 * Ranges. Salt: 128 bits a chunk, because every later step could be asked to open them (an access
 * below 4096 faults, and touches its chunk). Chunks of the image: the program id's maker loaded
 * them from bytes. Chunks of the input: the recipients recomputed its root from bytes before they
 * signed for it; a root of anything else could only keep its maker from proving a step.
 *
 * Constraints: 8,110 (two paths of 8 levels 6,429, salted line 384, memory root 384, program id
 * 315, state hash 312, salt 256, entry 30).
 */
template Genesis() {
    signal input programRoot;
    signal input imageRoot;
    signal input entrySlot;
    signal input salt[2];
    signal input givenInputRoot;
    signal input siblings[8][7];
    signal output programId;
    signal output inputRoot;
    signal output state;

    signal slotBits[30] <== Num2Bits(30)(entrySlot);
    var entry = 2 * entrySlot;
    var registersHash = FIRST_REGISTERS_HASH();
    programId <== ProgramId()(programRoot, imageRoot, registersHash, entry);

    signal lowSaltBits[128] <== Num2Bits(128)(salt[0]);
    signal highSaltBits[128] <== Num2Bits(128)(salt[1]);
    signal plain[9];
    signal salted[9];
    plain[0] <== ZERO_LINE();
    salted[0] <== Poseidon(8)([salt[0], salt[1], 0, 0, 0, 0, 0, 0]);
    for (var level = 0; level < 8; level++) {
        var rest[7] = siblings[level];
        plain[level + 1] <== Poseidon(8)(
            [plain[level], rest[0], rest[1], rest[2], rest[3], rest[4], rest[5], rest[6]]
        );
        salted[level + 1] <== Poseidon(8)(
            [salted[level], rest[0], rest[1], rest[2], rest[3], rest[4], rest[5], rest[6]]
        );
    }
    plain[8] === imageRoot;

    inputRoot <== givenInputRoot;
    var zero = ZERO_CHILD();
    signal memoryRoot <== Poseidon(8)([salted[8], inputRoot, zero, zero, zero, zero, zero, zero]);
    state <== StateHash()(entry, registersHash, memoryRoot, 0, 0);
}
