import type { Row } from './Deviation.ts'

const HEAD = `# Adversaries

Every row is a step of the protocol taken otherwise than it is written, against real services and
contracts; members are changed one by one, as the schemas of the messages name them. The table is
made by \`AMBROSIA_WRITE=1 npm test -- e2e/adversaries\`, and the same test without it holds it: as
many rows, and no other choices; no row may be taken that is not somebody's own choice, none may move money, and the honest sale in the
midst of them is paid once and verified.

What is refused costs the one who tried their own gas, and nobody else anything. "taken" names a
choice of the sender's own that harms nobody.
`

/** The rows as a document, one table a role, equal answers of one message together. */
export function tableOf(rows: readonly Row[]): string {
  const roles = [...new Set(rows.map(({ role }) => role))]
  return `${HEAD}${roles.map((role) => sectionOf(role, rows)).join('')}`
}

function sectionOf(role: string, rows: readonly Row[]): string {
  const own = rows.filter((row) => row.role === role)
  const groups = new Map<string, Row[]>()
  for (const row of own) {
    const key = `${row.message}\n${row.by}\n${row.answer}`
    groups.set(key, [...(groups.get(key) ?? []), row])
  }
  const lines = [...groups.values()].map((group) => {
    const [{ message, by, answer }] = group as [Row]
    const changes = group.map(({ change }) => change).join('; ')
    return `| ${message} | ${changes} | ${by} | ${answer} |\n`
  })
  const title = `\n## A cheating ${role}\n\n`
  return `${title}${own.length} deviations.\n\n| message | deviation | refused by | answer |\n| --- | --- | --- | --- |\n${lines.join('')}`
}
