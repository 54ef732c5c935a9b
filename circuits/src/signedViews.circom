pragma circom 2.2.0;

/*
 * SignedViews: the operands of multiplications, divisions and shifts as integers of the field: 64
 * or 32 bits, signed or not.
 *
 * in       a, b: below 2^64; aBits[64], bBits[64]: their bits. isW: a bit: take the low 32 bits.
 *          isSignedA, isSignedB: bits: read as two's complement. The caller guarantees all of this.
 * out      x, y: the integers, from -2^63 to 2^64 - 1, negative ones as the field's order less
 *          their size. xIsNegative, yIsNegative: bits.
 *
 * No hints. Later products stay below 2^130 in size, so integers of the field behave like integers.
 *
 * Constraints: 8.
 */
template SignedViews() {
    signal input a;
    signal input b;
    signal input aBits[64];
    signal input bBits[64];
    signal input isW;
    signal input isSignedA;
    signal input isSignedB;
    signal output x;
    signal output y;
    signal output xIsNegative;
    signal output yIsNegative;

    var aLow = 0;
    var bLow = 0;
    for (var i = 0; i < 32; i++) {
        aLow += aBits[i] * (1 << i);
        bLow += bBits[i] * (1 << i);
    }
    signal aChosen <== a + isW * (aLow - a);
    signal bChosen <== b + isW * (bLow - b);
    signal aSign <== aBits[63] + isW * (aBits[31] - aBits[63]);
    signal bSign <== bBits[63] + isW * (bBits[31] - bBits[63]);
    xIsNegative <== isSignedA * aSign;
    yIsNegative <== isSignedB * bSign;
    var modulus = (1 << 64) + isW * ((1 << 32) - (1 << 64));
    x <== aChosen - xIsNegative * modulus;
    y <== bChosen - yIsNegative * modulus;
}
