import { afterEach, expect, it } from 'vitest';
import { counterIn, OperationsServer, Registry, type Readiness } from '@queqiao/runtime';
import { silentLogger } from '@queqiao/runtime/testing';

const running: OperationsServer[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()));
});

async function serve(readiness: () => Readiness, port = 0) {
  const registry = new Registry();
  const logger = silentLogger();
  const server = new OperationsServer({ host: '127.0.0.1', port, registry, readiness, logger });
  await server.start();
  running.push(server);
  const get = (path: string, method = 'GET') =>
    fetch(`http://127.0.0.1:${server.port}${path}`, { method });
  return { server, registry, get };
}

it('tells health and readiness apart', async () => {
  let readiness: Readiness = { ready: false, reasons: ['no logic node attached'] };
  const { get } = await serve(() => readiness);
  expect((await get('/healthz')).status).toBe(200);
  const notReady = await get('/readyz');
  expect([notReady.status, await notReady.json()]).toEqual([503, readiness]);
  readiness = { ready: true, reasons: [] };
  const ready = await get('/readyz?verbose');
  expect([ready.status, await ready.json()]).toEqual([200, readiness]);
});

it('serves the metrics of its registry', async () => {
  const { registry, get } = await serve(() => ({ ready: true, reasons: [] }));
  counterIn(registry, { name: 'things_total', help: 'Things' }).inc(3);
  const response = await get('/metrics');
  expect(response.headers.get('content-type')).toBe(registry.contentType);
  expect(await response.text()).toContain('things_total 3');
});

it('answers nothing else', async () => {
  const { get } = await serve(() => ({ ready: true, reasons: [] }));
  expect((await get('/')).status).toBe(404);
  expect((await get('/healthz', 'POST')).status).toBe(405);
});

it('answers 500 when the readiness check itself fails', async () => {
  const { get } = await serve(() => {
    throw new Error('broken');
  });
  expect((await get('/readyz')).status).toBe(500);
  expect((await get('/healthz')).status).toBe(200);
});

it('rejects on a taken port, and stops with connections open', async () => {
  const { server, get } = await serve(() => ({ ready: true, reasons: [] }));
  await (await get('/healthz')).text();
  await expect(serve(() => ({ ready: true, reasons: [] }), server.port)).rejects.toMatchObject({
    code: 'EADDRINUSE',
  });
  await server.stop();
  await server.stop();
  expect(server.port).toBe(0);
  await expect(get('/healthz')).rejects.toThrow('fetch failed');
});
