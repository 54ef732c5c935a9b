pragma circom 2.2.0;

include "addCompare.circom";
include "address.circom";
include "bitify.circom";
include "combineAtomic.circom";
include "comparators.circom";
include "divide.circom";
include "loadWord.circom";
include "multiply.circom";
include "nextPc.circom";
include "oneHot.circom";
include "operations.circom";
include "registerResult.circom";
include "signedViews.circom";
include "storeWord.circom";

/*
 * Execute: what an instruction does in a running state (docs/spec/machine.md, section 5), without
 * hashes.
 *
 * in       operation: there is no proof for one above 49. isLong, useImm, isW: bits; imm: below
 *          2^64: the rest of the entry. pc: even, below 2^31. first, second: the registers that the
 *          entry names, below 2^64. reservation: any field element. word, otherWord: the halves of
 *          the chunk that the step touches. The caller guarantees all of this, and that the chunk
 *          is the tree's at `place`.
 * out      place[30]: which chunk; bits. chunk, chunkNew: it, before and after, below 2^128.
 *          isWriting: a bit: rd takes `value`, below 2^64. pcNew, reservationNew, statusNew: those
 *          parts of the next state.
 *
 * A fault leaves everything but the status as it was: isWriting and the change of the chunk are 0,
 * pc and reservation stay. A step has at most one cause to fault, because the causes belong to
 * different operations, so `faults` is a bit.
 *
 * Completeness: every constraint can be met for every operation and all operands in the ranges
 * above, whatever the result is used for: the division by the operands of a jump, the product of an
 * address, the bytes at a misaligned one.
 *
 * Constraints: 1,044.
 */
