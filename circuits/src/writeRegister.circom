pragma circom 2.2.0;

include "poseidon.circom";
include "readRegister.circom";

/*
 * WriteRegister: hash is that of the registers after `value` was put into register `index`, or of
 * the same registers where isWriting is 0 or the index is 0 (docs/spec/machine.md, sections 4 and
 * 5).
 *
 * in       index: 0 to 32, as ReadRegister. words[11]: bound by the caller's hash of the registers
 *          before. isWriting: a bit, which the caller guarantees. value: below 2^64, which the
 *          caller guarantees.
 * out      hash.
 *
 * x0 is kept at 0 here and not only by the decoder. The old value is read with its range, so the
 * difference written changes exactly one slot: without it a value could be balanced against the
 * neighbour.
 *
 * Constraints: 698 (reading the old value 218, the difference 4, the words 11, their hash 465).
 */
template WriteRegister() {
    signal input index;
    signal input words[11];
    signal input isWriting;
    signal input value;
    signal output hash;

    component old = ReadRegister();
    old.index <== index;
    old.words <== words;

    signal isZero <== old.inWord[0] * old.inSlot[0];
    signal isEffective <== isWriting * (1 - isZero);
    signal difference <== isEffective * (value - old.value);
    var place = old.inSlot[0] + old.inSlot[1] * (1 << 64) + old.inSlot[2] * (1 << 128);
    signal placed <== difference * place;
    signal changes[11];
    signal wordsNew[11];
    for (var i = 0; i < 11; i++) {
        changes[i] <== old.inWord[i] * placed;
        wordsNew[i] <== words[i] + changes[i];
    }
    hash <== Poseidon(11)(wordsNew);
}
