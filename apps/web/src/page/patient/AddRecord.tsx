import { BUNDLE_SIZE_BYTES } from '@ambrosia/primitives/Limits'
import { useMutation } from '@tanstack/react-query'
import { type DragEvent, useRef, useState } from 'react'
import { refresh } from '../app/queries.ts'
import { ActionError, ask } from '../app/worker.ts'
import { useTexts } from '../texts/Texts.tsx'
import { Busy, Button, Problem } from '../ui/index.tsx'

/** A FHIR Bundle dropped on the page or chosen, or a made-up patient's. */
export function AddRecord({
  isFirst,
  onAdded,
}: {
  isFirst: boolean
  onAdded: (id: string) => void
}) {
  const texts = useTexts()
  const file = useRef<HTMLInputElement>(null)
  const [isOver, setOver] = useState(false)
  const add = useMutation({
    mutationFn: async (source: File | 'sample') => {
      if (source !== 'sample') {
        // Refused before it is read: a file may be larger than the memory of this tab.
        if (source.size > BUNDLE_SIZE_BYTES) throw tooLarge()
        const bundle = new Uint8Array(await source.arrayBuffer())
        return await ask('addRecord', { bundle, label: source.name })
      }
      const seed = Math.floor(Date.now() / 1000) % 100_000
      const { bundle } = await ask('sampleBundle', { seed })
      return await ask('addRecord', { bundle, label: texts.patient.sampleLabel(seed) })
    },
    onSuccess: ({ id }) => {
      refresh()
      onAdded(id)
    },
  })
  const drop = (event: DragEvent): void => {
    event.preventDefault()
    setOver(false)
    const [dropped] = event.dataTransfer.files
    if (dropped) add.mutate(dropped)
  }
  return (
    <section
      aria-label={texts.patient.add}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
      className={`rounded-lg border-2 border-dashed p-4 text-center text-sm ${isOver ? 'border-accent bg-accent-soft' : 'border-line'}`}
    >
      <p className="mb-3">{isFirst ? texts.patient.addFirst : texts.patient.add}</p>
      <input
        ref={file}
        type="file"
        accept=".json,application/json,application/fhir+json"
        className="sr-only"
        aria-label={texts.patient.choose}
        tabIndex={-1}
        onChange={({ target }) => {
          const [chosen] = target.files ?? []
          if (chosen) add.mutate(chosen)
          target.value = ''
        }}
      />
      <div className="flex flex-wrap justify-center gap-2">
        <Button
          kind={isFirst ? 'primary' : 'plain'}
          disabled={add.isPending}
          onClick={() => add.mutate('sample')}
        >
          {texts.patient.sample}
        </Button>
        <Button disabled={add.isPending} onClick={() => file.current?.click()}>
          {texts.patient.choose}
        </Button>
      </div>
      {add.isPending ? (
        <div className="mt-3 flex justify-center">
          <Busy>{texts.patient.adding}</Busy>
        </div>
      ) : null}
      <div className="mt-3 text-left empty:hidden">
        <Problem error={add.error} />
      </div>
    </section>
  )
}

function tooLarge(): ActionError {
  return new ActionError({
    code: 'Bundle.TooLarge',
    message: `the file has more than ${BUNDLE_SIZE_BYTES} bytes`,
    hint: 'Split the record, or export a shorter period.',
  })
}