template Execute() {
    signal input operation;
    signal input isLong;
    signal input useImm;
    signal input isW;
    signal input imm;
    signal input pc;
    signal input first;
    signal input second;
    signal input reservation;
    signal input word;
    signal input otherWord;
    signal output place[30];
    signal output chunk;
    signal output chunkNew;
    signal output isWriting;
    signal output value;
    signal output pcNew;
    signal output reservationNew;
    signal output statusNew;

    signal is[OPERATIONS()] <== OneHot(OPERATIONS())(operation);
    var isBranch = 0;
    for (var i = BEQ(); i <= BGEU(); i++) isBranch += is[i];
    var isLoad = 0;
    for (var i = LB(); i <= LWU(); i++) isLoad += is[i];
    var isStore = 0;
    for (var i = SB(); i <= SD(); i++) isStore += is[i];
    var isAmo = 0;
    for (var i = AMOSWAP(); i <= AMOMAXU(); i++) isAmo += is[i];
    var isExtreme = 0;
    for (var i = AMOMIN(); i <= AMOMAXU(); i++) isExtreme += is[i];
    var isAtomic = is[LR()] + is[SC()] + isAmo;
    signal isAtomicW <== isAtomic * isW;
    signal isAmoW <== isAmo * isW;
    var next = pc + 2 + 2 * isLong;

    signal secondBits[64] <== Num2Bits(64)(second);
    var secondByte = 0;
    var secondHalf = 0;
    var secondQuad = 0;
    for (var i = 0; i < 32; i++) {
        if (i < 8) secondByte += secondBits[i] * (1 << i);
        if (i < 16) secondHalf += secondBits[i] * (1 << i);
        secondQuad += secondBits[i] * (1 << i);
    }

    // The chunk, and what it holds at the address.
    component address = Address();
    address.isMemory <== isLoad + isStore + isAtomic;
    address.base <== first;
    address.offset <== useImm * imm;
    address.isHalf <== is[LH()] + is[LHU()] + is[SH()];
    address.isQuad <== is[LW()] + is[LWU()] + is[SW()] + isAtomicW;
    address.isDouble <== is[LD()] + is[SD()] + isAtomic - isAtomicW;
    var offset[4] = [address.bits[0], address.bits[1], address.bits[2], address.bits[3]];
    component old = LoadWord();
    old.word <== word;
    old.otherWord <== otherWord;
    old.offset <== offset;
    signal ofByte <== (is[LB()] + is[LBU()]) * old.byte;
    signal ofHalf <== (is[LH()] + is[LHU()]) * old.half;
    signal ofQuad <== (is[LW()] + is[LWU()] + isAtomicW) * old.quad;
    signal ofDouble <== (is[LD()] + isAtomic - isAtomicW) * word;
    signal byteExtension <== is[LB()] * old.byteSign;
    signal halfExtension <== is[LH()] * old.halfSign;
    signal quadExtension <== (is[LW()] + isAtomicW) * old.quadSign;
    signal extension <== byteExtension * ((1 << 64) - (1 << 8))
        + halfExtension * ((1 << 64) - (1 << 16))
        + quadExtension * ((1 << 64) - (1 << 32));
    signal loaded <== ofByte + ofHalf + ofQuad + ofDouble + extension;

    // The operands: memory's value for AMOs, an immediate where the entry says so.
    signal a <== first + isAmo * (loaded - first);
    signal chosen <== second + useImm * (imm - second);
    signal b <== chosen + isAmoW * (secondQuad + secondBits[31] * ((1 << 64) - (1 << 32)) - chosen);
    signal aBits[64] <== Num2Bits(64)(a);
    signal bBits[64] <== Num2Bits(64)(b);
    signal both[64];
    var conjunction = 0;
    var low[4] = [0, 0, 0, 0];
    for (var i = 0; i < 64; i++) {
        both[i] <== aBits[i] * bBits[i];
        conjunction += both[i] * (1 << i);
    }

    // What the operation computes.
    component sum = AddCompare();
    sum.a <== a;
    sum.b <== b;
    sum.aSign <== aBits[63];
    sum.bSign <== bBits[63];
    sum.isDifference <== is[SUB()] + is[SLT()] + is[SLTU()] + isBranch + isExtreme;
    var sumValue = 0;
    for (var i = 0; i < 64; i++) sumValue += sum.sum[i] * (1 << i);
    for (var i = 0; i < 32; i++) {
        low[0] += aBits[i] * (1 << i);
        low[1] += bBits[i] * (1 << i);
        low[2] += sum.sum[i] * (1 << i);
        low[3] += both[i] * (1 << i);
    }
    component views = SignedViews();
    views.a <== a;
    views.b <== b;
    views.aBits <== aBits;
    views.bBits <== bBits;
    views.isW <== isW;
    views.isSignedA <== is[DIV()] + is[REM()] + is[MULH()] + is[MULHSU()] + is[SRA()];
    views.isSignedB <== is[DIV()] + is[REM()] + is[MULH()];
    component product = Multiply();
    product.x <== views.x;
    product.y <== views.y;
    for (var i = 0; i < 6; i++) product.shiftBits[i] <== bBits[i];
    product.isW <== isW;
    product.isShift <== is[SLL()] + is[SRL()] + is[SRA()];
    product.isRight <== is[SRL()] + is[SRA()];
    component division = Divide();
    division.x <== views.x;
    division.y <== views.y;
    division.xIsNegative <== views.xIsNegative;
    division.yIsNegative <== views.yIsNegative;

    // Where it leads, and whether it may.
    component jump = NextPc();
    jump.is <== is;
    jump.next <== next;
    jump.target <== imm;
    jump.sumBits <== sum.sum;
    jump.isLess <== sum.isLess;
    jump.isLessSigned <== sum.isLessSigned;
    jump.isEqual <== sum.isEqual;
    signal isExit <== IsZero()((a - 93) * (a - 94));
    signal halts <== is[ECALL()] * isExit;
    signal faults <== is[ILLEGAL()] + address.isBad + jump.isBad + is[ECALL()] - halts;
    signal isReserved <== IsZero()(reservation - address.address - 1);
    signal isStored <== is[SC()] * isReserved;
    signal isStoredW <== isStored * isW;

    // What it stores.
    component atomic = CombineAtomic();
    atomic.is <== is;
    atomic.isW <== isAmoW;
    atomic.a <== a;
    atomic.b <== b;
    atomic.sum <== sumValue;
    atomic.conjunction <== conjunction;
    atomic.isLess <== sum.isLess;
    atomic.isLessSigned <== sum.isLessSigned;
    atomic.low <== low;
    component store = StoreWord();
    store.storesByte <== is[SB()];
    store.storesHalf <== is[SH()];
    store.storesQuad <== is[SW()] + isStoredW + isAmoW;
    store.storesDouble <== is[SD()] + isStored - isStoredW + isAmo - isAmoW;
    store.newByte <== secondByte;
    store.newHalf <== secondHalf;
    store.newQuad <== secondQuad + isAmo * (atomic.value - secondQuad);
    store.newDouble <== second + isAmo * (atomic.value - second);
    store.oldByte <== old.byte;
    store.oldHalf <== old.half;
    store.oldQuad <== old.quad;
    store.word <== word;
    store.inByte <== old.inByte;
    store.inHalf <== old.inHalf;
    store.bit2 <== offset[2];
    store.bit3 <== offset[3];
    store.isAllowed <== 1 - faults;

    chunk <== old.chunk;
    chunkNew <== old.chunk + store.change;
    for (var i = 0; i < 30; i++) place[i] <== address.bits[4 + i];
    component result = RegisterResult();
    result.is <== is;
    result.isW <== isW;
    result.sumBits <== sum.sum;
    result.productBits <== product.bits;
    result.quotientBits <== division.quotient;
    result.remainderBits <== division.remainder;
    result.conjunction <== conjunction;
    result.aPlusB <== a + b;
    result.isLess <== sum.isLess;
    result.isLessSigned <== sum.isLessSigned;
    result.next <== next;
    result.loaded <== loaded;
    result.isStored <== isStored;
    value <== result.value;
    isWriting <== (1 - is[ILLEGAL()] - isStore - isBranch - is[ECALL()]) * (1 - faults);
    pcNew <== pc + (1 - faults - halts) * (jump.pc - pc);
    signal reserved <== is[LR()] * (address.address + 1);
    signal replacesReservation <== (is[LR()] + is[SC()]) * (1 - faults);
    reservationNew <== reservation + replacesReservation * (reserved - reservation);
    statusNew <== 2 * faults + halts;
}
