// The interpreter of docs/spec/machine.md: fetches pre-decoded records and steps the machine, exactly `limit` steps at most.
//
// The host (src/internal/engine.ts) owns the linear memory and lays it out:
//   REGS   33 registers of 8 bytes, x0 first; slot 32 takes writes to x0 and is not part of the state
//   RESERVATION  the reserved address plus one, or 0
//   PAGES  one u32 for each 4 KiB page of the 2^34 bytes: its host address, 0 where nothing was stored, 1 where the host keeps it
//   DIRTY  one byte for each 128-byte line of host memory: 1 stored since the last hash, 2 stored before
//   OWNERS one u32 for each page of the pool: the page number that it holds
//   MEM    machine memory; addresses below `direct` lie here one to one, others in pages of a pool behind
//   code   one 16-byte record for each 2-byte slot: kernel, rd, rs1, rs2 (u8), profile (u32), immediate (u64)
// A host address is an offset from MEM. Host address 0 stands for "fault": no access below 4096 is ever allowed.

const REGS: usize = 1024
const RESERVATION: usize = 2056
const PAGES: usize = 1 << 20
const DIRTY: usize = 17 << 20
const OWNERS: usize = 49 << 20
const MEM: usize = 64 << 20
const ADDRESS_LIMIT: u64 = 1 << 34
const PC_LIMIT: u64 = 1 << 31
const RESERVED: u64 = 4096

const RUNNING: i32 = 0
const HALTED: i32 = 1
const FAULTED: i32 = 2
/** Running, at a pc outside the code window. */
const LEFT: i32 = 3

// Kernels: the operations of the program table, then the same with an immediate as second operand (I) and on 32 bits (W).
// Branches and JAL hold the address of their target's record; the FAR ones leave the code window and hold a pc.
// The order is that of KERNELS in src/internal/kernels.ts. It is dense so that the compiler makes one jump table.
const enum K {
  ILLEGAL, ADD, SUB, AND, OR, XOR, SLT, SLTU, SLL, SRL, SRA, MUL, MULH, MULHSU, MULHU, DIV, DIVU, REM, REMU,
  BEQ, BNE, BLT, BGE, BLTU, BGEU, JAL, JALR, LB, LH, LW, LD, LBU, LHU, LWU, SB, SH, SW, SD, LR, SC, AMOSWAP,
  AMOADD, AMOXOR, AMOAND, AMOOR, AMOMIN, AMOMAX, AMOMINU, AMOMAXU, ECALL, BEQ_FAR, BNE_FAR, BLT_FAR, BGE_FAR,
  BLTU_FAR, BGEU_FAR, JAL_FAR, ADDI, ANDI, ORI, XORI, SLTI, SLTIU, SLLI, SRLI, SRAI, ADDW, SUBW, SLLW, SRLW,
  SRAW, MULW, DIVW, DIVUW, REMW, REMUW, ADDIW, SLLIW, SRLIW, SRAIW, LRW, SCW, AMOSWAPW, AMOADDW, AMOXORW,
  AMOANDW, AMOORW, AMOMINW, AMOMAXW, AMOMINUW, AMOMAXUW,
}

let pc: u32 = 0
let steps: u64 = 0
let status: i32 = RUNNING
let direct: u64 = 0
let codeAt: usize = 0
let codeBase: u32 = 0, codeSpan: u32 = 0
let poolNext: u64 = 0, poolEnd: u64 = 0
let zeroPage: u32 = 0
let hot: u32 = 0

export function getPc(): u32 { return pc }
export function setPc(value: u32): void { pc = value }
export function getSteps(): u64 { return steps }
export function setSteps(value: u64): void { steps = value }
export function getStatus(): i32 { return status }
export function setStatus(value: i32): void { status = value }
// @ts-ignore: decorator
@inline function reserve(value: u64): void { store<u64>(RESERVATION, value) }
// @ts-ignore: decorator
@inline function reserved(): u64 { return load<u64>(RESERVATION) }
export function getPoolNext(): u64 { return poolNext }

/** Takes a page of the pool away from its owner, keeps what it holds, and leaves it zero. @returns its host address */
@external("env", "freePage") declare function freePage(): u32
/** Puts what the host kept of a page into the page of the pool at a host address. */
@external("env", "fillPage") declare function fillPage(page: u32, host: u32): void
/** What an entry of PAGES says of a page that the host keeps. */
const KEPT: u32 = 1

/**
 * Sets the layout: `pool` is the host address of the first pool page, which stays zero and serves loads of untouched pages;
 * the pool ends at `end` or where memory can't grow further.
 */
