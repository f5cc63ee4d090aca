import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Metadata } from '@grpc/grpc-js';
import { DomainError } from '@queqiao/domain';
import { domainErrorToStatus, STATUS_DETAILS_KEY } from '@queqiao/grpc-kit';
import { AppServiceDefinition as Apps, KeyAlgorithm, Scope } from '@queqiao/protocol/admin';
import { BadRequest, QuotaFailure, Status } from '@queqiao/protocol/rpc-status';
import { WebhookServiceDefinition as Webhooks } from '@queqiao/protocol/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appRules } from '../fakes/app-rules.js';
import { ApiRig, newId } from '../rig/api-rig.js';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const FOLDERS = ['apps/logic/src', 'libs/store-mysql/src'];

/** What refusals name that is written like a limit. */
function namedLimits(): string[] {
  const names = FOLDERS.flatMap((folder) =>
    readdirSync(`${ROOT}${folder}`, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
      .flatMap((file) => [
        ...readFileSync(`${ROOT}${folder}/${file}`, 'utf8').matchAll(
          /\bfield(?::| =) '([A-Za-z_]*[A-Z][A-Za-z_]*)'/g,
        ),
      ])
      .map(([, name = '']) => name),
  );
  return [...new Set(names)].sort();
}

/** The details of an error that has a violation: of what kind, and what it names. */
function violationOf(metadata: Metadata): Record<string, string[]> {
  const [bytes] = metadata.get(STATUS_DETAILS_KEY);
  const { details } = Status.decode(bytes as Buffer);
  const of = (name: string) =>
    details.filter(({ typeUrl }) => typeUrl.endsWith(`.${name}`)).map(({ value }) => value);
  return {
    quotas: of('QuotaFailure').flatMap((value) =>
      QuotaFailure.decode(value).violations.map(({ subject }) => subject),
    ),
    fields: of('BadRequest').flatMap((value) =>
      BadRequest.decode(value).fieldViolations.map(({ field }) => field),
    ),
  };
}

describe('limits that a refusal names', () => {
  const names = [...namedLimits(), 'maxUsers', 'maxGroups', 'maxEntries'];

  it('are found', () => {
    expect(names.length).toBeGreaterThan(12);
    expect(names).toEqual(expect.arrayContaining(['maxFriends', 'KEYS_MAX_LIVE']));
  });

  it.each(names)(
    '%s is a setting of the app or a documented limit, and a quota to callers',
    (name) => {
      const settings = Object.keys(appRules());
      const documented = readFileSync(`${ROOT}docs/limits.md`, 'utf8').includes(`\`${name}\``);
      expect(settings.includes(name) || documented).toBe(true);
      const error = new DomainError('LIMIT_EXCEEDED', 'too much', { field: name });
      const { metadata } = domainErrorToStatus(error, 'r');
      expect(violationOf(metadata)).toEqual({ quotas: [name], fields: [] });
    },
  );
});

describe('a call beyond a limit', () => {
  let rig: ApiRig;
  beforeAll(async () => {
    rig = await ApiRig.start();
    await rig.createApp('demo', { events: true });
  });
  afterAll(() => rig.stop());

  /** Of the first call that is refused. */
  async function refusal(call: () => Promise<unknown>): Promise<unknown> {
    for (let round = 0; round < 200; round += 1) {
      try {
        await call();
      } catch (error) {
        return violationOf((error as { metadata: Metadata }).metadata);
      }
    }
    throw new Error('nothing was refused');
  }

  it('is told which, as a quota', async () => {
    const operate = rig.operatorCalls();
    const one = () => ({ clientRequestId: newId(), appId: 'demo' });
    const quota = (name: string) => ({ quotas: [name], fields: [] });
    const key = { algorithm: KeyAlgorithm.HS256 };
    const addKey = () => operate(Apps, 'addKey', { ...one(), ...key, keyId: newId() });
    expect(await refusal(addKey)).toEqual(quota('KEYS_MAX_LIVE'));
    const scopes = [Scope.READ, Scope.WRITE, Scope.ADMIN];
    const { bearer } = await operate(Apps, 'createCredential', { ...one(), scopes });
    const call = rig.backEndCalls({ credential: bearer });
    const url = 'http://127.0.0.1:1/';
    const hook = () => call(Webhooks, 'createWebhook', { clientRequestId: newId(), url });
    expect(await refusal(hook)).toEqual(quota('WEBHOOKS_MAX_PER_APP'));
    const credential = () => operate(Apps, 'createCredential', { ...one(), scopes });
    expect(await refusal(credential)).toEqual(quota('CREDENTIALS_MAX_LIVE'));
  });
});
