pragma circom 2.2.0;

/*
 * Values that the specification fixes, computed by packages/machine and compared with it by a test.
 * Written out because the compiler takes half a minute to compute them.
 */

/* The node of a line that is all 0: H of eight zeros. */
function ZERO_LINE() {
    return 1524321216038799095937469147836866648978083754965002674906449126183454401066;
}

/* The node above 2^31 bytes that are all 0: nine levels of H of eight equal children. */
function ZERO_CHILD() {
    return 619706594379241073541005905202916553398753817417728402929192956425234400681;
}

/* The registers hash of a first state: x2 is 0x03efff00, everything else 0. */
function FIRST_REGISTERS_HASH() {
    return 18379026574651976153912536345445277993558964874936435648081706122247778113674;
}
