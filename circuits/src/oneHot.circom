pragma circom 2.2.0;

/*
 * OneHot(n): is[i] = 1 where value = i, else 0; there is no proof for a value outside 0 … n - 1.
 *
 * in       value: any field element.
 * out      is[n]: bits, exactly one of them 1.
 *
 * The flags are hints, so three kinds of constraint hold them: each is a bit (no fractions of two
 * operations at once); they sum to 1 (not none, not two); weighted by their places they sum to the
 * value (no other operation). n is far below the field's order, so no sum wraps.
 *
 * Constraints: n.
 */
template OneHot(n) {
    signal input value;
    signal output is[n];

    var sum = 0;
    var weighted = 0;
    for (var i = 0; i < n; i++) {
        is[i] <-- value == i ? 1 : 0;
        is[i] * (is[i] - 1) === 0;
        sum += is[i];
        weighted += i * is[i];
    }
    sum === 1;
    weighted === value;
}
