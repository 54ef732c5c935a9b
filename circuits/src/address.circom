pragma circom 2.2.0;

include "bitify.circom";
include "comparators.circom";

/*
 * Address: where a step reads or writes memory, and whether it may (docs/spec/machine.md, section
 * 5, "Memory").
 *
 * in       isMemory: a bit. base, offset: below 2^64. isHalf, isQuad, isDouble: bits, which size
 *          the access has; all 0 for a byte or no access. The caller guarantees all of this.
 * out      address: (base + offset) modulo 2^64, or 0 where isMemory is 0. bits[34]: its low bits,
 *          which name the chunk and the byte. isBad: 1 for an access below 4096, at or above 2^34,
 *          or misaligned.
 *
 * The sum lies below 2^65, so 65 bits determine it; the carry is dropped, as the specification has
 * it, and can't be moved elsewhere. The three tests are sums of at most 30 bits, zero only if each
 * bit is.
 *
 * Constraints: 78 (the choice 1, bits 65, bounds 5, alignment 5, the rest 2).
 */
template Address() {
    signal input isMemory;
    signal input base;
    signal input offset;
    signal input isHalf;
    signal input isQuad;
    signal input isDouble;
    signal output address;
    signal output bits[34];
    signal output isBad;

    signal sum <== isMemory * (base + offset);
    signal all[65] <== Num2Bits(65)(sum);
    for (var i = 0; i < 34; i++) bits[i] <== all[i];
    address <== sum - all[64] * (1 << 64);

    var above = 0;
    for (var i = 34; i < 64; i++) above += all[i];
    signal isBelowLimit <== IsZero()(above);
    var page = 0;
    for (var i = 12; i < 34; i++) page += all[i];
    signal isFirstPage <== IsZero()(page);
    signal isInside <== isBelowLimit * (1 - isFirstPage);

    // Bits 0, 0 to 1, and 0 to 2 that an aligned address of each size does not have.
    signal both <== bits[0] * bits[1];
    var anyOfTwo = bits[0] + bits[1] - both;
    signal noneOfTwoButThird <== (1 - anyOfTwo) * bits[2];
    signal badHalf <== isHalf * bits[0];
    signal badQuad <== isQuad * anyOfTwo;
    signal badDouble <== isDouble * (anyOfTwo + noneOfTwoButThird);
    signal isGood <== isInside * (1 - badHalf - badQuad - badDouble);
    isBad <== isMemory * (1 - isGood);
}
