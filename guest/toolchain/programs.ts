/** A Go program of this repository that runs on the machine. */
export type Program = {
  name: string
  /** The Go module it lies in. */
  module: Module
  /** Its main package within the module. */
  package: string
  /**
   * Where its ELF file is committed, relative to the repository, `.br` if compressed; absent for
   * those that are built when needed.
   */
  committedAs?: string
}

/** A Go module with what it needs from the repository. Paths are relative to the repository. */
export type Module = {
  name: 'examples' | 'probe' | 'library' | 'block' | 'rollup'
  directory: string
  sources: readonly string[]
  /** Modules from the proxy: they are vendored so that the overlay can reach them. */
  hasDependencies: boolean
}

const examples: Module = {
  name: 'examples',
  directory: 'examples/machine/go',
  sources: ['examples/machine/go', 'guest/machine'],
  hasDependencies: false,
}

const probe: Module = {
  name: 'probe',
  directory: 'guest/test/probe',
  sources: ['guest/test/probe', 'guest/machine'],
  hasDependencies: false,
}

const library: Module = {
  name: 'library',
  directory: 'guest/test/library',
  sources: ['guest/test/library'],
  hasDependencies: false,
}

const block: Module = {
  name: 'block',
  directory: 'guest/block',
  sources: ['guest/block', 'guest/machine'],
  hasDependencies: true,
}

const rollup: Module = {
  name: 'rollup',
  directory: 'guest/rollup',
  sources: ['guest/rollup', 'guest/block', 'guest/machine'],
  hasDependencies: true,
}

export const modules: readonly Module[] = [examples, probe, library, block, rollup]

export const programs: readonly Program[] = [
  example('digest'),
  example('statistics'),
  example('wordcount'),
  { name: 'probe', module: probe, package: '.' },
  { name: 'library', module: library, package: '.' },
  { name: 'block', module: block, package: './cmd/block' },
  {
    name: 'rollup',
    module: rollup,
    package: './cmd/rollup',
    committedAs: 'guest/bin/rollup.elf.br',
  },
  { name: 'vectors', module: block, package: './cmd/vectors' },
]

export function findProgram(name: string): Program | undefined {
  return programs.find((program) => program.name === name)
}

function example(name: string): Program {
  return {
    name,
    module: examples,
    package: `./${name}`,
    committedAs: `examples/machine/go/bin/${name}.elf`,
  }
}
