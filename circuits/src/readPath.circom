pragma circom 2.2.0;

include "poseidon.circom";
include "mux8.circom";

/*
 * ReadPath(levels): the leaf at a place of the 8-ary tree with this root is `leaf`
 * (docs/spec/machine.md, section 4).
 *
 * in       leaf: any field element. bits[3 levels]: the place, lowest bit first; bits, which the
 *          caller guarantees. children[levels][8]: the eight children of every node from the bottom
 *          to the root, of which the place's is the leaf or the node below.
 * out      root.
 *
 * The children are free, and bound from above: their hash is the next level's child, and the last
 * is the root, which the caller binds. A forged sibling, or a leaf from another place, needs a
 * collision of Poseidon. The depth is fixed, so a node can't pass for a leaf.
 *
 * Constraints: 409 a level (a hash of eight 402, the choice of one 7).
 */
template ReadPath(levels) {
    signal input leaf;
    signal input bits[3 * levels];
    signal input children[levels][8];
    signal output root;

    signal nodes[levels + 1];
    signal chosen[levels];
    nodes[0] <== leaf;
    for (var level = 0; level < levels; level++) {
        var place[3] = [bits[3 * level], bits[3 * level + 1], bits[3 * level + 2]];
        chosen[level] <== Mux8()(children[level], place);
        chosen[level] === nodes[level];
        nodes[level + 1] <== Poseidon(8)(children[level]);
    }
    root <== nodes[levels];
}
