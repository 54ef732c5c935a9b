pragma circom 2.2.0;

include "comparators.circom";
include "execute.circom";
include "fetch.circom";
include "poseidon.circom";
include "readRegister.circom";
include "stateHash.circom";
include "updatePath.circom";
include "writeRegister.circom";

/*
 * Step: the prover knows a state with hash `before` of a machine that runs the program `programId`,
 * and the step of docs/spec/machine.md, section 5, leads from it to the state with hash `after`.
 *
 * public   programId, before, after, in this order. Field elements; the verifier refuses numbers
 *          that are not below the field's order.
 * private  slot, words[11], memoryRoot, reservation, status: the state; pc = 2 slot, words as
 *          packed registers. programRoot, imageRoot, registersHash, entry: what the program id is
 *          made of. operation, rd, rs1, rs2, isLong, useImm, isW, imm, programPath[10][8]: the
 *          entry at slot, and its path. word, otherWord, memoryPath[10][8]: the chunk that the step
 *          touches, and its path.
 *
 * Every private signal is bound by a hash: the state by `before`, the entry and the paths by the
 * roots. Nothing else decides: given the public signals and the collision resistance of Poseidon,
 * `after` has one value.
 *
 * Ranges. pc: even and below 2^31 by its 30 bits. Registers: 64 bits where read (ReadRegister);
 * what is written is below 2^64 (RegisterResult). Chunk: 128 bits (LoadWord), and so is the new one
 * (StoreWord). Reservation: bound by the hash, made from an address of 34 bits. Status: 0, 1 or 2,
 * here and in genesis; any other number would count as stopped.
 *
 * Completeness. All constraints hold for every operation, whatever the operands, and a step that
 * faults, halts or has stopped touches a chunk like any other: so each state that genesis and steps
 * lead to has a proof. `after` of a stopped state is `before`.
 *
 * Constraints: 15,973 (fetch 4,505, execute 1,044, memory path 8,180, registers 1,599, two state
 * hashes 642, the rest 3).
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
    var pc = 2 * slot;

    component first = ReadRegister();
    first.index <== rs1;
    first.words <== words;
    component second = ReadRegister();
    second.index <== rs2;
    second.words <== words;

    component execute = Execute();
    execute.operation <== operation;
    execute.isLong <== isLong;
    execute.useImm <== useImm;
    execute.isW <== isW;
    execute.imm <== imm;
    execute.pc <== pc;
    execute.first <== first.value;
    execute.second <== second.value;
    execute.reservation <== reservation;
    execute.word <== word;
    execute.otherWord <== otherWord;

    component memory = UpdatePath(10);
    memory.leaf <== execute.chunk;
    memory.leafNew <== execute.chunkNew;
    memory.bits <== execute.place;
    memory.children <== memoryPath;
    memory.root === memoryRoot;
    component registers = WriteRegister();
    registers.index <== rd;
    registers.words <== words;
    registers.isWriting <== execute.isWriting;
    registers.value <== execute.value;

    signal registersBefore <== Poseidon(11)(words);
    before <== StateHash()(pc, registersBefore, memoryRoot, reservation, status);
    signal stepped <== StateHash()(
        execute.pcNew,
        registers.hash,
        memory.rootNew,
        execute.reservationNew,
        execute.statusNew
    );
    signal isRunning <== IsZero()(status);
    after <== before + isRunning * (stepped - before);
}
