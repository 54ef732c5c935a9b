type Fault = [rule: string, message: string]

/**
 * What is wrong with the form of a primitive that the JSON Schema lets pass, undefined where
 * nothing is.
 */
export function faultOf(value: string | number, type: string, path: string): Fault | undefined {
  switch (path) {
    case 'Reference.reference':
      return /\s/.test(String(value)) ? ['reference.form', 'is not a reference'] : undefined
    case 'Quantity.system':
      return ABSOLUTE.test(String(value)) ? undefined : ['uri.form', 'is not an absolute URI']
  }
  switch (type) {
    case 'date':
    case 'dateTime':
    case 'instant':
      return isCalendarDate(String(value))
        ? undefined
        : ['date.calendar', 'is not a date of the calendar']
    case 'integer':
      return integer(value, -(2 ** 31))
    case 'unsignedInt':
      return integer(value, 0)
    case 'positiveInt':
      return integer(value, 1)
    case 'base64Binary':
      return isBase64(String(value)) ? undefined : ['base64.form', 'is not base64']
    case 'xhtml':
      return isSafeNarrative(String(value))
        ? undefined
        : ['narrative.unsafe', 'has markup that a narrative may not have']
    case 'uri':
    case 'url':
    case 'canonical':
      return /\s/.test(String(value)) ? ['uri.form', 'is not a URI'] : undefined
    default:
      return undefined
  }
}

/** R4, datatypes: integers have 32 bits; the schema checks the type number only. */
function integer(value: string | number, minimum: number): Fault | undefined {
  const isRight =
    Number.isInteger(value) && (value as number) >= minimum && (value as number) < 2 ** 31
  return isRight ? undefined : ['integer.range', 'is not an integer of its type']
}

/** The schema's pattern lets February have 31 days; R4, datatypes: "Dates SHALL be valid dates". */
function isCalendarDate(text: string): boolean {
  const match = /^(\d{4})-(\d{2})-(\d{2})/.exec(text)
  if (!match) return true
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])]
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  const days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
  return day <= (days[month - 1] ?? 0)
}

/** A URI with a scheme (RFC 3986, section 4.3), without white space. */
const ABSOLUTE = /^[A-Za-z][A-Za-z0-9+.-]*:\S+$/

function isBase64(text: string): boolean {
  const bare = text.replace(/[ \t\r\n]/g, '')
  return bare.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(bare)
}

/**
 * Elements and attributes that run, load or leave the page; R4, narrative, invariants txt-1 and
 * txt-2.
 */
const ACTIVE =
  /<\/?(?:script|iframe|frame|frameset|object|embed|form|input|button|base|link|meta|head|body|html|style|svg|math)\b|<[^<>]{0,4096}\s(?:on[a-z]+|srcdoc|formaction)\s*=|javascript\s*:/i

function isSafeNarrative(text: string): boolean {
  return /^\s*<div[\s>/]/.test(text) && /(?:<\/div>|\/>)\s*$/.test(text) && !ACTIVE.test(text)
}
