pragma circom 2.2.0;

/*
 * Mux8: out = in[place], where place is the number of three bits, the lowest first.
 *
 * in       in[8]: any field elements. bits[3]: bits, which the caller guarantees.
 * out      out: one of in.
 *
 * No hints: every signal is a product of its inputs.
 *
 * Constraints: 7.
 */
template Mux8() {
    signal input in[8];
    signal input bits[3];
    signal output out;

    signal pairs[4];
    for (var i = 0; i < 4; i++) {
        pairs[i] <== in[2 * i] + bits[0] * (in[2 * i + 1] - in[2 * i]);
    }
    signal halves[2];
    for (var i = 0; i < 2; i++) {
        halves[i] <== pairs[2 * i] + bits[1] * (pairs[2 * i + 1] - pairs[2 * i]);
    }
    out <== halves[0] + bits[2] * (halves[1] - halves[0]);
}
