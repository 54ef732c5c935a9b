pragma circom 2.2.0;

/*
 * The numbers of the operations, as in the program table (docs/spec/machine.md, section 3.1). A set
 * of operations is a function that says whether a number belongs to it; a circuit sums the flags of
 * OneHot over a set, which costs nothing.
 */

function OPERATIONS() { return 50; }

function ILLEGAL() { return 0; }
function ADD() { return 1; }
function SUB() { return 2; }
function AND() { return 3; }
function OR() { return 4; }
function XOR() { return 5; }
function SLT() { return 6; }
function SLTU() { return 7; }
function SLL() { return 8; }
function SRL() { return 9; }
function SRA() { return 10; }
function MUL() { return 11; }
function MULH() { return 12; }
function MULHSU() { return 13; }
function MULHU() { return 14; }
function DIV() { return 15; }
function DIVU() { return 16; }
function REM() { return 17; }
function REMU() { return 18; }
function BEQ() { return 19; }
function BNE() { return 20; }
function BLT() { return 21; }
function BGE() { return 22; }
function BLTU() { return 23; }
function BGEU() { return 24; }
function JAL() { return 25; }
function JALR() { return 26; }
function LB() { return 27; }
function LH() { return 28; }
function LW() { return 29; }
function LD() { return 30; }
function LBU() { return 31; }
function LHU() { return 32; }
function LWU() { return 33; }
function SB() { return 34; }
function SH() { return 35; }
function SW() { return 36; }
function SD() { return 37; }
function LR() { return 38; }
function SC() { return 39; }
function AMOSWAP() { return 40; }
function AMOADD() { return 41; }
function AMOXOR() { return 42; }
function AMOAND() { return 43; }
function AMOOR() { return 44; }
function AMOMIN() { return 45; }
function AMOMAX() { return 46; }
function AMOMINU() { return 47; }
function AMOMAXU() { return 48; }
function ECALL() { return 49; }
