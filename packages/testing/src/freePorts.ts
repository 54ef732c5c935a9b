import { choosePorts } from '@ambrosia/devnet/Ports'

/**
 * Several ports that nothing listens on, for services that must know each other's before they
 * start.
 */
export async function freePorts(count: number): Promise<number[]> {
  const wanted = Array.from({ length: count }, (_, index) => ({ name: `port ${index}`, port: 0 }))
  return (await choosePorts(wanted)).map(({ port }) => port)
}
