pragma circom 2.2.0;

include "bitify.circom";

/*
 * LoadWord: what lies at an address within a chunk, by size (docs/spec/machine.md, section 5).
 *
 * in       word, otherWord: the eight bytes that the address lies in, and the other eight of the
 *          chunk. offset[4]: the address's low bits; bits, which the caller guarantees.
 * out      chunk: the leaf of the memory tree. byte, half, quad: the 8, 16 or 32 bits at the
 *          address, unsigned. byteSign, halfSign, quadSign: their highest bits. inByte[8],
 *          inHalf[4]: which of the word the address names, for storing.
 *
 * The caller binds the chunk to the tree. Both words have 64 bits, so a chunk has one way to be
 * cut: nothing can be moved from one to the other. A chunk of 2^128 or more could not be read, but
 * no state has one: genesis and steps only make smaller ones. For a misaligned address the outputs
 * mean nothing, and the step faults.
 *
 * Constraints: 160 (bits 128, the order of the words 1, flags 5, bytes and halves 24, quads 2).
 */
template LoadWord() {
    signal input word;
    signal input otherWord;
    signal input offset[4];
    signal output chunk;
    signal output byte;
    signal output half;
    signal output quad;
    signal output byteSign;
    signal output halfSign;
    signal output quadSign;
    signal output inByte[8];
    signal output inHalf[4];

    signal bits[64] <== Num2Bits(64)(word);
    signal otherBits[64] <== Num2Bits(64)(otherWord);
    // Bit 3 of the address: the word is the chunk's high one.
    chunk <== word + (1 << 64) * otherWord + offset[3] * ((otherWord - word) * (1 - (1 << 64)));

    var values[8];
    for (var i = 0; i < 8; i++) {
        values[i] = 0;
        for (var j = 0; j < 8; j++) values[i] += bits[8 * i + j] * (1 << j);
    }

    inHalf[3] <== offset[1] * offset[2];
    inHalf[2] <== offset[2] - inHalf[3];
    inHalf[1] <== offset[1] - inHalf[3];
    inHalf[0] <== 1 - offset[1] - offset[2] + inHalf[3];
    for (var i = 0; i < 4; i++) {
        inByte[2 * i + 1] <== inHalf[i] * offset[0];
        inByte[2 * i] <== inHalf[i] - inByte[2 * i + 1];
    }

    signal bytes[8];
    signal byteSigns[8];
    var byteSum = 0;
    var byteSignSum = 0;
    for (var i = 0; i < 8; i++) {
        bytes[i] <== inByte[i] * values[i];
        byteSigns[i] <== inByte[i] * bits[8 * i + 7];
        byteSum += bytes[i];
        byteSignSum += byteSigns[i];
    }
    byte <== byteSum;
    byteSign <== byteSignSum;

    signal halves[4];
    signal halfSigns[4];
    var halfSum = 0;
    var halfSignSum = 0;
    for (var i = 0; i < 4; i++) {
        halves[i] <== inHalf[i] * (values[2 * i] + values[2 * i + 1] * (1 << 8));
        halfSigns[i] <== inHalf[i] * bits[16 * i + 15];
        halfSum += halves[i];
        halfSignSum += halfSigns[i];
    }
    half <== halfSum;
    halfSign <== halfSignSum;

    var low = 0;
    var high = 0;
    for (var i = 0; i < 4; i++) {
        low += values[i] * (1 << (8 * i));
        high += values[4 + i] * (1 << (8 * i));
    }
    quad <== low + offset[2] * (high - low);
    quadSign <== bits[31] + offset[2] * (bits[63] - bits[31]);
}
