import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Command } from 'commander'
import { COMMANDS } from './commands/index.ts'
import { DEMOS } from './demos/index.ts'
import { createProgram } from './program.ts'
import { runCli } from './testing/runCli.ts'

/** What the help of some words prints, and the verbs below them. */
async function helpOf(words: readonly string[]): Promise<string> {
  const program = createProgram()
  let text = ''
  const silence = (command: Command): void => {
    const writeOut = (part: string): void => {
      text += part
    }
    command.configureOutput({ writeOut, writeErr: () => {} })
    for (const one of command.commands) silence(one)
  }
  silence(program)
  // Verbs are added when their noun is called, so they are silenced then.
  program.hook('preSubcommand', (_parent, called) => silence(called))
  await assert.rejects(program.parseAsync([...words, '--help'], { from: 'user' }), {
    code: 'commander.helpDisplayed',
  })
  return text
}

function verbsIn(help: string): string[] {
  const [, list = ''] = help.split('\nCommands:\n')
  return list
    .split('\n\n')[0]
    ?.split('\n')
    .flatMap((line) => /^ {2}(\S+)/.exec(line)?.[1] ?? []) as string[]
}

describe('the command line', () => {
  it('has one entry a word, each under a heading', () => {
    const entries = [...COMMANDS, ...DEMOS.filter(({ noun }) => noun === undefined)]
    const names = entries.map(({ name }) => name)
    assert.equal(new Set(names).size, names.length)
    assert.deepEqual(
      entries.filter(({ group }) => group === undefined),
      [],
    )
  })

  it('has an example in the help of every verb', async () => {
    const nouns = new Set<string>()
    for (const { name } of [...DEMOS, ...COMMANDS]) {
      const help = await helpOf([name])
      const verbs = verbsIn(help)
      if (verbs.length > 0) nouns.add(name)
      else assert.match(help, /Examples?:\n {2}\S/, name)
      for (const verb of verbs) {
        const text = await helpOf([name, verb])
        assert.match(text, /Examples?:\n( {2}|.*\n {2})/, `${name} ${verb}`)
        assert.match(text, /With --json/, `${name} ${verb}`)
      }
    }
    assert.ok(nouns.has('deal') && nouns.has('record') && nouns.has('machine'))
  })

  it('loads what is called and nothing else', () => {
    const env = { NODE_DEBUG: 'esm' }
    const help = runCli(['--help'], { env })
    assert.equal(help.status, 0)
    const loaded = (name: string): boolean => help.stderr.includes(name)
    assert.ok(loaded('/apps/cli/src/commands/index.ts'))
    for (const name of ['/viem/', '/packages/sdk/', '/packages/health/', '/commands/deal/'])
      assert.ok(!loaded(name), name)
  })

  it('knows the verbs of a demonstration under its noun', async () => {
    for (const { noun, name } of DEMOS) {
      if (noun === undefined) continue
      assert.ok(verbsIn(await helpOf([noun])).includes(name), `${noun} ${name}`)
    }
    assert.ok((await helpOf(['demo'])).includes('--once'))
  })
})
