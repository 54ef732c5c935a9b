import type { IncomingMessage } from 'node:http'

const LOOPBACK = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/

/**
 * Whether a request comes from our own page or from no page at all. Another site that a person has
 * open must not reach the services through us, not even under a name that it made point here.
 */
export function isFromPage({ headers }: IncomingMessage): boolean {
  const { host = '', origin } = headers
  if (!LOOPBACK.test(host)) return false
  if (origin !== undefined && origin !== `http://${host}`) return false
  const site = headers['sec-fetch-site']
  if (site === undefined || site === 'same-origin' || site === 'none') return true
  // Following a link to the page itself is fine; asking for anything else is not.
  return headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document'
}
