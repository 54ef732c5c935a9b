import { InvalidArgumentError } from 'commander'

/** How much agreement a deal buys; `powerBps` is a share of power, in 1/10000. */
export type Quorum = { count: number; powerBps?: number }

/** `3`, or `3,20%`. @throws a usage error */
export function quorum(text: string): Quorum {
  const [, digits, share] = /^(\d{1,2})(?:,(\d{1,3}(?:\.\d{1,2})?)%)?$/.exec(text) ?? []
  const count = Number(digits)
  const powerBps = share === undefined ? undefined : Math.round(Number(share) * 100)
  const isRight = count >= 1 && count <= 16 && (powerBps === undefined || powerBps <= 10_000)
  if (!isRight)
    throw new InvalidArgumentError('It must be 1 to 16, or such a count and a share: 3,20%.')
  return powerBps === undefined ? { count } : { count, powerBps }
}
