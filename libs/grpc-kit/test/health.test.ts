import {
  credentials,
  loadPackageDefinition,
  status,
  type ClientReadableStream,
  type ServiceClientConstructor,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { addHealth, type Health } from '@queqiao/grpc-kit';
import { protoPath } from 'grpc-health-check';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { after, listen } from './rig.js';

interface HealthClient {
  Check(request: object, callback: (error: Error | null, answer: unknown) => void): void;
  Watch(request: object): ClientReadableStream<unknown>;
}

async function healthServer(): Promise<{ health: Health; client: HealthClient }> {
  const made: Health[] = [];
  const { address } = await listen((server) => made.push(addHealth(server)));
  const loaded = loadPackageDefinition(loadSync(protoPath, { enums: String })) as unknown as {
    grpc: { health: { v1: { Health: ServiceClientConstructor } } };
  };
  const client = new loaded.grpc.health.v1.Health(address, credentials.createInsecure());
  after(() => client.close());
  const [health] = made;
  if (!health) throw new Error('no health');
  return { health, client: client as unknown as HealthClient };
}

function check(client: HealthClient, service: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    client.Check({ service }, (error, answer) => (error ? reject(error) : resolve(answer)));
  });
}

it('is not serving until told, and knows no other names', async () => {
  const { health, client } = await healthServer();
  await expect(check(client, '')).resolves.toEqual({ status: 'NOT_SERVING' });
  await expect(check(client, 'a.B')).rejects.toMatchObject({ code: status.NOT_FOUND });
  health.setStatus('', 'SERVING');
  health.setStatus('a.B', 'NOT_SERVING');
  await expect(check(client, '')).resolves.toEqual({ status: 'SERVING' });
  await expect(check(client, 'a.B')).resolves.toEqual({ status: 'NOT_SERVING' });
});

it('tells watchers of their own service at once', async () => {
  const { health, client } = await healthServer();
  const watch = client.Watch({ service: 'a.B' });
  watch.on('error', () => undefined);
  const next = async (): Promise<unknown> => (await once(watch, 'data'))[0];
  await expect(next()).resolves.toEqual({ status: 'SERVICE_UNKNOWN' });
  const changed = next();
  health.setStatus('', 'SERVING');
  health.setStatus('a.B', 'NOT_SERVING');
  await expect(changed).resolves.toEqual({ status: 'NOT_SERVING' });
  watch.cancel();
});
