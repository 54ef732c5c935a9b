pragma circom 2.2.0;

include "bitify.circom";
include "programId.circom";
include "readPath.circom";

/*
 * Fetch: the program with id programId has this entry at slot `slot` of its table
 * (docs/spec/machine.md, sections 3.1 and 8).
 *
 * in       slot: pc / 2; there is no proof for one of 2^30 or more. programRoot, imageRoot,
 *          registersHash, entry: what the id is made of. operation, rd, rs1, rs2: as numbers, whose
 *          ranges (0 to 49, 0 to 32) are proven where they are used as such, in Execute and
 *          ReadRegister. isLong, useImm, isW, imm: the rest of the entry. children: the path to it.
 * out      programId.
 *
 * The leaf packs eight fields. Operation and registers are below 2^8, three are bits, the immediate
 * has 64 bits, all at places of their own below 2^128: so one leaf is one entry. Without the bits
 * of the immediate, any entry could be made of any leaf.
 *
 * Constraints: 4,505 (path 4,090, slot 30, immediate 64, flags 3, program id 318).
 */
template Fetch() {
    signal input slot;
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
    signal input children[10][8];
    signal output programId;

    isLong * (isLong - 1) === 0;
    useImm * (useImm - 1) === 0;
    isW * (isW - 1) === 0;
    signal immBits[64] <== Num2Bits(64)(imm);
    signal place[30] <== Num2Bits(30)(slot);

    var registers = rd * (1 << 8) + rs1 * (1 << 16) + rs2 * (1 << 24);
    var flags = isLong * (1 << 32) + useImm * (1 << 33) + isW * (1 << 34);
    signal root <== ReadPath(10)(operation + registers + flags + imm * (1 << 64), place, children);
    root === programRoot;
    programId <== ProgramId()(programRoot, imageRoot, registersHash, entry);
}
