pragma circom 2.2.0;

include "bitify.circom";
include "comparators.circom";

/*
 * Divide: quotient and remainder of x by y, rounded towards zero, modulo 2^64; by zero the quotient
 * is 2^64 - 1 and the remainder x (docs/spec/machine.md, section 5).
 *
 * in       x, y: integers from -2^63 to 2^64 - 1. xIsNegative, yIsNegative: bits, their signs. The
 *          caller guarantees all of this.
 * out      quotient[64], remainder[64]: bits.
 *
 * Quotient and remainder are hints. They are held by x = q y + r with
 *   q = quotient - 2^64 qIsNegative, from -2^64 to 2^64 - 1, r = remainder - 2^64 rIsNegative, so
 *     that nothing wraps;
 *   r = 0 or of x's sign: rIsNegative is computed, so a remainder of the other sign (and a
 *     quotient off by one) has no proof;
 *   |r| < |y|, by |y| - |r| - 1 having 64 bits: otherwise q - 1 and r + y would do as well;
 *   y = 0: quotient = 2^64 - 1 and qIsNegative = 0, in one product, because a quotient below 2^64
 *     cannot make up for 2^64.
 * -2^63 / -1 = 2^63 needs no case of its own: its low 64 bits are the result. The constraints hold
 * for every pair, so the steps that do not divide have a proof too.
 *
 * Constraints: 204 (bits of quotient, remainder and difference 192, the rest 12).
 */
template Divide() {
    signal input x;
    signal input y;
    signal input xIsNegative;
    signal input yIsNegative;
    signal output quotient[64];
    signal output remainder[64];

    signal xSize <== x * (1 - 2 * xIsNegative);
    signal ySize <== y * (1 - 2 * yIsNegative);
    signal byZero <== IsZero()(y);

    var size = ySize == 0 ? 0 : xSize \ ySize;
    var rest = ySize == 0 ? xSize : xSize % ySize;
    var isBelow = ySize != 0 && xIsNegative != yIsNegative && size != 0;
    signal q <-- ySize == 0 ? (1 << 64) - 1 : (isBelow ? (1 << 64) - size : size);
    signal qIsNegative <-- isBelow ? 1 : 0;
    signal r <-- xIsNegative == 1 && rest != 0 ? (1 << 64) - rest : rest;

    quotient <== Num2Bits(64)(q);
    remainder <== Num2Bits(64)(r);
    qIsNegative * (qIsNegative - 1) === 0;
    signal isExact <== IsZero()(r);
    signal rIsNegative <== xIsNegative * (1 - isExact);
    signal rSigned <== r - (1 << 64) * rIsNegative;
    signal product <== (q - (1 << 64) * qIsNegative) * y;
    x === product + rSigned;

    signal rSize <== rSigned * (1 - 2 * xIsNegative);
    signal margin <== (1 - byZero) * (ySize - rSize - 1);
    signal marginBits[64] <== Num2Bits(64)(margin);
    byZero * (q - ((1 << 64) - 1) - (1 << 64) * qIsNegative) === 0;
}
