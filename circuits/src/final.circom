pragma circom 2.2.0;

include "bitify.circom";
include "poseidon.circom";
include "stateHash.circom";

/*
 * Final: the state with hash `state` has halted, with this exit code in a0 and these 32 bytes of
 * answer at the start of its output (docs/spec/machine.md, section 9).
 *
 * public   state, exitCode, outputHigh, outputLow, in this order. exitCode is below 2^64;
 *          outputHigh and outputLow are bytes 0 to 15 and 16 to 31 of the answer as big-endian
 *          numbers below 2^128, the halves of a bytes32. Field elements; the verifier refuses
 *          others.
 * private  pc, words[11], memoryRoot, reservation: the rest of the state. line[8]: the line of the
 *          answer, of which the first two chunks are the answer. siblings[8][7]: the path from it
 *          to child 2, whose place is the first of every node. children[7]: the root's other
 *          children, without child 2.
 *
 * Every public signal but the state is cut out of something that its hash binds, bit by bit and
 * below the field's order, so each has one value. pc and reservation are bound and mean nothing
 * here.
 *
 * Constraints: 5,251 (ten nodes 4,020, registers 465, state hash 318, bits 448).
 */
template Final() {
    signal input pc;
    signal input words[11];
    signal input memoryRoot;
    signal input reservation;
    signal input line[8];
    signal input siblings[8][7];
    signal input children[7];
    signal output state;
    signal output exitCode;
    signal output outputHigh;
    signal output outputLow;

    signal registersHash <== Poseidon(11)(words);
    state <== StateHash()(pc, registersHash, memoryRoot, reservation, 1);
    // a0 is x10, the middle slot of word 3.
    signal slots[192] <== Num2Bits(192)(words[3]);
    var a0 = 0;
    for (var i = 0; i < 64; i++) a0 += slots[64 + i] * (1 << i);
    exitCode <== a0;

    signal nodes[9];
    nodes[0] <== Poseidon(8)(line);
    for (var level = 0; level < 8; level++) {
        var rest[7] = siblings[level];
        nodes[level + 1] <== Poseidon(8)(
            [nodes[level], rest[0], rest[1], rest[2], rest[3], rest[4], rest[5], rest[6]]
        );
    }
    var others[7] = children;
    signal root <== Poseidon(8)(
        [others[0], others[1], nodes[8], others[2], others[3], others[4], others[5], others[6]]
    );
    root === memoryRoot;

    // The answer's bytes, turned round: memory is little-endian, the halves of a bytes32 are not.
    signal highBits[128] <== Num2Bits(128)(line[0]);
    signal lowBits[128] <== Num2Bits(128)(line[1]);
    var high = 0;
    var low = 0;
    for (var i = 0; i < 16; i++) {
        for (var j = 0; j < 8; j++) {
            high += highBits[8 * i + j] * (1 << (8 * (15 - i) + j));
            low += lowBits[8 * i + j] * (1 << (8 * (15 - i) + j));
        }
    }
    outputHigh <== high;
    outputLow <== low;
}
