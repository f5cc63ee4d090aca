import {
  credentials,
  loadPackageDefinition,
  status,
  type ServiceClientConstructor,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import {
  addHealth,
  createGrpcClient,
  HealthDefinition,
  SERVING_STATUS,
  type Health,
} from '@queqiao/grpc-kit';
import { protoPath } from 'grpc-health-check';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { after, listen } from './rig.js';

async function healthServer() {
  const made: Health[] = [];
  const { address } = await listen((server) => made.push(addHealth(server)));
  const [health] = made;
  if (!health) throw new Error('no health');
  return { health, address };
}

it('is not serving until told, and knows no other names', async () => {
  const { health, address } = await healthServer();
  const client = createGrpcClient(HealthDefinition, address);
  after(() => client.close());
  const check = (service: string) => client.check({ service });
  await expect(check('')).resolves.toEqual({ status: SERVING_STATUS.NOT_SERVING });
  await expect(check('a.B')).rejects.toMatchObject({ code: status.NOT_FOUND });
  health.setStatus('', SERVING_STATUS.SERVING);
  health.setStatus('a.B', SERVING_STATUS.NOT_SERVING);
  await expect(check('')).resolves.toEqual({ status: SERVING_STATUS.SERVING });
  await expect(check('a.B')).resolves.toEqual({ status: SERVING_STATUS.NOT_SERVING });
});

it('tells watchers at once, each of its own service', async () => {
  const { health, address } = await healthServer();
  const client = createGrpcClient(HealthDefinition, address);
  after(() => client.close());
  const watch = client.watch({ service: 'a.B' });
  watch.on('error', () => undefined);
  const next = async (): Promise<unknown> => (await once(watch, 'data'))[0];
  await expect(next()).resolves.toEqual({ status: SERVING_STATUS.SERVICE_UNKNOWN });
  const changed = next();
  health.setStatus('', SERVING_STATUS.SERVING);
  health.setStatus('a.B', SERVING_STATUS.NOT_SERVING);
  await expect(changed).resolves.toEqual({ status: SERVING_STATUS.NOT_SERVING });
  watch.cancel();
});

it('speaks the same bytes as the official definition', async () => {
  const { health, address } = await healthServer();
  health.setStatus('', SERVING_STATUS.SERVING);
  const loaded = loadPackageDefinition(loadSync(protoPath, { enums: String })) as unknown as {
    grpc: { health: { v1: { Health: ServiceClientConstructor } } };
  };
  const official = new loaded.grpc.health.v1.Health(address, credentials.createInsecure());
  after(() => official.close());
  const answer = await new Promise((resolve, reject) => {
    official['check']?.({ service: '' }, (error: Error | null, response: unknown) => {
      if (error) reject(error);
      else resolve(response);
    });
  });
  expect(answer).toEqual({ status: 'SERVING' });
});
