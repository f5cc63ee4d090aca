import { METHOD_SCOPES } from '@queqiao/logic';
import { descriptorSet } from '@queqiao/protocol/descriptor';
import { expect, it } from 'vitest';
import { readContract } from './contract.js';
import { formattedPage, writtenPage } from './formatted-page.js';
import { PACKAGES } from './introduction.js';
import { anchorOf, prose, proseWithErrors } from './markdown.js';
import { serverApiPage } from './page.js';

const contract = readContract(descriptorSet());

it('docs/server-api.md says what the protos say; renew it by `npm run server-api`', async () => {
  expect(writtenPage()).toBe(await formattedPage());
});

it('every call of these packages has its heading, with its scope', () => {
  const page = writtenPage();
  const calls = contract.services
    .filter(({ packageName }) => packageName in PACKAGES)
    .flatMap(({ name, methods }) => methods.map((method) => `${name}/${method.name}`));
  expect(calls.length).toBeGreaterThan(90);
  const missing = calls.filter((call) => {
    const scope = METHOD_SCOPES.get(call);
    const line = scope === undefined ? `\`${call}\` · ` : `\`${call}\` · scope \`${scope}\`\n`;
    return !page.includes(`#### ${call.slice('queqiao.'.length)}\n\n${line}`);
  });
  expect(missing).toEqual([]);
});

it('every link of the page leads to a heading of its own', () => {
  const page = writtenPage();
  const headings = [...page.matchAll(/^#+ (.+)$/gm)].map(([, words = '']) => anchorOf(words));
  expect(new Set(headings).size).toBe(headings.length);
  const targets = [...page.matchAll(/\]\(#([^)]*)\)/g)].map(([, target = '']) => target);
  expect(targets.length).toBeGreaterThan(300);
  expect(targets.filter((target) => !headings.includes(target))).toEqual([]);
});

it('refuses a call of back ends without a scope', () => {
  const input = { contract, packages: PACKAGES, moreTypes: [], introduction: '' };
  const scopes = new Map(METHOD_SCOPES);
  scopes.delete('queqiao.server.v1.UserService/UpsertUsers');
  expect(() => serverApiPage({ ...input, scopes })).toThrow('UserService/UpsertUsers has no scope');
});

it('reads presence, choices, paragraphs and streams', () => {
  const fieldsOf = (type: string) => contract.messages.get(type)?.fields ?? [];
  expect(fieldsOf('queqiao.server.v1.UserUpsert').slice(0, 2)).toMatchObject([
    { name: 'user_id', type: 'string', presence: 'one', choice: undefined },
    { name: 'nickname', type: 'string', presence: 'optional', choice: undefined },
  ]);
  expect(fieldsOf('queqiao.server.v1.SubscribeResponse')[0]).toMatchObject({
    type: 'queqiao.server.v1.Event',
    presence: 'repeated',
  });
  const text = fieldsOf('queqiao.client.v1.Content').find(({ name }) => name === 'text');
  expect(text?.choice).toBe('body');
  const subscribe = contract.services.find(({ name }) => name.endsWith('.EventService'));
  expect(subscribe?.methods[0]).toMatchObject({ name: 'Subscribe', streams: true });
  expect(subscribe?.methods[0]?.comment).toMatch(/settings: events\)\.\n\nAt least once:/);
});

it('keeps what looks like markup as text, and puts errors on a line of their own', () => {
  expect(prose('a <b> `c <d>` [e] *')).toBe('a \\<b\\> `c <d>` \\[e\\] \\*');
  expect(proseWithErrors('Does. Errors: NOT_FOUND (x).')).toBe(
    'Does.\n\n**Errors:** NOT_FOUND (x).',
  );
  expect(proseWithErrors('Errors: NOT_FOUND.')).toBe('**Errors:** NOT_FOUND.');
  expect(proseWithErrors('A.\n\nErrors of every method: B; C.')).toBe(
    'A.\n\n**Errors of every method:** B; C.',
  );
});
