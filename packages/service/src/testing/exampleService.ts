import * as Config from '../Config.ts'
import * as KillPoint from '../KillPoint.ts'
import * as Log from '../Log.ts'
import * as Metrics from '../Metrics.ts'
import { runService } from '../runService.ts'
import * as Server from '../Server.ts'

/**
 * A service for tests of runService: it answers /v1/slow after a while, passes a kill point at
 * /v1/point, leaves a rejection to nobody at /v1/reject, throws where nobody catches at /v1/throw,
 * and fails at the start as it is told to.
 */
await runService(async ({ env }) => {
  const fault = env['AMBROSIA_TEST_FAULT']
  const { port } = Config.read(
    { port: Config.integer('AMBROSIA_PORT', { default: 0, minimum: 0, maximum: 65535 }) },
    env,
  )
  if (fault === 'throw') throw new Error('marked-secret')
  if (fault === 'reject') void Promise.reject(new Error('marked-secret'))
  const log = Log.create({ name: 'example' })
  const metrics = Metrics.create({ service: 'example' })
  const app = await Server.create({ name: 'example', description: '', log, metrics })
  app.get('/v1/slow', async () => {
    log.info('slow has begun')
    await new Promise((resolve) => setTimeout(resolve, 300))
    return { done: true }
  })
  app.get('/v1/point', async () => {
    KillPoint.reach('half-way')
    return { done: true }
  })
  app.get('/v1/reject', async () => {
    void Promise.reject(new Error('marked-secret'))
    return { done: true }
  })
  app.get('/v1/throw', async () => {
    setImmediate(() => {
      throw new Error('marked-secret')
    })
    return { done: true }
  })
  const url = await Server.listen(app, { host: '127.0.0.1', port })
  return { url, close: () => app.close() }
})
