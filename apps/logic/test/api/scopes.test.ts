import { DomainError, parseAppId, SCOPES } from '@queqiao/domain';
import { createGrpcClient } from '@queqiao/grpc-kit';
import { PresenceServiceDefinition } from '@queqiao/protocol/server';
import { Registry, systemClock } from '@queqiao/runtime';
import { silentLogger } from '@queqiao/runtime/testing';
import { eventually, type TestApp } from '@queqiao/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defineService } from '../../src/api/api-service.js';
import {
  CallObserver,
  GrpcAuthentication,
  GrpcDoor,
  METHOD_SCOPES,
  MethodCaller,
} from '../../src/api/index.js';
import { grpcDoor, methodPaths } from '../rig/any-door.js';
import { ApiRig, failureOf } from '../rig/api-rig.js';
import { credentialWith } from '../rig/credential-with.js';
import { Follower } from '../events/event-rig.js';

let rig: ApiRig;
let app: TestApp;

beforeAll(async () => {
  rig = await ApiRig.start();
  app = await rig.createApp('demo');
});
afterAll(() => rig.stop());

/** OK, or the code of an empty request with this credential. */
async function codeOf(credential: string, path: string): Promise<string> {
  const door = grpcDoor(rig, { authorization: `Bearer ${credential}` });
  try {
    await door.raw(path, new Uint8Array());
    return 'OK';
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return error.code;
  } finally {
    door.close();
  }
}

const codeAt = (end: DomainError | 'ended'): string => (end === 'ended' ? end : end.code);

describe('a credential', () => {
  it.each(methodPaths('business'))('is taken by %s for its scope alone', async (path) => {
    const needed = METHOD_SCOPES.get(path);
    const others = SCOPES.filter((scope) => scope !== needed);
    expect(await codeOf(await credentialWith(rig, app, others), path)).toBe('PERMISSION_DENIED');
    expect(await codeOf(await credentialWith(rig, app, []), path)).toBe('PERMISSION_DENIED');
    const taken =
      needed === undefined ? 'none' : await codeOf(await credentialWith(rig, app, [needed]), path);
    expect(['OK', 'INVALID_ARGUMENT']).toContain(taken);
  });

  it('is asked for its scope by streams, too', async () => {
    const listening = await rig.createApp('listening', { events: true });
    const codes: string[] = [];
    for (const scope of SCOPES) {
      const credential = await credentialWith(rig, listening, [scope]);
      const follower = new Follower(rig, { credential });
      await eventually('an answer or an end', () => follower.answers.length > 0 || follower.isOver);
      codes.push(follower.isOver ? `${scope} ${codeAt(await follower.ended())}` : scope);
      follower.close();
    }
    expect(codes).toEqual(['read', 'write PERMISSION_DENIED', 'admin PERMISSION_DENIED']);
  });

  it('from before there were scopes is for everything', async () => {
    for (const path of methodPaths('business')) {
      expect(['OK', 'INVALID_ARGUMENT'], path).toContain(await codeOf(app.credential, path));
    }
  });
});

it('a method without a declared scope is nobody’s', async () => {
  const services = [
    defineService('business', PresenceServiceDefinition, {
      getPresence: () => Promise.resolve({ presences: [] }),
    }),
  ];
  const shared = { clock: systemClock, logger: silentLogger(), registry: new Registry() };
  const unused = () => Promise.reject(new Error('not called here'));
  const appId = parseAppId('demo');
  const authentication = new GrpcAuthentication({
    credentials: { verify: () => Promise.resolve({ appId, credentialId: 'c', scopes: SCOPES }) },
    scopes: new Map([...METHOD_SCOPES].filter(([path]) => !path.includes('GetPresence'))),
    operators: { verify: () => ({ operator: '' }) },
    tokens: { verify: unused },
    apps: { app: unused },
    users: { ensure: unused, existing: unused },
    standings: { standing: unused, known: () => undefined },
    refusals: { take: () => undefined },
  });
  const door = new GrpcDoor(
    {
      services,
      caller: new MethodCaller(services),
      observer: new CallObserver({ ...shared, translate: () => undefined }),
      authentication,
      rechecks: authentication,
      newRequestId: () => 'r1',
      clock: systemClock,
    },
    { host: '127.0.0.1', port: 0 },
  );
  const client = createGrpcClient(PresenceServiceDefinition, `127.0.0.1:${await door.start()}`);
  const metadata = { authorization: 'Bearer qq1.demo.c.x' };
  const call = client.getPresence({ userIds: [] }, { metadata });
  expect(await failureOf(call)).toEqual({ code: 'PERMISSION_DENIED', field: 'authorization' });
  client.close();
  await door.stop(0);
});
