import { cva, type VariantProps } from 'class-variance-authority'
import { Dialog as RadixDialog, Slot } from 'radix-ui'
import type { ComponentProps, ReactNode } from 'react'
import { twMerge } from 'tailwind-merge'
import { ActionError } from '../app/worker.ts'
import { useTexts } from '../texts/Texts.tsx'
import { short } from './format.ts'

/** The page's components, in the manner of shadcn/ui: Radix for behaviour, Tailwind for looks. */

const button = cva(
  'inline-flex min-h-10 items-center justify-center gap-2 rounded-lg px-4 py-2 text-sm font-medium transition-colors disabled:cursor-not-allowed disabled:opacity-60',
  {
    variants: {
      kind: {
        primary: 'bg-accent text-accent-ink hover:brightness-95',
        plain: 'border border-line bg-surface text-ink hover:bg-raised',
        danger: 'border border-bad bg-surface text-bad hover:bg-bad-soft',
        quiet: 'text-ink hover:bg-raised',
      },
    },
    defaultVariants: { kind: 'plain' },
  },
)

export function Button({
  kind,
  className,
  asChild = false,
  ...props
}: ComponentProps<'button'> & VariantProps<typeof button> & { asChild?: boolean }) {
  const Tag = asChild ? Slot.Root : 'button'
  return (
    <Tag
      {...(asChild ? {} : { type: 'button' })}
      className={twMerge(button({ kind }), className)}
      {...props}
    />
  )
}

export function Card({ className, ...props }: ComponentProps<'section'>) {
  return (
    <section
      className={twMerge('rounded-xl border border-line bg-surface p-4 sm:p-5', className)}
      {...props}
    />
  )
}

const badge = cva('inline-flex items-center rounded-full px-2.5 py-0.5 text-xs font-medium', {
  variants: {
    tone: {
      plain: 'bg-raised text-ink',
      good: 'bg-good-soft text-good',
      bad: 'bg-bad-soft text-bad',
      warn: 'bg-warn-soft text-warn',
      accent: 'bg-accent-soft text-accent',
    },
  },
  defaultVariants: { tone: 'plain' },
})

export function Badge({
  tone,
  className,
  ...props
}: ComponentProps<'span'> & VariantProps<typeof badge>) {
  return <span className={twMerge(badge({ tone }), className)} {...props} />
}

/** The top of a page: what it is for, in one sentence. */
export function PageHead({
  title,
  lead,
  children,
}: {
  title: string
  lead: string
  children?: ReactNode
}) {
  return (
    <header className="mb-6 flex flex-wrap items-start justify-between gap-4">
      <div className="max-w-2xl">
        <h1 tabIndex={-1}>{title}</h1>
        <p className="mt-1 text-soft">{lead}</p>
      </div>
      {children}
    </header>
  )
}

export function Field({
  label,
  hint,
  children,
}: {
  label: string
  hint?: string
  children: ReactNode
}) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is the child
    <label className="block text-sm">
      <span className="font-medium">{label}</span>
      {hint ? <span className="block text-soft">{hint}</span> : null}
      <span className="mt-1 block">{children}</span>
    </label>
  )
}

const control =
  'min-h-10 w-full rounded-lg border border-line bg-surface px-3 py-2 text-sm text-ink placeholder:text-soft'

export function Input(props: ComponentProps<'input'>) {
  return <input {...props} className={twMerge(control, props.className)} />
}

export function Select(props: ComponentProps<'select'>) {
  return <select {...props} className={twMerge(control, props.className)} />
}

/** An error in words: what happened, what to do, and the code for whoever is asked. */
export function Problem({ error }: { error: unknown }) {
  const texts = useTexts()
  if (error === null || error === undefined) return null
  const known = error instanceof ActionError
  const code = known ? error.code : 'Page.Failed'
  const hint = texts.hints[code as keyof typeof texts.hints] ?? (known ? error.hint : '')
  return (
    <div role="alert" className="rounded-lg bg-bad-soft p-3 text-sm text-bad">
      <p className="font-medium">{error instanceof Error ? error.message : String(error)}</p>
      <p>{hint || texts.general.tryAgain}</p>
      <p className="mt-1 font-mono text-xs">{code}</p>
    </div>
  )
}