export function configure(directSize: u64, code: usize, base: u32, span: u32, pool: u32, end: u64, threshold: u32): void {
  direct = directSize - RESERVED
  codeAt = code
  codeBase = base
  codeSpan = span
  zeroPage = pool
  poolNext = (pool as u64) + 4096
  poolEnd = end
  hot = threshold
}

/** Host address of a page for storing: taken from the pool when new or kept by the host, which frees another when the pool is full. */
export function pageForStore(page: u32): u32 {
  let known = load<u32>(PAGES + ((page as usize) << 2))
  if (known > KEPT) return known
  let host = newPage()
  store<u32>(PAGES + ((page as usize) << 2), host)
  store<u32>(OWNERS + ((host >> 12) as usize << 2), page)
  if (known == KEPT) fillPage(page, host)
  return host
}

function newPage(): u32 {
  if (poolNext + 4096 > poolEnd) return freePage()
  let isMissing = (MEM as u64) + poolNext + 4096 > (memory.size() as u64) << 16
  // One MiB at a time: a growth detaches the host's views, so it should be rare, and pages stay untouched till used.
  if (isMissing && memory.grow(16) < 0 && memory.grow(1) < 0) return freePage()
  let host = poolNext as u32
  poolNext += 4096
  return host
}

let cursor: u32 = 0
export function getCursor(): u32 { return cursor }

/**
 * Lists lines from host line `from` to `end` (a multiple of 8) that were stored since the last hash, as machine line
 * numbers, and marks them as hashed; with `all`, lists every line ever stored and marks nothing. Stops when `room` u32
 * are written; the cursor then says where to go on. @returns how many were written
 */
export function collectLines(from: u32, end: u32, poolAt: u32, out: usize, room: u32, all: bool): u32 {
  let count: u32 = 0
  let line = from
  let wanted: u64 = all ? 0x0303030303030303 : 0x0101010101010101
  while (line < end && count + 8 <= room) {
    let at = DIRTY + (line as usize)
    if (load<u64>(at) & wanted) {
      for (let i: u32 = 0; i < 8; i++) {
        let flag = load<u8>(at + i)
        if (flag == 0 || (flag == 2 && !all)) continue
        if (!all) store<u8>(at + i, 2)
        let host = line + i
        let own = host
        if ((host << 7) >= poolAt) own = (load<u32>(OWNERS + ((host >> 5) as usize << 2)) << 5) | (host & 31)
        store<u32>(out + ((count as usize) << 2), own)
        count++
      }
    }
    line += 8
  }
  cursor = line
  return count
}

function slowLoad(a: u64, mask: u64): u32 {
  if ((a & mask) != 0 || a < RESERVED || a >= ADDRESS_LIMIT) return 0
  let host = load<u32>(PAGES + ((a >> 12) as usize << 2))
  if (host == KEPT) host = pageForStore((a >> 12) as u32)
  return (host ? host : zeroPage) + ((a & 4095) as u32)
}

function slowStore(a: u64, mask: u64): u32 {
  if ((a & mask) != 0 || a < RESERVED || a >= ADDRESS_LIMIT) return 0
  return pageForStore((a >> 12) as u32) + ((a & 4095) as u32)
}

// @ts-ignore: decorator
@inline function forLoad(a: u64, mask: u64, limit: u64): u32 {
  return a - RESERVED < limit && (a & mask) == 0 ? (a as u32) : slowLoad(a, mask)
}

// @ts-ignore: decorator
@inline function forStore(a: u64, mask: u64, limit: u64): u32 {
  return a - RESERVED < limit && (a & mask) == 0 ? (a as u32) : slowStore(a, mask)
}

// @ts-ignore: decorator
@inline function get(i: usize): u64 { return load<u64>(REGS + (i << 3)) }
// @ts-ignore: decorator
@inline function set(i: usize, value: u64): void { store<u64>(REGS + (i << 3), value) }
// @ts-ignore: decorator
@inline function word(value: u64): u64 { return (value as i32) as i64 as u64 }
// @ts-ignore: decorator
@inline function mark(host: u32): void { store<u8>(DIRTY + ((host as usize) >> 7), 1) }

function mulhu(a: u64, b: u64): u64 {
  let al = a & 0xffffffff, ah = a >> 32, bl = b & 0xffffffff, bh = b >> 32
  let low = al * bl
  let mid = ah * bl + (low >> 32)
  let mid2 = al * bh + (mid & 0xffffffff)
  return ah * bh + (mid >> 32) + (mid2 >> 32)
}

