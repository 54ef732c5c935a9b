// Templates whose hints a test can forge: the prover computes hints as they like, and the
// constraints must catch what is not honest.

/** An edit of the sources, as compile takes it. */
export type Edit = (name: string, text: string) => string

/**
 * Makes `forge`, a new input of a template, add to its hints: forge[k] to the k-th `<--` of the
 * file, forge[i] where a loop over i makes hints. The constraints stay what they are.
 */
export function forgeable(file: string, template: string, count: number): Edit {
  return (name, text) => {
    if (name !== file) return text
    let hint = 0
    const forged = text.replaceAll(/(\[i\])? <-- ([^;]+);/g, (_, loop, expression) => {
      const place = loop === undefined ? hint++ : 'i'
      return `${loop ?? ''} <-- (${expression}) + forge[${place}];`
    })
    const head = new RegExp(`(template ${template}\\([^)]*\\) \\{\n)`)
    if (forged === text || !head.test(forged)) throw new Error(`${file} has no hint to forge`)
    return forged.replace(head, `$1    signal input forge[${count}];\n`)
  }
}

/** Takes constraints away: a circuit that is wrong on purpose. */
export function without(file: string, ...lines: string[]): Edit {
  return (name, text) => {
    if (name !== file) return text
    return lines.reduce((rest, line) => {
      if (!rest.includes(line)) throw new Error(`${file} does not hold: ${line}`)
      return rest.replace(line, '')
    }, text)
  }
}

export function both(...edits: Edit[]): Edit {
  return (name, text) => edits.reduce((rest, edit) => edit(name, rest), text)
}
