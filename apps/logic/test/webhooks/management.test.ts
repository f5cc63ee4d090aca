import { AuditServiceDefinition as Audit } from '@queqiao/protocol/admin';
import { WebhookServiceDefinition as Webhooks } from '@queqiao/protocol/server';
import { TEST_SECRET_KEY } from '@queqiao/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failureOf, newId } from '../rig/api-rig.js';
import { WebhookRig } from './webhook-rig.js';

let hooks: WebhookRig;
beforeAll(async () => {
  hooks = await WebhookRig.start();
});
afterAll(() => hooks.stop());

describe('a secret', () => {
  it('is shown by the call that makes it, and kept in no way that the database alone could give away', async () => {
    const { app, call, secret } = await hooks.hooked();
    const request = { clientRequestId: newId(), url: 'https://example.com/x' };
    const made = await call(Webhooks, 'createWebhook', request);
    expect(made.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const again = await call(Webhooks, 'createWebhook', request);
    expect(again).toEqual(made);
    expect(JSON.stringify(await call(Webhooks, 'listWebhooks', {}))).not.toContain('whsec_');
    const [row] = await hooks.query(
      `SELECT HEX(secret) AS sealed FROM webhooks WHERE app_id = '${app.appId}' LIMIT 1`,
    );
    for (const text of [secret, made.secret]) {
      const hex = Buffer.from(text.slice(6), 'base64').toString('hex').toUpperCase();
      expect(row?.['sealed']).not.toContain(hex);
    }
    for (const table of ['requests', 'audit_log']) {
      const kept = JSON.stringify(await hooks.query(`SELECT * FROM ${table}`));
      expect(kept).not.toContain(made.secret.slice(6));
    }
  });
});

describe('webhooks of an app', () => {
  it('are bounded in number', async () => {
    const { call } = await hooks.hooked();
    const make = () =>
      call(Webhooks, 'createWebhook', { clientRequestId: newId(), url: 'https://example.com' });
    for (let n = 1; n < 10; n += 1) await make();
    const limit = { code: 'LIMIT_EXCEEDED', field: 'WEBHOOKS_MAX_PER_APP' };
    expect(await failureOf(make())).toEqual(limit);
    expect((await call(Webhooks, 'listWebhooks', {})).webhooks).toHaveLength(10);
  });

  it('need events to be on', async () => {
    const app = await hooks.rig.createApp('silent');
    const call = hooks.rig.backEndCalls(app);
    const request = { clientRequestId: newId(), url: 'https://example.com' };
    const refused = await failureOf(call(Webhooks, 'createWebhook', request));
    expect(refused.code).toBe('PERMISSION_DENIED');
  });

  it('get the same event each, and are administered each by its id', async () => {
    const { app, receiver, call } = await hooks.hooked();
    const other = await hooks.receiver();
    const request = { clientRequestId: newId(), url: other.url };
    const { webhook } = await call(Webhooks, 'createWebhook', request);
    const name = await hooks.say(app, 'd:ann:bob');
    await Promise.all([receiver.until(1), other.until(1)]);
    expect(other.names).toEqual([name]);
    expect(other.arrivals[0]?.id).toBe(receiver.arrivals[0]?.id);
    const { webhookId = '' } = webhook ?? {};
    const moved = { clientRequestId: newId(), webhookId, url: `${receiver.url}/too` };
    const { webhook: changed } = await call(Webhooks, 'updateWebhook', moved);
    expect(changed).toEqual({ ...webhook, url: moved.url });
  });

  it('leave an entry in the audit log with every change, refused ones too', async () => {
    const { app, call, webhookId } = await hooks.hooked();
    const change = { clientRequestId: newId(), webhookId };
    await call(Webhooks, 'updateWebhook', { ...change, enabled: false });
    await failureOf(
      call(Webhooks, 'updateWebhook', { ...change, clientRequestId: newId(), url: 'x' }),
    );
    await call(Webhooks, 'deleteWebhook', { ...change, clientRequestId: newId() });
    const { entries } = await hooks.rig.operatorCalls()(Audit, 'listAuditEntries', {
      appId: app.appId,
    });
    expect(entries.map(({ method, target, outcome }) => [method, target, outcome])).toEqual([
      ['DeleteWebhook', webhookId, 'OK'],
      ['UpdateWebhook', webhookId, 'INVALID_ARGUMENT'],
      ['UpdateWebhook', webhookId, 'OK'],
      ['CreateWebhook', webhookId, 'OK'],
    ]);
  });
});

describe('where a webhook may go', () => {
  it('is the public internet by https, unless the operator allows more', async () => {
    const env = { QUEQIAO_OUTBOUND_HTTP: 'false', QUEQIAO_OUTBOUND_PRIVATE: 'false' };
    await hooks.rig.addNode(env);
    const { app } = await hooks.hooked();
    const strict = hooks.rig.backEndCalls(app, hooks.rig.nodes.length - 1);
    const make = (url: string) =>
      strict(Webhooks, 'createWebhook', { clientRequestId: newId(), url });
    const bad = [
      'http://example.com',
      'https://127.0.0.1/x',
      'https://127.1/x',
      'https://0x7f000001/',
      'https://[::1]:8443/',
      'https://[::ffff:10.0.0.1]/',
      'https://169.254.169.254/latest/meta-data',
      'https://user:word@example.com/',
      'https://example.com/#x',
      'ftp://example.com/',
      'example.com',
    ];
    for (const url of bad) {
      expect(await failureOf(make(url)), url).toEqual({ code: 'INVALID_ARGUMENT', field: 'url' });
    }
    expect((await make('https://example.com/hooks')).webhook?.enabled).toBe(true);
  });

  it('is nowhere at a server that has no key for secrets', async () => {
    await hooks.rig.addNode({ QUEQIAO_SECRET_KEYS: '' });
    const { app } = await hooks.hooked();
    const keyless = hooks.rig.backEndCalls(app, hooks.rig.nodes.length - 1);
    const refused = await failureOf(keyless(Webhooks, 'listWebhooks', {}));
    expect(refused.code).toBe('UNIMPLEMENTED');
    expect(() => hooks.rig.makeNode({ QUEQIAO_SECRET_KEYS: `${TEST_SECRET_KEY},x` })).toThrow(
      'QUEQIAO_SECRET_KEYS',
    );
  });
});
