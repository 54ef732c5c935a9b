pragma circom 2.2.0;

include "demux8.circom";
include "mux8.circom";
include "poseidon.circom";

/*
 * UpdatePath(levels): the tree with root `root` holds `leaf` at a place, and has root `rootNew`
 * when `leafNew` stands there instead (docs/spec/machine.md, section 4).
 *
 * in       leaf, leafNew: any field elements. bits[3 levels]: the place, lowest bit first; bits,
 *          which the caller guarantees. children[levels][8]: the eight children of every node from
 *          the bottom to the root, before the change.
 * out      root, rootNew.
 *
 * As in ReadPath a forged sibling needs a collision of Poseidon. Both roots are computed from the
 * same siblings and the same place, so nothing but the one leaf can differ between them.
 *
 * Constraints: 818 a level (two hashes of eight 804, the choice of one 7, the change at one place
 * 7).
 */
template UpdatePath(levels) {
    signal input leaf;
    signal input leafNew;
    signal input bits[3 * levels];
    signal input children[levels][8];
    signal output root;
    signal output rootNew;

    signal nodes[levels + 1];
    signal nodesNew[levels + 1];
    signal chosen[levels];
    signal change[levels][8];
    signal childrenNew[levels][8];
    nodes[0] <== leaf;
    nodesNew[0] <== leafNew;
    for (var level = 0; level < levels; level++) {
        var place[3] = [bits[3 * level], bits[3 * level + 1], bits[3 * level + 2]];
        chosen[level] <== Mux8()(children[level], place);
        chosen[level] === nodes[level];
        nodes[level + 1] <== Poseidon(8)(children[level]);
        change[level] <== Demux8()(nodesNew[level] - nodes[level], place);
        for (var i = 0; i < 8; i++) {
            childrenNew[level][i] <== children[level][i] + change[level][i];
        }
        nodesNew[level + 1] <== Poseidon(8)(childrenNew[level]);
    }
    root <== nodes[levels];
    rootNew <== nodesNew[levels];
}
