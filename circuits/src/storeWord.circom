pragma circom 2.2.0;

/*
 * StoreWord: what is added to a word of eight bytes, and to its chunk, when a value is stored in it
 * (docs/spec/machine.md, section 5).
 *
 * in       storesByte, storesHalf, storesQuad, storesDouble: bits, at most one of them 1. newByte,
 *          newHalf, newQuad, newDouble: the values, of 8 to 64 bits. oldByte, oldHalf, oldQuad,
 *          word: what stands there (LoadWord). inByte[8], inHalf[4]: where in the word. bit2, bit3:
 *          bits 2 and 3 of the address. isAllowed: a bit: 0 where the step faults. The caller
 *          guarantees all of this.
 * out      change: to add to the chunk. A field element; chunk + change lies below 2^128, because
 *          one part of a chunk gives way to another of the same size at the same place.
 *
 * No hints.
 *
 * Constraints: 9.
 */
template StoreWord() {
    signal input storesByte;
    signal input storesHalf;
    signal input storesQuad;
    signal input storesDouble;
    signal input newByte;
    signal input newHalf;
    signal input newQuad;
    signal input newDouble;
    signal input oldByte;
    signal input oldHalf;
    signal input oldQuad;
    signal input word;
    signal input inByte[8];
    signal input inHalf[4];
    signal input bit2;
    signal input bit3;
    signal input isAllowed;
    signal output change;

    var bytePlace = 0;
    var halfPlace = 0;
    for (var i = 0; i < 8; i++) bytePlace += inByte[i] * (1 << (8 * i));
    for (var i = 0; i < 4; i++) halfPlace += inHalf[i] * (1 << (16 * i));

    signal byteChange <== storesByte * (newByte - oldByte);
    signal halfChange <== storesHalf * (newHalf - oldHalf);
    signal quadChange <== storesQuad * (newQuad - oldQuad);
    signal doubleChange <== storesDouble * (newDouble - word);
    signal placedByte <== byteChange * bytePlace;
    signal placedHalf <== halfChange * halfPlace;
    signal placedQuad <== quadChange * (1 + bit2 * ((1 << 32) - 1));
    signal inWord <== isAllowed * (placedByte + placedHalf + placedQuad + doubleChange);
    change <== inWord * (1 + bit3 * ((1 << 64) - 1));
}
