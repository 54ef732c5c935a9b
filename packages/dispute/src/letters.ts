// Messages of a game in signed letters, for sides that reach each other by HTTP alone:
// docs/protocol/dispute.md, section 6.

import { AmbrosiaError } from '@ambrosia/primitives/Errors'
import { type Hex, type LocalAccount, recoverTypedDataAddress } from 'viem'
import { domainOf, type Place } from './Claim.ts'

/** What a letter says; the text is empty where a side only asks whether there is something. */
export type Content = {
  game: Hex
  /** Of the host's process: its letters are numbered anew in each. */
  session: string
  /** Of the host's letter; in a caller's, of the first one that they have not got. */
  number: number
  text: string
}

export type Letter = Content & { signature: Hex }

/** What a caller is answered: letters of the host from the number that they asked for on. */
export type Answer = { session: string; letters: Letter[] }

const LETTER_TYPES = {
  Letter: [
    { name: 'game', type: 'bytes32' },
    { name: 'session', type: 'string' },
    { name: 'number', type: 'uint64' },
    { name: 'text', type: 'string' },
  ],
} as const

export async function signLetter(
  account: LocalAccount,
  place: Place,
  content: Content,
): Promise<Letter> {
  const signature = await account.signTypedData({
    domain: domainOf(place),
    types: LETTER_TYPES,
    primaryType: 'Letter',
    message: { ...content, number: BigInt(content.number) },
  })
  return { ...content, signature }
}

/** Asserts that an account wrote a letter about a game. @throws Dispute.LetterRefused */
export async function assertWrittenBy(
  place: Place,
  letter: Letter,
  { game, by }: { game: Hex; by: Hex },
): Promise<void> {
  const { signature, ...content } = letter
  const isOfGame = content.game === game && Number.isSafeInteger(content.number)
  if (!isOfGame || content.number < 0) throw new LetterRefusedError()
  const signer = await recoverTypedDataAddress({
    domain: domainOf(place),
    types: LETTER_TYPES,
    primaryType: 'Letter',
    message: { ...content, number: BigInt(content.number) },
    signature,
  }).catch(() => undefined)
  if (signer?.toLowerCase() !== by.toLowerCase()) throw new LetterRefusedError()
}

export class LetterRefusedError extends AmbrosiaError {
  constructor() {
    super('Dispute.LetterRefused', 'this is no letter of the other side of this game', {
      hint: 'Letters are signed by the account that plays, for this chain, contract and game.',
    })
  }
}