export function Note({
  tone = 'accent',
  children,
}: {
  tone?: 'accent' | 'warn' | 'good'
  children: ReactNode
}) {
  const tones = {
    accent: 'bg-accent-soft text-ink',
    warn: 'bg-warn-soft text-warn',
    good: 'bg-good-soft text-good',
  }
  return <div className={`rounded-lg p-3 text-sm ${tones[tone]}`}>{children}</div>
}

/** A hash or an address: short to look at, whole on hover, in selection and for a screen reader. */
export function Hash({ value }: { value: string }) {
  return (
    <code className="font-mono text-xs" title={value}>
      {short(value)}
    </code>
  )
}

/** Names and values. */
export function Facts({ facts }: { facts: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className="grid grid-cols-1 gap-x-6 gap-y-2 text-sm sm:grid-cols-[max-content_1fr]">
      {facts.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-soft">{name}</dt>
          <dd className="mb-1 min-w-0 break-words sm:mb-0">{value}</dd>
        </div>
      ))}
    </dl>
  )
}

export function Dialog({
  title,
  open,
  onOpenChange,
  children,
}: {
  title: string
  open: boolean
  onOpenChange: (open: boolean) => void
  children: ReactNode
}) {
  const texts = useTexts()
  return (
    <RadixDialog.Root open={open} onOpenChange={onOpenChange}>
      <RadixDialog.Portal>
        <RadixDialog.Overlay className="fixed inset-0 z-20 bg-black/50" />
        <RadixDialog.Content
          aria-describedby={undefined}
          className="fixed inset-x-2 top-1/2 z-30 mx-auto max-h-[92vh] max-w-xl -translate-y-1/2 overflow-y-auto rounded-xl border border-line bg-surface p-5"
        >
          <div className="mb-3 flex items-start justify-between gap-3">
            <RadixDialog.Title className="text-lg font-semibold">{title}</RadixDialog.Title>
            <RadixDialog.Close asChild>
              <Button kind="quiet" aria-label={texts.general.close}>
                ✕
              </Button>
            </RadixDialog.Close>
          </div>
          {children}
        </RadixDialog.Content>
      </RadixDialog.Portal>
    </RadixDialog.Root>
  )
}

/** Something is being asked or done. */
export function Busy({ children }: { children: ReactNode }) {
  return (
    <p role="status" className="flex items-center gap-2 text-sm text-soft">
      <span
        aria-hidden="true"
        className="size-3 motion-safe:animate-pulse rounded-full bg-accent"
      />
      {children}
    </p>
  )
}

/** A table that scrolls on its own where the page is narrow. */
export function Table({
  caption,
  head,
  children,
}: {
  caption: string
  head: readonly string[]
  children: ReactNode
}) {
  return (
    <section
      aria-label={caption}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is reached by keyboard
      tabIndex={0}
      className="scrolls-sideways relative overflow-x-auto"
    >
      <table className="w-full border-collapse text-left text-sm">
        <caption className="sr-only">{caption}</caption>
        <thead>
          <tr className="border-b border-line text-soft">
            {head.map((one) => (
              <th key={one} scope="col" className="py-2 pr-4 font-medium">
                {one}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="[&_td]:border-b [&_td]:border-line [&_td]:py-2 [&_td]:pr-4 [&_td]:align-top">
          {children}
        </tbody>
      </table>
    </section>
  )
}

/** A text as it is, in a box that scrolls by mouse and keyboard. */
export function Code({ label, text }: { label: string; text: string }) {
  return (
    <section
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is reached by keyboard
      tabIndex={0}
      className="mt-1 max-h-64 overflow-auto rounded bg-raised p-2"
    >
      <pre className="font-mono text-xs whitespace-pre-wrap break-all">{text}</pre>
    </section>
  )
}
