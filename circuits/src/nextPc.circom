pragma circom 2.2.0;

include "comparators.circom";
include "operations.circom";

/*
 * NextPc: where an instruction leads if it neither faults nor halts (docs/spec/machine.md, section
 * 5).
 *
 * in       is[50]: the operation's flags. next: the pc in sequence. target: the immediate, an
 *          absolute pc for branches and JAL. sumBits[64]: a + b modulo 2^64 for JALR. isLess,
 *          isLessSigned, isEqual: bits. The caller guarantees all of this.
 * out      pc. isBad: 1 for a JALR to 2^31 or above, which faults.
 *
 * The decoder writes no target that is odd, or 2^31 or above; a JALR's is made even here; and the
 * last slots of every table are ILLEGAL, so `next` stays below 2^31. That a pc is even and below
 * 2^31 is proven again by the step that fetches from it.
 *
 * Constraints: 8.
 */
template NextPc() {
    signal input is[OPERATIONS()];
    signal input next;
    signal input target;
    signal input sumBits[64];
    signal input isLess;
    signal input isLessSigned;
    signal input isEqual;
    signal output pc;
    signal output isBad;

    signal whenEqual <== (is[BEQ()] - is[BNE()]) * isEqual;
    signal whenLess <== (is[BLTU()] - is[BGEU()]) * isLess;
    signal whenLessSigned <== (is[BLT()] - is[BGE()]) * isLessSigned;
    var isTaken = whenEqual + whenLess + whenLessSigned;
    isTaken += is[BNE()] + is[BGE()] + is[BGEU()] + is[JAL()];

    var indirect = 0;
    for (var i = 1; i < 31; i++) indirect += sumBits[i] * (1 << i);
    var above = 0;
    for (var i = 31; i < 64; i++) above += sumBits[i];
    signal isInside <== IsZero()(above);
    isBad <== is[JALR()] * (1 - isInside);

    signal jump <== isTaken * (target - next);
    signal indirectJump <== is[JALR()] * (indirect - next);
    pc <== next + jump + indirectJump;
}
