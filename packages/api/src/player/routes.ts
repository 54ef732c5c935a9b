import type { HttpRoutes } from '@ambrosia/primitives/HttpRoute'
import * as Type from 'typebox'
import { closed, Hash, Signature } from '../shapes.ts'

const Letter = Type.Object(
  {
    game: Hash,
    session: Type.String({ maxLength: 64 }),
    number: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
    text: Type.String({ maxLength: 8192 }),
    signature: Signature,
  },
  closed,
)

/**
 * What a player of disputes answers, where the other side of a game plays by messages:
 * docs/protocol/dispute.md, section 6.
 */
export const playerRoutes = {
  letter: {
    method: 'POST',
    path: '/v1/games/:game',
    summary: 'Hand over a letter of a game, or an empty one, and get those of the other side',
    auth: 'anyone',
    params: Type.Object({ game: Hash }),
    body: { kind: 'json', schema: Letter, limitBytes: 16_384 },
    answer: {
      kind: 'json',
      status: 200,
      schema: Type.Object(
        { session: Type.String({ maxLength: 64 }), letters: Type.Array(Letter, { maxItems: 16 }) },
        closed,
      ),
      limitBytes: 262_144,
    },
    errors: {
      'Dispute.NoTalk': 404,
      'Dispute.LetterRefused': 403,
      'Dispute.MailboxFull': 503,
    },
    timeoutMs: 30_000,
  },
} as const satisfies HttpRoutes
