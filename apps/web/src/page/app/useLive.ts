import { useEffect, useState } from 'react'

/** A line of a step, as the terminal told it. */
export type LiveLine = {
  label: string
  text: string
  transaction?: { hash: `0x${string}`; gas: string }
  detail?: {
    by?: string
    words?: string[]
    signed?: { what: string; by: string; message?: unknown; signature?: string }[]
    facts?: Record<string, string | number>
  }
}

export type LiveStep = { name: string; state: 'doing' | 'done'; ms: number; lines: LiveLine[] }

export type LiveSale = {
  title: string
  steps: LiveStep[]
  refused: { attack: string; code: string }[]
  end?: { ok: boolean; seconds: number }
  isConnected: boolean
}

type Event = { kind: string; step?: string } & Record<string, unknown>

const NOTHING: LiveSale = { title: '', steps: [], refused: [], isConnected: false }

/** The sale that the terminal plays, from its own progress events. */
export function useLive(): LiveSale {
  const [sale, setSale] = useState(NOTHING)
  useEffect(() => {
    const source = new EventSource('/live')
    source.onopen = () => setSale({ ...NOTHING, isConnected: true })
    source.onerror = () => setSale((before) => ({ ...before, isConnected: false }))
    source.onmessage = ({ data }) =>
      setSale((before) => after(before, JSON.parse(String(data)) as Event))
    return () => source.close()
  }, [])
  return sale
}

function after(sale: LiveSale, event: Event): LiveSale {
  const name = event.step ?? ''
  const change = (work: (step: LiveStep) => LiveStep): LiveSale => ({
    ...sale,
    steps: sale.steps.map((step) => (step.name === name ? work(step) : step)),
  })
  switch (event.kind) {
    case 'title':
      return { ...NOTHING, isConnected: true, title: String(event['title']) }
    case 'begun':
      if (sale.steps.some((step) => step.name === name)) return sale
      return { ...sale, steps: [...sale.steps, { name, state: 'doing', ms: 0, lines: [] }] }
    case 'line':
      return change((step) => ({ ...step, lines: [...step.lines, event as never] }))
    case 'done':
      return change((step) => ({ ...step, state: 'done', ms: Number(event['ms']) }))
    case 'refused':
      return {
        ...sale,
        refused: [
          ...sale.refused,
          { attack: String(event['attack']), code: String(event['code']) },
        ],
      }
    case 'end':
      return { ...sale, end: { ok: event['ok'] === true, seconds: Number(event['seconds']) } }
    default:
      return sale
  }
}
