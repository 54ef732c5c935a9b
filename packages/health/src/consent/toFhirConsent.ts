import type { Purpose } from './purposes.ts'
import type { Terms } from './terms.ts'

/** The consent as a FHIR R4 Consent resource (https://hl7.org/fhir/R4/consent.html). */
export function toFhirConsent(
  terms: Terms,
  purpose: Purpose,
  sentences: readonly string[],
): object {
  const codes = [purpose.code, ...(terms.purpose.modifiers ?? [])]
  return {
    resourceType: 'Consent',
    text: { status: 'generated', div: divOf(sentences) },
    status: 'active',
    scope: coding('http://terminology.hl7.org/CodeSystem/consentscope', 'research'),
    category: [coding('http://terminology.hl7.org/CodeSystem/v3-ActCode', 'IDSCL')],
    ...(terms.signedAt === undefined ? {} : { dateTime: terms.signedAt }),
    ...(terms.provider === undefined
      ? {}
      : { performer: [{ identifier: { value: terms.provider } }] }),
    organization: [{ display: terms.consumerName }],
    policy: [{ uri: terms.identified ? POLICY.authorization : POLICY.safeHarbor }],
    policyRule: coding('http://terminology.hl7.org/CodeSystem/v3-ActCode', 'OPTINR'),
    provision: {
      type: 'permit',
      period: { end: terms.until },
      actor: [
        {
          role: coding('http://terminology.hl7.org/CodeSystem/v3-ParticipationType', 'IRCP'),
          reference: { display: terms.consumerName },
        },
      ],
      purpose: codes.map((code) => ({ system: 'http://purl.obolibrary.org/obo/duo.owl', code })),
      ...(terms.resale
        ? {}
        : {
            provision: [
              {
                type: 'deny',
                action: [coding('http://terminology.hl7.org/CodeSystem/consentaction', 'disclose')],
              },
            ],
          }),
    },
  }
}

const POLICY = {
  authorization: 'https://www.ecfr.gov/current/title-45/section-164.508',
  safeHarbor: 'https://www.ecfr.gov/current/title-45/section-164.514',
} as const

function coding(system: string, code: string): object {
  return { coding: [{ system, code }] }
}

function divOf(sentences: readonly string[]): string {
  const lines = sentences.map((sentence) => `<p>${escapeXml(sentence)}</p>`).join('')
  return `<div xmlns="http://www.w3.org/1999/xhtml">${lines}</div>`
}

function escapeXml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
}
