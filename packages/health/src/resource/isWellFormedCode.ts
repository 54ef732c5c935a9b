/**
 * False for a code that its system can't have: LOINC codes and SNOMED CT identifiers carry a check
 * digit, so a slip of the pen shows. Codes of other systems are believed.
 */
export function isWellFormedCode(system: string, code: string): boolean {
  if (system === 'http://loinc.org') return isLoinc(code)
  if (system === 'http://snomed.info/sct') return isSnomed(code)
  return code.trim() === code && code !== ''
}

/**
 * LOINC Users' Guide, "LOINC check digit": modulus 10 over the digits before the dash. Parts and
 * answers (LP, LA) have it too.
 */
function isLoinc(code: string): boolean {
  const match = /^(?:LP|LA|LL|LG)?(\d{1,7})-(\d)$/.exec(code)
  if (!match) return false
  const [, digits = '', check] = match
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 0 ? 2 : 1)
    return total + (value > 9 ? value - 9 : value)
  }, 0)
  return (10 - (sum % 10)) % 10 === Number(check)
}

/**
 * SNOMED CT Technical Implementation Guide, "Check-digit": Verhoeff's dihedral check over all
 * digits.
 */
function isSnomed(code: string): boolean {
  if (!/^[1-9]\d{5,17}$/.test(code)) return false
  return (
    [...code]
      .reverse()
      .reduce((check, digit, index) => product(check, permuted(index, Number(digit))), 0) === 0
  )
}

/** The product of the dihedral group of order ten. */
function product(one: number, other: number): number {
  if (one < 5) return other < 5 ? (one + other) % 5 : 5 + ((one + other) % 5)
  return other < 5 ? 5 + ((((one - other) % 5) + 5) % 5) : (((one - other) % 5) + 5) % 5
}

const PERMUTATION = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4] as const

function permuted(times: number, digit: number): number {
  let value = digit
  for (let turn = 0; turn < times % 8; turn++) value = PERMUTATION[value] as number
  return value
}
