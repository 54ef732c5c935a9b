pragma circom 2.2.0;

include "operations.circom";

/*
 * CombineAtomic: the value that an AMO stores, in its low 64 or 32 bits (docs/spec/machine.md,
 * section 5).
 *
 * in       is[50]: the operation's flags. isW: 1 for an AMO on 32 bits. a, b: what memory held and
 *          the register, below 2^64, sign-extended from 32 bits where isW is 1. sum, conjunction: a
 *          + b modulo 2^64, a and b. isLess, isLessSigned: whether a is below b. low[4]: the low 32
 *          bits of a, b, sum and conjunction. The caller guarantees all of this.
 * out      value: below 2^64, below 2^32 where isW is 1; 0 where the operation is no AMO.
 *
 * No hints. Sign extension keeps the order of unsigned 32-bit numbers, so one comparison serves
 * both sizes.
 *
 * Constraints: 12 (cutting 4, the lesser 3, the choice 5).
 */
template CombineAtomic() {
    signal input is[OPERATIONS()];
    signal input isW;
    signal input a;
    signal input b;
    signal input sum;
    signal input conjunction;
    signal input isLess;
    signal input isLessSigned;
    signal input low[4];
    signal output value;

    signal cutA <== a + isW * (low[0] - a);
    signal cutB <== b + isW * (low[1] - b);
    signal cutSum <== sum + isW * (low[2] - sum);
    signal cutAnd <== conjunction + isW * (low[3] - conjunction);

    var isSigned = is[AMOMIN()] + is[AMOMAX()];
    var isMin = is[AMOMIN()] + is[AMOMINU()];
    var isMax = is[AMOMAX()] + is[AMOMAXU()];
    signal less <== isLess + isSigned * (isLessSigned - isLess);
    signal takeA <== isMin * (2 * less - 1) + 1 - less;
    signal chosen <== cutB + takeA * (cutA - cutB);

    signal ofExtreme <== (isMin + isMax) * chosen;
    signal ofSwap <== is[AMOSWAP()] * cutB;
    signal ofSum <== is[AMOADD()] * cutSum;
    signal ofBoth <== (is[AMOXOR()] + is[AMOOR()]) * (cutA + cutB);
    signal ofAnd <== (is[AMOAND()] - is[AMOOR()] - 2 * is[AMOXOR()]) * cutAnd;
    value <== ofExtreme + ofSwap + ofSum + ofBoth + ofAnd;
}
