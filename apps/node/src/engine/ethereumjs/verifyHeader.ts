import type { Block, BlockHeader } from '@ethereumjs/block'
import { ConsensusType } from '@ethereumjs/common'
import { equalsBytes } from '@ethereumjs/util'

/** EIP-7934: RLP bytes of a block from Osaka on. */
const BLOCK_BYTES = 8 * 1024 * 1024
const GAS_LIMIT = 2n ** 63n
const OLDEST_UNCLE = 7n

/** A rule of Ethereum that a block breaks; the message says which. */
export class InvalidBlock extends Error {}

/**
 * What ethereumjs leaves to a chain of blocks: that a header follows its parent, uncles, sizes.
 * Ethereum's yellow paper, section 4.4.4, EIP-1559, EIP-4844, EIP-7934.
 * @throws InvalidBlock
 */
export function verifyHeader(block: Block, parent: BlockHeader, sizeBytes: number): void {
  const { header } = block
  followParent(header, parent)
  // Throws in words of its own.
  block.validateBlobTransactions(parent)
  if (header.common.gteHardfork('osaka') && sizeBytes > BLOCK_BYTES) {
    throw new InvalidBlock(`a block of ${sizeBytes} bytes; ${BLOCK_BYTES} are the most`)
  }
}

/** The rules of a header and its parent alone. @throws InvalidBlock */
function followParent(header: BlockHeader, parent: BlockHeader): void {
  if (header.number !== parent.number + 1n) {
    throw new InvalidBlock(`block ${header.number} cannot follow block ${parent.number}`)
  }
  if (header.timestamp <= parent.timestamp) {
    throw new InvalidBlock(`timestamp ${header.timestamp} is not after ${parent.timestamp}`)
  }
  if (header.gasLimit >= GAS_LIMIT) throw new InvalidBlock('the gas limit exceeds 2^63 - 1')
  header.validateGasLimit(parent)
  if (header.common.isActivatedEIP(1559)) {
    const expected = expectedBaseFee(header, parent)
    if (header.baseFeePerGas !== expected) {
      throw new InvalidBlock(`base fee ${header.baseFeePerGas}, expected ${expected}`)
    }
  }
  if (header.common.consensusType() !== ConsensusType.ProofOfWork) return
  const difficulty = header.ethashCanonicalDifficulty(parent)
  if (header.difficulty !== difficulty) {
    throw new InvalidBlock(`difficulty ${header.difficulty}, expected ${difficulty}`)
  }
}

function expectedBaseFee(header: BlockHeader, parent: BlockHeader): bigint {
  // The first block of London has a fixed fee, and the parent none.
  if (parent.baseFeePerGas === undefined) return header.common.param('initialBaseFee')
  return parent.calcNextBaseFee()
}

/**
 * Uncles are headers of blocks that might have stood in the place of an ancestor: known parent
 * within six generations, no ancestor themselves, not yet included.
 * @throws InvalidBlock
 */
export function verifyUncles(block: Block, ancestorsOf: (block: Block) => readonly Block[]): void {
  if (block.uncleHeaders.length === 0) return
  const ancestors = ancestorsOf(block)
  const isIn = (hash: Uint8Array, list: readonly { hash(): Uint8Array }[]) =>
    list.some((item) => equalsBytes(item.hash(), hash))
  const included = ancestors.flatMap(({ uncleHeaders }) => uncleHeaders)
  for (const uncle of block.uncleHeaders) {
    if (isIn(uncle.hash(), ancestors)) throw new InvalidBlock('an uncle is an ancestor')
    if (isIn(uncle.hash(), included)) throw new InvalidBlock('an uncle is included twice')
    const parent = ancestors.find((ancestor) => equalsBytes(ancestor.hash(), uncle.parentHash))
    const isNear = block.header.number - uncle.number < OLDEST_UNCLE
    if (parent === undefined || !isNear || equalsBytes(uncle.parentHash, block.header.parentHash)) {
      throw new InvalidBlock('an uncle is not a sibling of a recent ancestor')
    }
    followParent(uncle, parent.header)
  }
}
