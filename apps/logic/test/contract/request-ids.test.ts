import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { createLogger } from '@queqiao/runtime';
import type { TestApp } from '@queqiao/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ApiRig } from '../rig/api-rig.js';

const lines: string[] = [];
let rig: ApiRig;
let app: TestApp;
let client: Client;

beforeAll(async () => {
  const destination = { write: (line: string) => void lines.push(line) };
  const logger = createLogger({ service: 'logic', node: 'n', level: 'debug', destination });
  rig = await ApiRig.start(1, logger);
  app = await rig.createApp('demo');
  client = new Client(rig.address(), credentials.createInsecure());
});
afterAll(async () => {
  client.close();
  await rig.stop();
});

/** The ids in the head and in the trailers of a call with an empty request. */
async function idsOf(method: string, requestId?: string) {
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${app.credential}`);
  if (requestId !== undefined) metadata.set('x-request-id', requestId);
  const ids: Record<'head' | 'trailers', unknown> = { head: undefined, trailers: undefined };
  await new Promise<void>((resolve) => {
    const bytes = (value: Buffer): Buffer => value;
    const path = `/queqiao.server.v1.${method}`;
    client
      .makeUnaryRequest(path, bytes, bytes, Buffer.alloc(0), metadata, () => undefined)
      .on('metadata', (head: Metadata) => (ids.head = head.get('x-request-id')[0]))
      .on('status', (status) => {
        ids.trailers = status.metadata.get('x-request-id')[0];
        resolve();
      });
  });
  return ids;
}

/** The codes that the log has for calls of this id. */
function logged(requestId: unknown): unknown[] {
  const calls = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  return calls
    .filter((line) => line['msg'] === 'call' && line['requestId'] === requestId)
    .map(({ code }) => code);
}

it('the id of the caller is in the answer, in errors and in the log', async () => {
  expect(await idsOf('MessageService/SendMessage', 'mine-1')).toEqual({
    head: undefined,
    trailers: 'mine-1',
  });
  expect(logged('mine-1')).toEqual(['INVALID_ARGUMENT']);
  expect(await idsOf('MomentService/ListPosts', 'mine-2')).toEqual({
    head: 'mine-2',
    trailers: undefined,
  });
  expect(logged('mine-2')).toEqual(['OK']);
});

it('one that is missing, too long or strange is replaced', async () => {
  const given = [undefined, '', 'x'.repeat(65), 'a b', '../..'];
  for (const each of given) {
    const { head } = await idsOf('MomentService/ListPosts', each);
    expect(head, String(each)).toMatch(/^[A-Za-z0-9_.-]{1,64}$/);
    expect(head).not.toBe(each);
    expect(logged(head), String(each)).toEqual(['OK']);
  }
});
