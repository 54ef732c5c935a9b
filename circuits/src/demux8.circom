pragma circom 2.2.0;

/*
 * Demux8: out[place] = in, where place is the number of three bits, the lowest first; the other
 * seven are 0.
 *
 * in       in: any field element. bits[3]: bits, which the caller guarantees.
 * out      out[8].
 *
 * No hints: every signal is a product of its inputs, and the outputs sum to the input.
 *
 * Constraints: 7.
 */
template Demux8() {
    signal input in;
    signal input bits[3];
    signal output out[8];

    signal halves[2];
    halves[1] <== in * bits[2];
    halves[0] <== in - halves[1];
    signal pairs[4];
    for (var i = 0; i < 2; i++) {
        pairs[2 * i + 1] <== halves[i] * bits[1];
        pairs[2 * i] <== halves[i] - pairs[2 * i + 1];
    }
    for (var i = 0; i < 4; i++) {
        out[2 * i + 1] <== pairs[i] * bits[0];
        out[2 * i] <== pairs[i] - out[2 * i + 1];
    }
}