function div(a: u64, b: u64): u64 {
  if (b == 0) return u64.MAX_VALUE
  if (b == u64.MAX_VALUE) return 0 - a
  return ((a as i64) / (b as i64)) as u64
}

function rem(a: u64, b: u64): u64 {
  if (b == 0) return a
  if (b == u64.MAX_VALUE) return 0
  return ((a as i64) % (b as i64)) as u64
}

function divw(a: i32, b: i32): u64 {
  if (b == 0) return u64.MAX_VALUE
  // In 32 bits: -2^31 / -1 wraps to -2^31.
  if (b == -1) return word((0 - (a as i64)) as u64)
  return (a / b) as i64 as u64
}

function remw(a: i32, b: i32): u64 {
  if (b == 0) return a as i64 as u64
  if (b == -1) return 0
  return (a % b) as i64 as u64
}

function taken(op: u32, a: u64, b: u64): bool {
  switch (op) {
    case K.BEQ: return a == b
    case K.BNE: return a != b
    case 21: return (a as i64) < (b as i64)
    case 22: return (a as i64) >= (b as i64)
    case K.BLTU: return a < b
    case K.BGEU: return a >= b
    default: return true
  }
}

function combine(op: u32, a: u64, b: u64): u64 {
  switch (op) {
    case K.AMOSWAP: return b
    case K.AMOADD: return a + b
    case K.AMOXOR: return a ^ b
    case K.AMOAND: return a & b
    case K.AMOOR: return a | b
    case K.AMOMIN: return (a as i64) < (b as i64) ? a : b
    case K.AMOMAX: return (a as i64) < (b as i64) ? b : a
    case K.AMOMINU: return a < b ? a : b
    default: return a < b ? b : a
  }
}

/** Runs until `limit` steps in all, a halt or a fault. @returns the status */
export function run(limit: u64): i32 { return loop<f32>(limit, 0) }

/** Like run, and also stops before a jump target that is translated, or that was just counted hot (profile = hot). @returns the status */
export function runProfile(limit: u64): i32 { return loop<i32>(limit, hot) }

