import type { Fetch } from '@ambrosia/api/client/call'
import { createPublicFetch } from '@ambrosia/service/publicFetch'
import { isDevelopment } from './environment.ts'

/**
 * How addresses are reached that others chose, such as an oracle's in its registration: whoever
 * registers one must not make a person's client ask the machines of their home or their hospital.
 * Only a development network whose own chain is on this machine may lead there.
 */
export function outwardFetch(rpcUrl: string, isAtWork = isDevelopment()): Fetch {
  return isAtWork && isLoopback(rpcUrl) ? fetch : createPublicFetch()
}

function isLoopback(url: string): boolean {
  const { hostname } = new URL(url)
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname)
}
