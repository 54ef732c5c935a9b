/**
 * Geography that may stay, 45 CFR 164.514(b)(2)(i)(B): State, country, and the first three digits
 * of a ZIP code where more than 20,000 people live in the area of all ZIP codes with these digits.
 */

/**
 * Three-digit prefixes of 20,000 or fewer people: Census 2000 by five-digit ZCTA, as published in
 * HHS, "Guidance Regarding Methods for De-identification of Protected Health Information", question
 * "Which ZIP codes". Beside them prefixes that hold no residents: unassigned low ones and those of
 * military post, whose population the Census does not count.
 */
export const RESTRICTED_ZIP = {
  source: 'HHS guidance of 26 November 2012, Census 2000',
  prefixes: '036 059 063 102 203 556 692 790 821 823 830 831 878 879 884 890 893'.split(' '),
  withoutResidents:
    '000 001 002 003 004 090 091 092 093 094 095 096 097 098 099 340 962 963 964 965 966'.split(
      ' ',
    ),
} as const

const restricted: ReadonlySet<string> = new Set([
  ...RESTRICTED_ZIP.prefixes,
  ...RESTRICTED_ZIP.withoutResidents,
])

/**
 * `98034` and `98034-1234` are `980`; a restricted prefix is `000`; undefined for what is not a ZIP
 * code.
 */
export function toZip3(postalCode: string): string | undefined {
  const match = /^(\d{3})(?:\d{2}(?:-?\d{4})?)?$/.exec(postalCode.trim())
  if (!match) return undefined
  const prefix = match[1] as string
  return restricted.has(prefix) ? '000' : prefix
}

const STATE_TEXT =
  'AL Alabama,AK Alaska,AZ Arizona,AR Arkansas,CA California,CO Colorado,CT Connecticut,DE Delaware,DC District of Columbia,FL Florida,' +
  'GA Georgia,HI Hawaii,ID Idaho,IL Illinois,IN Indiana,IA Iowa,KS Kansas,KY Kentucky,LA Louisiana,ME Maine,MD Maryland,' +
  'MA Massachusetts,MI Michigan,MN Minnesota,MS Mississippi,MO Missouri,MT Montana,NE Nebraska,NV Nevada,NH New Hampshire,' +
  'NJ New Jersey,NM New Mexico,NY New York,NC North Carolina,ND North Dakota,OH Ohio,OK Oklahoma,OR Oregon,PA Pennsylvania,' +
  'RI Rhode Island,SC South Carolina,SD South Dakota,TN Tennessee,TX Texas,UT Utah,VT Vermont,VA Virginia,WA Washington,' +
  'WV West Virginia,WI Wisconsin,WY Wyoming,PR Puerto Rico'

const states = new Map<string, string>()
for (const item of STATE_TEXT.split(',')) {
  states.set(item.slice(0, 2), item.slice(0, 2))
  states.set(item.slice(3).toUpperCase(), item.slice(0, 2))
}

/**
 * The two letters of a State of the United States, by code or name; undefined for any other text.
 */
export function toState(text: string): string | undefined {
  return states.get(text.trim().toUpperCase())
}

/** ISO 3166-1 alpha-2. */
const COUNTRIES: ReadonlySet<string> = new Set(
  (
    'AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX ' +
    'CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR ' +
    'IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE ' +
    'NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF ' +
    'TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW'
  ).split(' '),
)

/** A country's two letters; USA and United States are US; undefined for any other text. */
export function toCountry(text: string): string | undefined {
  const upper = text.trim().toUpperCase()
  if (/^(?:USA|UNITED STATES(?: OF AMERICA)?)$/.test(upper)) return 'US'
  return COUNTRIES.has(upper) ? upper : undefined
}

/** ISO 4217, currencies in use. */
export const CURRENCIES: ReadonlySet<string> = new Set(
  (
    'AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ' +
    'ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD ' +
    'MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP ' +
    'SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW'
  ).split(' '),
)
