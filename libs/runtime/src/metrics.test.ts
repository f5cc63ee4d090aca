import { expect, it } from 'vitest';
import { counterIn, createRegistry, gaugeIn, histogramIn, Registry } from './metrics.js';

it('labels everything and measures the process and its event loop', async () => {
  const registry = createRegistry({ service: 'logic', node: 'n1' });
  const text = await registry.metrics();
  expect(text).toMatch(/nodejs_eventloop_lag_seconds\{service="logic",node="n1"\}/);
  expect(text).toContain('process_resident_memory_bytes');
});

it('hands out the same metric for the same name', async () => {
  const registry = new Registry();
  const configuration = { name: 'x_total', help: 'x', labelNames: ['a'] as const };
  counterIn(registry, configuration).inc({ a: '1' });
  counterIn(registry, configuration).inc({ a: '1' }, 2);
  expect(await registry.metrics()).toContain('x_total{a="1"} 3');
  const gauge = gaugeIn(registry, { name: 'y', help: 'y' });
  expect(gaugeIn(registry, { name: 'y', help: 'y' })).toBe(gauge);
  const histogram = histogramIn(registry, { name: 'z', help: 'z', buckets: [1] });
  expect(histogramIn(registry, { name: 'z', help: 'z', buckets: [2] })).toBe(histogram);
});

it('refuses one name for two kinds of metric', () => {
  const registry = new Registry();
  gaugeIn(registry, { name: 'x', help: 'x' });
  expect(() => counterIn(registry, { name: 'x', help: 'x' })).toThrow('already');
});

it.each(['app', 'app_id', 'appId', 'user', 'userId', 'conversation_id', 'address'])(
  'refuses a label that would name somebody: %s',
  (label) => {
    const registry = new Registry();
    const configuration = { name: 'x', help: 'x', labelNames: ['door', label] };
    for (const make of [counterIn, gaugeIn, histogramIn]) {
      expect(() => make(registry, configuration)).toThrow(`must not have the label ${label}`);
    }
  },
);
