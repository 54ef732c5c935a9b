/** What a demonstration prints: one line a step, with the figures of this run. */
export type Screen = {
  line(label: string, text: string, figures?: string): void
  plain(text: string): void
}

const LABEL_WIDTH = 12
const FIGURES_COLUMN = 96

/** Lines go to standard output, or to standard error where its last line is to be one object. */
export function createScreen(json: boolean): Screen {
  const print = (text: string): void => {
    const stream = json ? process.stderr : process.stdout
    stream.write(`${text}\n`)
  }
  return {
    line: (label, text, figures = '') => {
      const left = `${label.padEnd(LABEL_WIDTH)}${text}`
      print(figures === '' ? left : `${left.padEnd(FIGURES_COLUMN)}  ${figures}`)
    },
    plain: print,
  }
}
