pragma circom 2.2.0;

include "bitify.circom";
include "oneHot.circom";

/*
 * ReadRegister: value is slot `index` of 33 slots of 64 bits that lie three to a word in eleven
 * words (docs/spec/machine.md, section 4).
 *
 * in       index: any field element; there is no proof for one above 32. words[11]: bound by the
 *          caller's hash.
 * out      value: below 2^64. inWord[11], inSlot[3]: where the slot is, for writing it.
 *
 * index = 3 word + slot with slot below 3 has one solution. The chosen word is cut into 192 bits,
 * below the field's order, so there is one way to cut it: a carry can't be moved from one slot to
 * the next. The words that are not chosen are not cut; that all slots are below 2^64 is an
 * invariant, and a word that broke it could only fail to be proven.
 *
 * Constraints: 218 (selection 14, the word 10, its bits 192, the slot 2).
 */
template ReadRegister() {
    signal input index;
    signal input words[11];
    signal output value;
    signal output inWord[11];
    signal output inSlot[3];

    component word = OneHot(11);
    component slot = OneHot(3);
    // A hint in form only: the remainder is 0, 1 or 2, so the index determines both.
    signal quotient <-- index \ 3;
    word.value <== quotient;
    slot.value <== index - 3 * quotient;
    inWord <== word.is;
    inSlot <== slot.is;

    var chosen = words[10];
    signal differences[10];
    for (var i = 0; i < 10; i++) {
        differences[i] <== inWord[i] * (words[i] - words[10]);
        chosen += differences[i];
    }
    signal bits[192] <== Num2Bits(192)(chosen);
    var slots[3] = [0, 0, 0];
    for (var i = 0; i < 3; i++) {
        for (var j = 0; j < 64; j++) slots[i] += bits[64 * i + j] * (1 << j);
    }
    signal first <== inSlot[0] * (slots[0] - slots[2]);
    signal second <== inSlot[1] * (slots[1] - slots[2]);
    value <== slots[2] + first + second;
}