// A step that ends the loop sets `end`, so that the loop has one condition; a fault or halt stays at its record.
// T is an integer type in the profiling variant only, so that the plain loop pays nothing for it.
// @ts-ignore: decorator
@inline function loop<T>(limit: u64, threshold: u32): i32 {
  if (status) return status
  let n: u64 = steps
  let reach = direct
  let start: u32 = pc
  if (start - codeBase >= codeSpan) {
    if (n < limit) { steps = n + 1; status = FAULTED }
    return status
  }
  let p: usize = codeAt + ((start - codeBase) as usize << 3)
  let outcome: i32 = RUNNING
  let away: u32 = 0
  let end = limit
  while (n < end) {
    let kernel: u32 = load<u8>(p)
    let rd: usize = load<u8>(p, 1)
    let a: u64 = get(load<u8>(p, 2))
    let b: u64 = get(load<u8>(p, 3))
    let imm: u64 = load<u64>(p, 8)
    let next: usize = p + load<u16>(p, 4)
    switch (kernel) {
      case K.ADD: set(rd, a + b); break
      case K.SUB: set(rd, a - b); break
      case K.AND: set(rd, a & b); break
      case K.OR: set(rd, a | b); break
      case K.XOR: set(rd, a ^ b); break
      case K.SLT: set(rd, u64((a as i64) < (b as i64))); break
      case K.SLTU: set(rd, u64(a < b)); break
      case K.SLL: set(rd, a << (b & 63)); break
      case K.SRL: set(rd, a >> (b & 63)); break
      case K.SRA: set(rd, ((a as i64) >> ((b & 63) as i64)) as u64); break
      case K.MUL: set(rd, a * b); break
      case K.MULH: set(rd, mulhu(a, b) - (((a as i64) >> 63) as u64 & b) - (((b as i64) >> 63) as u64 & a)); break
      case K.MULHSU: set(rd, mulhu(a, b) - (((a as i64) >> 63) as u64 & b)); break
      case K.MULHU: set(rd, mulhu(a, b)); break
      case K.DIV: set(rd, div(a, b)); break
      case K.DIVU: set(rd, b == 0 ? u64.MAX_VALUE : a / b); break
      case K.REM: set(rd, rem(a, b)); break
      case K.REMU: set(rd, b == 0 ? a : a % b); break
      case K.BEQ: if (a == b) next = imm as usize; break
      case K.BNE: if (a != b) next = imm as usize; break
      case K.BLT: if ((a as i64) < (b as i64)) next = imm as usize; break
      case K.BGE: if ((a as i64) >= (b as i64)) next = imm as usize; break
      case K.BLTU: if (a < b) next = imm as usize; break
      case K.BGEU: if (a >= b) next = imm as usize; break
      case K.JAL: set(rd, ((next - codeAt) >> 3) as u64 + codeBase); next = imm as usize; break
      case K.JALR: {
        let t = (a + imm) & ~1
        if (t >= PC_LIMIT) { outcome = FAULTED; next = p; end = 0; break }
        set(rd, ((next - codeAt) >> 3) as u64 + codeBase)
        let d = (t as u32) - codeBase
        if (d >= codeSpan) { away = t as u32; outcome = LEFT; end = 0; break }
        next = codeAt + (d as usize << 3)
        break
      }
      case K.LB: { let h = forLoad(a + imm, 0, reach); if (!h) { outcome = FAULTED; next = p; end = 0; break } set(rd, load<i8>(MEM + h) as i64 as u64); break }
      case K.LH: { let h = forLoad(a + imm, 1, reach); if (!h) { outcome = FAULTED; next = p; end = 0; break } set(rd, load<i16>(MEM + h) as i64 as u64); break }
      case K.LW: { let h = forLoad(a + imm, 3, reach); if (!h) { outcome = FAULTED; next = p; end = 0; break } set(rd, load<i32>(MEM + h) as i64 as u64); break }
      case K.LD: { let h = forLoad(a + imm, 7, reach); if (!h) { outcome = FAULTED; next = p; end = 0; break } set(rd, load<u64>(MEM + h)); break }
      case K.LBU: { let h = forLoad(a + imm, 0, reach); if (!h) { outcome = FAULTED; next = p; end = 0; break } set(rd, load<u8>(MEM + h) as u64); break }
      case K.LHU: { let h = forLoad(a + imm, 1, reach); if (!h) { outcome = FAULTED; next = p; end = 0; break } set(rd, load<u16>(MEM + h) as u64); break }
      case K.LWU: { let h = forLoad(a + imm, 3, reach); if (!h) { outcome = FAULTED; next = p; end = 0; break } set(rd, load<u32>(MEM + h) as u64); break }
      case K.SB: { let h = forStore(a + imm, 0, reach); if (!h) { outcome = FAULTED; next = p; end = 0; break } store<u8>(MEM + h, b as u8); mark(h); break }
      case K.SH: { let h = forStore(a + imm, 1, reach); if (!h) { outcome = FAULTED; next = p; end = 0; break } store<u16>(MEM + h, b as u16); mark(h); break }
      case K.SW: { let h = forStore(a + imm, 3, reach); if (!h) { outcome = FAULTED; next = p; end = 0; break } store<u32>(MEM + h, b as u32); mark(h); break }
      case K.SD: { let h = forStore(a + imm, 7, reach); if (!h) { outcome = FAULTED; next = p; end = 0; break } store<u64>(MEM + h, b); mark(h); break }
      case K.LR: { let h = forLoad(a, 7, reach); if (!h) { outcome = FAULTED; next = p; end = 0; break } set(rd, load<u64>(MEM + h)); reserve(a + 1); break }
      case K.SC: {
        // A failing SC stores nothing, so it takes no page; it faults on a bad address all the same.
        if (reserved() == a + 1) {
          let h = forStore(a, 7, reach)
          if (!h) { outcome = FAULTED; next = p; end = 0; break }
          store<u64>(MEM + h, b); mark(h); set(rd, 0)
        } else {
          if (!forLoad(a, 7, reach)) { outcome = FAULTED; next = p; end = 0; break }
          set(rd, 1)
        }
        reserve(0)
        break
      }
      case K.AMOSWAP: case K.AMOADD: case K.AMOXOR: case K.AMOAND: case K.AMOOR: case K.AMOMIN: case K.AMOMAX: case K.AMOMINU: case K.AMOMAXU: {
        let h = forStore(a, 7, reach)
        if (!h) { outcome = FAULTED; next = p; end = 0; break }
        let v = load<u64>(MEM + h)
        store<u64>(MEM + h, combine(kernel, v, b)); mark(h); set(rd, v)
        break
      }
      case K.ECALL: outcome = a == 93 || a == 94 ? HALTED : FAULTED; next = p; end = 0; break
      case K.BEQ_FAR: case K.BNE_FAR: case K.BLT_FAR: case K.BGE_FAR: case K.BLTU_FAR: case K.BGEU_FAR: case K.JAL_FAR: {
        if (taken(kernel - K.BEQ_FAR + K.BEQ, a, b)) {
          if (kernel == K.JAL_FAR) set(rd, ((next - codeAt) >> 3) as u64 + codeBase)
          away = imm as u32
          outcome = LEFT
          end = 0
        }
        break
      }
      case K.ADDI: set(rd, a + imm); break
      case K.ANDI: set(rd, a & imm); break
      case K.ORI: set(rd, a | imm); break
      case K.XORI: set(rd, a ^ imm); break
      case K.SLTI: set(rd, u64((a as i64) < (imm as i64))); break
      case K.SLTIU: set(rd, u64(a < imm)); break
      case K.SLLI: set(rd, a << imm); break
      case K.SRLI: set(rd, a >> imm); break
      case K.SRAI: set(rd, ((a as i64) >> (imm as i64)) as u64); break
      case K.ADDW: set(rd, word(a + b)); break
      case K.SUBW: set(rd, word(a - b)); break
      case K.SLLW: set(rd, ((a as i32) << (b as i32 & 31)) as i64 as u64); break
      case K.SRLW: set(rd, (((a as u32) >> (b as u32 & 31)) as i32) as i64 as u64); break
      case K.SRAW: set(rd, ((a as i32) >> (b as i32 & 31)) as i64 as u64); break
      case K.MULW: set(rd, word(a * b)); break
      case K.DIVW: set(rd, divw(a as i32, b as i32)); break
      case K.DIVUW: set(rd, (b as u32) == 0 ? u64.MAX_VALUE : ((((a as u32) / (b as u32)) as i32) as i64 as u64)); break
      case K.REMW: set(rd, remw(a as i32, b as i32)); break
      case K.REMUW: set(rd, (b as u32) == 0 ? word(a) : ((((a as u32) % (b as u32)) as i32) as i64 as u64)); break
      case K.ADDIW: set(rd, word(a + imm)); break
      case K.SLLIW: set(rd, ((a as i32) << (imm as i32)) as i64 as u64); break
      case K.SRLIW: set(rd, (((a as u32) >> (imm as u32)) as i32) as i64 as u64); break
      case K.SRAIW: set(rd, ((a as i32) >> (imm as i32)) as i64 as u64); break
      case K.LRW: { let h = forLoad(a, 3, reach); if (!h) { outcome = FAULTED; next = p; end = 0; break } set(rd, load<i32>(MEM + h) as i64 as u64); reserve(a + 1); break }
      case K.SCW: {
        if (reserved() == a + 1) {
          let h = forStore(a, 3, reach)
          if (!h) { outcome = FAULTED; next = p; end = 0; break }
          store<u32>(MEM + h, b as u32); mark(h); set(rd, 0)
        } else {
          if (!forLoad(a, 3, reach)) { outcome = FAULTED; next = p; end = 0; break }
          set(rd, 1)
        }
        reserve(0)
        break
      }
      case K.AMOSWAPW: case K.AMOADDW: case K.AMOXORW: case K.AMOANDW: case K.AMOORW: case K.AMOMINW: case K.AMOMAXW: case K.AMOMINUW: case K.AMOMAXUW: {
        let h = forStore(a, 3, reach)
        if (!h) { outcome = FAULTED; next = p; end = 0; break }
        let v = load<i32>(MEM + h) as i64 as u64
        store<u32>(MEM + h, combine(kernel - K.AMOSWAPW + K.AMOSWAP, v, word(b)) as u32); mark(h); set(rd, v)
        break
      }
      default: outcome = FAULTED; next = p; end = 0
    }
    n++
    p = next
    // To the profile what follows a branch is a target as well: blocks that never run are left out of translations.
    if (isInteger<T>() && kernel >= <u32>K.BEQ && kernel <= <u32>K.JALR && outcome == RUNNING) {
      // The high half of the word counts up to `hot`; a translated target holds 65535.
      let count: u32 = load<u16>(p, 6)
      if (count >= threshold) break
      store<u16>(p, (count + 1) as u16, 6)
      if (count + 1 == threshold) break
    }
  }
  steps = n
  if (outcome == LEFT) {
    pc = away
    if (n < limit) { steps = n + 1; status = FAULTED }
    return status
  }
  pc = codeBase + (((p - codeAt) >> 3) as u32)
  status = outcome
  return outcome
}
