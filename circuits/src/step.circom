pragma circom 2.2.0;

include "addCompare.circom";
include "address.circom";
include "bitify.circom";
include "combineAtomic.circom";
include "comparators.circom";
include "divide.circom";
include "fetch.circom";
include "loadWord.circom";
include "multiply.circom";
include "nextPc.circom";
include "operations.circom";
include "poseidon.circom";
include "readRegister.circom";
include "registerResult.circom";
include "signedViews.circom";
include "stateHash.circom";
include "storeWord.circom";
include "updatePath.circom";
include "writeRegister.circom";

/*
 * Step: the prover knows a state with hash `before` of a machine that runs the program `programId`, and the step of
 * docs/machine.md, section 5, leads from it to the state with hash `after`.
 *
 * public   programId, before, after, in this order. Field elements; the verifier refuses numbers that are not below the field's order.
 * private  slot, words[11], memoryRoot, reservation, status: the state; pc = 2 slot, words as packed registers.
 *          programRoot, imageRoot, registersHash, entry: what the program id is made of.
 *          operation, rd, rs1, rs2, isLong, useImm, isW, imm, programPath[10][8]: the entry at slot, and its path.
 *          word, otherWord, memoryPath[10][8]: the chunk that the step touches, and its path.
 *
 * Every private signal is bound by a hash: the state by `before`, the entry and the paths by the roots. Nothing else decides: given
 * the public signals and the collision resistance of Poseidon, `after` has one value.
 *
 * Ranges. pc: even and below 2^31 by its 30 bits. Registers: 64 bits where read (ReadRegister); what is written is below 2^64
 * (RegisterResult). Chunk: 128 bits (LoadWord), and so is the new one (StoreWord). Reservation: bound by the hash, made from an address
 * of 34 bits. Status: 0, 1 or 2, here and in genesis; any other number would count as stopped.
 *
 * Completeness. All constraints hold for every operation, whatever the operands, and a step that faults, halts or has stopped touches a
 * chunk like any other: so each state that genesis and steps lead to has a proof. `after` of a stopped state is `before`.
 *
 * Constraints: 15,973 (fetch 4,555, memory path 8,180, registers 1,599, two state hashes 642, the rest 997).
 */
template Step() {
    signal input slot;
    signal input words[11];
    signal input memoryRoot;
    signal input reservation;
    signal input status;
    signal input programRoot;
    signal input imageRoot;
    signal input registersHash;
    signal input entry;
    signal input operation;
    signal input rd;
    signal input rs1;
    signal input rs2;
    signal input isLong;
    signal input useImm;
    signal input isW;
    signal input imm;
    signal input programPath[10][8];
    signal input word;
    signal input otherWord;
    signal input memoryPath[10][8];
    signal output programId;
    signal output before;
    signal output after;

    // The entry, and the classes of its operation.
    component fetch = Fetch();
    fetch.slot <== slot;
    fetch.programRoot <== programRoot;
    fetch.imageRoot <== imageRoot;
    fetch.registersHash <== registersHash;
    fetch.entry <== entry;
    fetch.operation <== operation;
    fetch.rd <== rd;
    fetch.rs1 <== rs1;
    fetch.rs2 <== rs2;
    fetch.isLong <== isLong;
    fetch.useImm <== useImm;
    fetch.isW <== isW;
    fetch.imm <== imm;
    fetch.children <== programPath;
    programId <== fetch.programId;
    signal is[OPERATIONS()] <== fetch.is;
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
    var pc = 2 * slot;
    var next = pc + 2 + 2 * isLong;

    // The registers that are read.
    component first = ReadRegister();
    first.index <== rs1;
    first.words <== words;
    component second = ReadRegister();
    second.index <== rs2;
    second.words <== words;
    signal secondBits[64] <== Num2Bits(64)(second.value);
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
    address.base <== first.value;
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
    signal extension <== byteExtension * ((1 << 64) - (1 << 8)) + halfExtension * ((1 << 64) - (1 << 16))
        + quadExtension * ((1 << 64) - (1 << 32));
    signal loaded <== ofByte + ofHalf + ofQuad + ofDouble + extension;

    // The operands: memory's value for AMOs, an immediate where the entry says so.
    signal a <== first.value + isAmo * (loaded - first.value);
    signal chosen <== second.value + useImm * (imm - second.value);
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
    store.newDouble <== second.value + isAmo * (atomic.value - second.value);
    store.oldByte <== old.byte;
    store.oldHalf <== old.half;
    store.oldQuad <== old.quad;
    store.word <== word;
    store.inByte <== old.inByte;
    store.inHalf <== old.inHalf;
    store.bit2 <== offset[2];
    store.bit3 <== offset[3];
    store.isAllowed <== 1 - faults;

    // The state after it.
    component memory = UpdatePath(10);
    memory.leaf <== old.chunk;
    memory.leafNew <== old.chunk + store.change;
    for (var i = 0; i < 30; i++) memory.bits[i] <== address.bits[4 + i];
    memory.children <== memoryPath;
    memory.root === memoryRoot;
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
    component registers = WriteRegister();
    registers.index <== rd;
    registers.words <== words;
    registers.isWriting <== (1 - is[ILLEGAL()] - isStore - isBranch - is[ECALL()]) * (1 - faults);
    registers.value <== result.value;
    signal pcNew <== pc + (1 - faults - halts) * (jump.pc - pc);
    signal reserved <== is[LR()] * (address.address + 1);
    signal replacesReservation <== (is[LR()] + is[SC()]) * (1 - faults);
    signal reservationNew <== reservation + replacesReservation * (reserved - reservation);

    signal registersBefore <== Poseidon(11)(words);
    before <== StateHash()(pc, registersBefore, memoryRoot, reservation, status);
    signal stepped <== StateHash()(pcNew, registers.hash, memory.rootNew, reservationNew, 2 * faults + halts);
    signal isRunning <== IsZero()(status);
    after <== before + isRunning * (stepped - before);
}
