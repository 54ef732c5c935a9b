pragma circom 2.2.0;

include "bitify.circom";

/*
 * Multiply: the 128-bit product x y, or x shifted left or right, as two halves
 * (docs/spec/machine.md, section 5).
 *
 * in       x, y: integers from -2^63 to 2^64 - 1 (SignedViews). shiftBits[6]: the low bits of the
 *          second operand. isW: a bit: an operation on 32 bits. isShift, isRight: bits; isRight
 *          only where isShift is 1. The caller guarantees all of this.
 * out      bits[128]: of the product modulo 2^128.
 *
 * A shift by n to the left multiplies by 2^n, whose low half is the result; to the right by 2^(64 -
 * n), whose high half is the result: 64 - n = 1 + the complement of n's bits, made of the same six
 * factors. With isW the sixth bit counts as 0. The product's size is at most 2^128, so the product
 * plus 2^128 lies from 0 to 2^129 and 130 bits determine it.
 *
 * Constraints: 145 (shift amount 7, power 6, the choice 1, product 1, bits 130).
 */
template Multiply() {
    signal input x;
    signal input y;
    signal input shiftBits[6];
    signal input isW;
    signal input isShift;
    signal input isRight;
    signal output bits[128];

    signal top <== shiftBits[5] * (1 - isW);
    signal amount[6];
    signal power[6];
    for (var i = 0; i < 6; i++) {
        var bit = i < 5 ? shiftBits[i] : top;
        amount[i] <== bit + isRight * (1 - 2 * bit);
        var factor = 1 + amount[i] * ((1 << (1 << i)) - 1);
        power[i] <== i == 0 ? factor : power[i - 1] * factor;
    }
    signal multiplier <== power[5] * (1 + isRight);
    signal second <== y + isShift * (multiplier - y);
    signal product <== x * second;
    signal shifted[130] <== Num2Bits(130)(product + (1 << 128));
    for (var i = 0; i < 128; i++) bits[i] <== shifted[i];
}
