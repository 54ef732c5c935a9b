import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { errorsAbi } from './abi/errors.generated.ts'
import { RevertedError } from './errors.ts'
import { refusalWords } from './refusalWords.ts'

const ID = `0x${'1'.repeat(64)}`
const ACCOUNT = `0x${'2'.repeat(40)}`

/** A value of a Solidity type. */
function sampleOf(type: string): unknown {
  if (type.startsWith('uint')) return Number(type.slice(4)) > 48 ? 1_800_000_000n : 2
  if (type === 'address') return ACCOUNT
  if (type === 'string') return 'retentionEnd'
  if (type === 'bool') return true
  return ID
}

describe('refusalWords', () => {
  it('has words and a next step for every custom error of every contract', () => {
    for (const { name, inputs } of errorsAbi) {
      const args = Object.fromEntries(inputs.map((one) => [one.name, sampleOf(one.type)]))
      const { message, hint } = refusalWords({ errorName: name, args })
      assert.match(message, /^\S.* .*\S$/, name)
      assert.ok(!message.includes(name), `${name}: ${message}`)
      assert.ok(
        !/(?:at|until|time|by|end|from|to|expiry|deadline) 1800000000\b/.test(message),
        message,
      )
      assert.match(hint, /^[A-Z].*[.A-Z]$/, `${name}: ${hint}`)
      assert.ok(message.length <= 600, `${name} is ${message.length} long`)
    }
  })

  it('names states, writes times as dates and amounts with their token', () => {
    const words = (errorName: string, args: Record<string, unknown>) =>
      refusalWords({ errorName, args }).message
    assert.match(words('DealStateRefused', { dealId: ID, state: 2 }), /state Paused$/)
    assert.match(words('RecordStatusRefused', { recordId: ID, status: 2 }), /status [A-Z][a-z]+$/)
    assert.match(words('OracleStatusRefused', { operator: ACCOUNT, status: 3 }), /Suspended$/)
    assert.match(
      words('CertificateExpired', { validUntil: 1_800_000_000n, blockTime: 1_800_000_001n }),
      /valid until 2027-01-15T08:00:00Z, block time 2027-01-15T08:00:01Z$/,
    )
    assert.match(
      words('DealUnderfunded', { budget: 4n * 10n ** 18n, required: 5n * 10n ** 17n }),
      /budget 4 MED, required 0\.5 MED$/,
    )
    assert.match(
      words('RelayerFeeOverLimit', { limit: 5n * 10n ** 17n, fee: 10n ** 18n }),
      /limit 0\.5 MED, fee 1 MED$/,
    )
    const token = { symbol: 'USDX', decimals: 6 }
    const args = { sender: ACCOUNT, balance: 1_500_000n, needed: 2_000_000n }
    assert.match(
      refusalWords({ errorName: 'ERC20InsufficientBalance', args }, token).message,
      /balance 1\.5 USDX, needed 2 USDX$/,
    )
    assert.match(
      words('OracleCommissionAboveCap', { commissionBps: 1050n, capBps: 1000n }),
      /10\.5 %/,
    )
    assert.match(words('DealBudgetLocked', { dealId: ID, until: 2n ** 255n }), /until \d{70,}/)
  })

  it('is what an error of a contract says, with its code as before', () => {
    const error = new RevertedError({
      errorName: 'DealPaused',
      args: { asOf: 1_800_000_000n, stoppedAt: 1_799_999_000n },
    })
    assert.equal(error.code, 'Chain.DealPaused')
    assert.match(error.message, /as of 2027-01-15T08:00:00Z/)
    assert.match(error.hint ?? '', /resumes the deal/)
  })
})
