pragma circom 2.2.0;

include "operations.circom";

/*
 * RegisterResult: what an instruction writes into rd (docs/spec/machine.md, section 5).
 *
 * in       is[50]: the operation's flags. isW: a bit: results of 32 bits, sign-extended.
 *          sumBits[64], productBits[128], quotientBits[64], remainderBits[64]: results as bits.
 *          conjunction: a and b. aPlusB: a + b, not reduced. isLess, isLessSigned: bits. next: the
 *          pc in sequence. loaded: what a load, LR or AMO read, below 2^64. isStored: 1 for an SC
 *          that stores. The caller guarantees all of this.
 * out      value: below 2^64; 0 where the operation writes no register.
 *
 * At most one term of the sum is not 0, because one flag is 1. Each is below 2^64: bits, or for OR
 * and XOR a + b less once or twice the bits that both have. No hints.
 *
 * Constraints: 16.
 */
template RegisterResult() {
    signal input is[OPERATIONS()];
    signal input isW;
    signal input sumBits[64];
    signal input productBits[128];
    signal input quotientBits[64];
    signal input remainderBits[64];
    signal input conjunction;
    signal input aPlusB;
    signal input isLess;
    signal input isLessSigned;
    signal input next;
    signal input loaded;
    signal input isStored;
    signal output value;

    // Sum, low product, high product, quotient, remainder: whole, and sign-extended from 32 bits.
    var whole[5] = [0, 0, 0, 0, 0];
    var extended[5] = [0, 0, 0, 0, 0];
    for (var i = 0; i < 64; i++) {
        var products[2] = [productBits[i], productBits[64 + i]];
        var results[5] = [sumBits[i], products[0], products[1], quotientBits[i], remainderBits[i]];
        for (var k = 0; k < 5; k++) {
            whole[k] += results[k] * (1 << i);
            if (i < 31) extended[k] += results[k] * (1 << i);
            // 2^64 - 2^31: bit 31 itself and all above it.
            if (i == 31) extended[k] += results[k] * ((1 << 64) - (1 << 31));
        }
    }
    var uses[5] = [
        is[ADD()] + is[SUB()],
        is[MUL()] + is[SLL()],
        is[MULH()] + is[MULHSU()] + is[MULHU()] + is[SRL()] + is[SRA()],
        is[DIV()] + is[DIVU()],
        is[REM()] + is[REMU()]
    ];
    signal sized[5];
    signal used[5];
    var total = 0;
    for (var k = 0; k < 5; k++) {
        sized[k] <== whole[k] + isW * (extended[k] - whole[k]);
        used[k] <== uses[k] * sized[k];
        total += used[k];
    }

    var isLoad = is[LR()];
    for (var i = LB(); i <= LWU(); i++) isLoad += is[i];
    for (var i = AMOSWAP(); i <= AMOMAXU(); i++) isLoad += is[i];
    signal ofAnd <== (is[AND()] - is[OR()] - 2 * is[XOR()]) * conjunction;
    signal ofEither <== (is[OR()] + is[XOR()]) * aPlusB;
    signal ofLess <== is[SLTU()] * isLess;
    signal ofLessSigned <== is[SLT()] * isLessSigned;
    signal ofNext <== (is[JAL()] + is[JALR()]) * next;
    signal ofLoad <== isLoad * loaded;
    var others = ofAnd + ofEither + ofLess + ofLessSigned + ofNext + ofLoad;
    value <== total + others + is[SC()] - isStored;
}
