import { type Change, inflateBase64 } from './overlay.ts'

const geth = 'github.com/ethereum/go-ethereum'
const secp256k1 = 'github.com/decred/dcrd/dcrec/secp256k1/v4'

/**
 * What differs from the modules the block guest is made of, and why. Paths are relative to the
 * vendor directory. Two of them (bn256, KZG) are consensus code: the block tests run them against
 * the unchanged library.
 */
export const moduleChanges: readonly Change[] = [
  {
    path: `${geth}/metrics/runtimehistogram.go`,
    reason: 'the compiler makes FMIN and FMAX of min() and max() on floats in spite of softfloat',
    edits: [
      [
        '\t\tthresholds[i] = count * max(0, min(1.0, percentile))\n',
        '\t\tif percentile > 1 {\n\t\t\tpercentile = 1\n\t\t}\n\t\tif percentile < 0 {\n\t\t\tpercentile = 0\n\t\t}\n\t\tthresholds[i] = count * percentile\n',
      ],
    ],
  },
  {
    path: `${secp256k1}/compressedbytepoints.go`,
    reason:
      'the table of base points as data: the first signature recovery inflates it at a cost of 114 M steps',
    generate: (read) => bytePointTable(read(`${secp256k1}/compressedbytepoints.go`)),
  },
  {
    path: `${secp256k1}/loadprecomputed.go`,
    reason: 'the loader of that table',
    replaceBy: 'mod/secp256k1/loadprecomputed.go',
  },
  {
    path: `${geth}/crypto/bn256/bn256_fast.go`,
    reason:
      'alt_bn128 by the library that amd64 and arm64 use: 170 M steps for 1 M gas, against 1,835 M',
    edits: [
      ['//go:build amd64 || arm64\n', '//go:build amd64 || arm64 || riscv64\n'],
      ['// +build amd64 arm64\n', '// +build amd64 arm64 riscv64\n'],
    ],
  },
  {
    path: `${geth}/crypto/bn256/bn256_slow.go`,
    reason: 'the slow one',
    edits: [
      ['//go:build !amd64 && !arm64\n', '//go:build !amd64 && !arm64 && !riscv64\n'],
      ['// +build !amd64,!arm64\n', '// +build !amd64,!arm64,!riscv64\n'],
    ],
  },
  {
    path: `${geth}/crypto/kzg4844/kzg4844_gokzg.go`,
    reason:
      'point evaluation needs three points of the trusted setup; reading all of it costs 48.9 G steps',
    generate: (read) =>
      verifyOnlySetup(
        read(`${geth}/crypto/kzg4844/kzg4844_gokzg.go`),
        read(`${geth}/crypto/kzg4844/trusted_setup.json`),
      ),
  },
  {
    path: 'github.com/crate-crypto/go-eth-kzg/verifycontext.go',
    reason: 'the context of those three points',
    add: 'mod/go-eth-kzg/verifycontext.go',
  },
  {
    path: `${geth}/internal/telemetry/telemetry.go`,
    reason: 'tracing brings an HTTP client and TLS into the image',
    replaceBy: 'mod/go-ethereum/telemetry.go',
  },
  {
    path: `${geth}/core/rawdb/eradb/eradb.go`,
    reason: 'history files bring SSZ and YAML into the image',
    replaceBy: 'mod/go-ethereum/eradb.go',
  },
  {
    path: `${geth}/metrics/cpu_enabled.go`,
    reason: 'process statistics read files of the operating system',
    replaceBy: 'mod/go-ethereum/cpu_enabled.go',
  },
  { path: `${geth}/metrics/opentsdb.go`, reason: 'a network client', drop: true },
]

/**
 * Window and point counts of the table: 32 bytes of a scalar, 256 values each, two coordinates of
 * ten words.
 */
const tableWords = 32 * 256 * 2 * 10

function bytePointTable(source: string): string {
  const base64 = /"([A-Za-z0-9+/=]{1000,})"/.exec(source)?.[1] ?? ''
  const bytes = inflateBase64(base64)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.byteLength !== tableWords * 4)
    throw new Error('unexpected size of the base point table')
  const field = (at: number) => {
    const words = Array.from({ length: 10 }, (_, i) => view.getUint32((at + i) * 4, true))
    return `{n: [10]uint32{${words.join(',')}}}`
  }
  const lines = ['package secp256k1', '', 'var staticBytePoints = bytePointTable{']
  for (let window = 0; window < 32; window++) {
    lines.push('{')
    for (let value = 0; value < 256; value++) {
      const at = (window * 256 + value) * 20
      lines.push(`{${field(at)},${field(at + 10)}},`)
    }
    lines.push('},')
  }
  return [...lines, '}', ''].join('\n')
}

function verifyOnlySetup(source: string, trustedSetup: string): string {
  const setup = JSON.parse(trustedSetup) as { g1_monomial: string[]; g2_monomial: string[] }
  const start = source.indexOf('\tconfig, err := content.ReadFile("trusted_setup.json")')
  const end = source.indexOf('// gokzgBlobToCommitment')
  if (start < 0 || end < start) throw new Error('unexpected text of kzg4844_gokzg.go')
  const points = [setup.g1_monomial[0], setup.g2_monomial[0], setup.g2_monomial[1]]
  const body = [
    '\tvar err error',
    `\tcontext, err = gokzg4844.NewVerifyContext(${points.map((p) => JSON.stringify(p)).join(', ')})`,
    '\tif err != nil {',
    '\t\tpanic(err)',
    '\t}',
    '}',
    '',
    '',
  ].join('\n')
  return source.slice(0, start).replace('\t"encoding/json"\n', '') + body + source.slice(end)
}
