/**
 * The Safe Harbor form of a record: 45 CFR 164.514(b)(2). All eighteen identifiers are removed or
 * generalised by rules on FHIR paths and types; what no rule keeps is dropped. See
 * docs/spec/health-safe-harbor.md.
 */
export { type Checker, check, createChecker, type Finding } from './safe-harbor/check.ts'
export { createSession, deidentify, type Options, type Session } from './safe-harbor/deidentify.ts'
export type { Report } from './safe-harbor/report.ts'
export { RULES, type Rule } from './safe-harbor/rules.ts'
