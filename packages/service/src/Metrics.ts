import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client'

/** Metrics of one service, in the text format of Prometheus. */
export type Metrics = {
  readonly registry: Registry
  /** Seconds of an HTTP request, by method, route pattern and status. */
  readonly requestSeconds: Histogram<'method' | 'route' | 'status'>
  /** Answers that are errors, by code. */
  readonly errorsTotal: Counter<'code'>
}

export function create(options: { service: string; withProcess?: boolean }): Metrics {
  const registry = new Registry()
  registry.setDefaultLabels({ service: options.service })
  if (options.withProcess ?? true) collectDefaultMetrics({ register: registry })
  return {
    registry,
    requestSeconds: new Histogram({
      name: 'http_request_duration_seconds',
      help: 'Time to answer an HTTP request, seconds',
      labelNames: ['method', 'route', 'status'] as const,
      buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 60],
      registers: [registry],
    }),
    errorsTotal: new Counter({
      name: 'http_errors_total',
      help: 'Answers that are errors, by code',
      labelNames: ['code'] as const,
      registers: [registry],
    }),
  }
}
