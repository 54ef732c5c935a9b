/** One thing that was looked at; `next` says what to do where it is wrong. */
export type Finding = { ok: boolean; what: string; next?: string }
