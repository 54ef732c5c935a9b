/**
 * A Bundle that would run a script where texts are taken for markup: in names, and in narratives.
 */
export function hostileBundle(hasNarratives: boolean): object {
  const script = '<img src=x onerror="globalThis.wasRun=1"><script>globalThis.wasRun=1</script>'
  const subject = { reference: 'Patient/p' }
  const narrative = hasNarratives && {
    status: 'generated',
    div: `<div xmlns="http://www.w3.org/1999/xhtml">${script}</div>`,
  }
  const textOf = narrative ? { text: narrative } : {}
  const resources = [
    {
      resourceType: 'Patient',
      id: 'p',
      gender: 'female',
      birthDate: '1970-01-01',
      ...textOf,
    },
    {
      resourceType: 'Condition',
      id: 'c',
      subject,
      ...textOf,
      onsetDateTime: '2020-01-01',
      code: {
        coding: [{ system: 'http://snomed.info/sct', code: '44054006', display: script }],
      },
    },
  ]
  return {
    resourceType: 'Bundle',
    type: 'collection',
    entry: resources.map((resource) => ({ resource })),
  }
}
