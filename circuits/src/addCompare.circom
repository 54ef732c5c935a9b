pragma circom 2.2.0;

include "bitify.circom";
include "comparators.circom";

/*
 * AddCompare: sum = a + b, or a - b, modulo 2^64; and how a and b compare (docs/spec/machine.md,
 * section 5).
 *
 * in       a, b: below 2^64, which the caller guarantees. aSign, bSign: their bits 63, from the
 *          caller's decompositions. isDifference: a bit, which the caller guarantees: take a - b,
 *          as comparisons need it.
 * out      sum[64]: bits. isLess, isLessSigned, isEqual: bits; the first two mean something only
 *          where isDifference is 1.
 *
 * a + b, or a - b + 2^64, lies from 0 to 2^65 - 2, far below the field's order, so 65 bits
 * determine it; bit 64 of the difference is "no borrow". Signed order differs from unsigned order
 * exactly where the signs differ.
 *
 * Constraints: 70 (the choice 1, bits 65, signs 2, equality 2).
 */
template AddCompare() {
    signal input a;
    signal input b;
    signal input aSign;
    signal input bSign;
    signal input isDifference;
    signal output sum[64];
    signal output isLess;
    signal output isLessSigned;
    signal output isEqual;

    signal turned <== isDifference * ((1 << 64) - 2 * b);
    signal bits[65] <== Num2Bits(65)(a + b + turned);
    for (var i = 0; i < 64; i++) sum[i] <== bits[i];

    isLess <== 1 - bits[64];
    signal haveTwoSigns <== aSign + bSign - 2 * aSign * bSign;
    isLessSigned <== isLess + haveTwoSigns - 2 * isLess * haveTwoSigns;
    isEqual <== IsZero()(a - b);
}
