import assert from 'node:assert/strict'
import { it } from 'node:test'
import { callHost } from '@ambrosia/dispute/letterCaller'
import { createLetterHost } from '@ambrosia/dispute/letterHost'
import { signLetter } from '@ambrosia/dispute/letters'
import { privateKeyToAccount } from 'viem/accounts'
import { runCli } from '../../testing/runCli.ts'
import { postTo, serveLetters } from './letters.ts'

const game = `0x${'ab'.repeat(32)}` as const
const place = { chainId: 31337, claimBook: `0x${'11'.repeat(20)}` as const }
const seatOf = (byte: string) => ({
  ...place,
  account: privateKeyToAccount(`0x${byte.repeat(32)}`),
})

it('letters go both ways over HTTP, each once; what is none is refused with a code', async (t) => {
  const [asserter, challenger] = [seatOf('01'), seatOf('02')]
  const host = createLetterHost(asserter, { session: 'one', waitMs: 50 })
  const served = await serveLetters(host, { host: '127.0.0.1', port: 0 })
  t.after(() => served.close())
  const wait = { timeoutMs: 20_000, signal: t.signal }
  const other = asserter.account.address
  const caller = callHost(challenger, { game, other, ...wait, post: postTo(`${served.url}/`) })
  t.after(() => caller.close())
  // Before the host knows of the game: it is called again until it does.
  caller.send('resume')
  const channel = host.open(game, challenger.account.address, wait)
  assert.equal(await channel.next(), 'resume')
  channel.send('split')
  assert.equal(await caller.next(), 'split')
  caller.send('pick')
  assert.equal(await channel.next(), 'pick')
  for (const text of ['sign', 'another split']) channel.send(text)
  assert.deepEqual([await caller.next(), await caller.next()], ['sign', 'another split'])

  const post = async (body: string, path: string = game) => {
    const headers = { 'content-type': 'application/json' }
    const url = `${served.url}/v1/games/${path}`
    const response = await fetch(url, { method: 'POST', headers, body })
    return [response.status, ((await response.json()) as { code: string }).code]
  }
  const content = { game, session: '', number: 0, text: 'x' }
  const letter = await signLetter(challenger.account, place, content)
  const unknown = `0x${'cd'.repeat(32)}`
  const isRefused = [403, 'Dispute.LetterRefused']
  assert.deepEqual(await post(JSON.stringify(letter), unknown), [404, 'Dispute.NoTalk'])
  assert.deepEqual(await post(JSON.stringify({ ...letter, text: 'y' })), isRefused)
  const elsewhere = await signLetter(challenger.account, { ...place, chainId: 1 }, content)
  assert.deepEqual(await post(JSON.stringify(elsewhere)), isRefused)
  const stranger = await signLetter(seatOf('03').account, place, content)
  assert.deepEqual(await post(JSON.stringify(stranger)), isRefused)
  assert.deepEqual(await post(JSON.stringify({ ...letter, more: 1 })), [400, 'Request.Invalid'])
  const long = await post(JSON.stringify({ ...letter, text: 'x'.repeat(20_000) }))
  assert.deepEqual(long, [413, 'Request.TooLarge'])
})

it('an address that is none is wrong use', () => {
  const watch = ['dispute', 'watch', '--rpc', 'http://127.0.0.1:1', '--claim-book', place.claimBook]
  const rest = ['--program', 'x.elf', '--packages', '.']
  for (const wrong of [
    ['--listen', 'nowhere'],
    ['--listen', '127.0.0.1:99999'],
    ['--peer', 'http://somebody'],
    ['--peer', `${place.claimBook}=ftp://somebody`],
  ]) {
    assert.equal(runCli([...watch, ...rest, ...wrong]).status, 2, wrong.join(' '))
  }
})
