import {
  collectDefaultMetrics,
  Counter,
  Gauge,
  Histogram,
  Registry,
  type CounterConfiguration,
  type GaugeConfiguration,
  type HistogramConfiguration,
} from 'prom-client';

export { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** A registry whose metrics all carry service and node, with the process metrics and the event-loop lag already in it. */
export function createRegistry(labels: { service: string; node: string }): Registry {
  const registry = new Registry();
  registry.setDefaultLabels(labels);
  collectDefaultMetrics({ register: registry });
  return registry;
}

type Unregistered<T> = Omit<T, 'registers'>;

/** The counter of this name in the registry, made on first use: many objects of one kind may share one metric. */
export function counterIn<L extends string>(
  registry: Registry,
  configuration: Unregistered<CounterConfiguration<L>>,
): Counter<L> {
  const found = registry.getSingleMetric(configuration.name);
  if (found instanceof Counter) return found;
  return new Counter<L>({ ...configuration, registers: [registry] });
}

/** As `counterIn`, for gauges. Owners that share a gauge must use inc and dec, not set. */
export function gaugeIn<L extends string>(
  registry: Registry,
  configuration: Unregistered<GaugeConfiguration<L>>,
): Gauge<L> {
  const found = registry.getSingleMetric(configuration.name);
  if (found instanceof Gauge) return found;
  return new Gauge<L>({ ...configuration, registers: [registry] });
}

/** As `counterIn`, for histograms; the buckets of the first caller stay. */
export function histogramIn<L extends string>(
  registry: Registry,
  configuration: Unregistered<HistogramConfiguration<L>>,
): Histogram<L> {
  const found = registry.getSingleMetric(configuration.name);
  if (found instanceof Histogram) return found;
  return new Histogram<L>({ ...configuration, registers: [registry] });
}
