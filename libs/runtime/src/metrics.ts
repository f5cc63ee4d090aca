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

/** Labels of which there would be as many as there are customers, and that would show one who the others are. */
const NAMES_SOMEBODY = /^(app|user|device|group|conversation|post|credential|address)(_?ids?)?$/i;

function withoutNames<C extends { readonly name: string; readonly labelNames?: readonly string[] }>(
  configuration: C,
): C {
  const label = configuration.labelNames?.find((name) => NAMES_SOMEBODY.test(name));
  if (label === undefined) return configuration;
  throw new Error(`metric ${configuration.name} must not have the label ${label}`);
}

/** The counter of this name in the registry, made on first use: many objects of one kind may share one metric. */
export function counterIn<L extends string>(
  registry: Registry,
  configuration: Unregistered<CounterConfiguration<L>>,
): Counter<L> {
  const found = registry.getSingleMetric(configuration.name);
  if (found instanceof Counter) return found;
  return new Counter<L>({ ...withoutNames(configuration), registers: [registry] });
}

/** As `counterIn`, for gauges. Owners that share a gauge must use inc and dec, not set. */
export function gaugeIn<L extends string>(
  registry: Registry,
  configuration: Unregistered<GaugeConfiguration<L>>,
): Gauge<L> {
  const found = registry.getSingleMetric(configuration.name);
  if (found instanceof Gauge) return found;
  return new Gauge<L>({ ...withoutNames(configuration), registers: [registry] });
}

/** As `counterIn`, for histograms; the buckets of the first caller stay. */
export function histogramIn<L extends string>(
  registry: Registry,
  configuration: Unregistered<HistogramConfiguration<L>>,
): Histogram<L> {
  const found = registry.getSingleMetric(configuration.name);
  if (found instanceof Histogram) return found;
  return new Histogram<L>({ ...withoutNames(configuration), registers: [registry] });
}
