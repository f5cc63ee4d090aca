import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseAppId, parseConversationId, parseUserId } from '@queqiao/domain';
import { Content } from '@queqiao/protocol/client';
import { expect, it } from 'vitest';
import { webhookFormat } from './event-body.js';

/** The most that an app may set as maxContentBytes. */
const MAX_CONTENT_BYTES = 131_072;

const page = readFileSync(
  fileURLToPath(new URL('../../../../../docs/webhooks.md', import.meta.url)),
  'utf8',
);

it('types of events are those that the page for receivers has', () => {
  const [, list = ''] = /\n## To make one\n[^]*?\n\n(- [^]*?)\n\n## /.exec(page) ?? [];
  const listed = [...list.matchAll(/`(\w+)`/g)].map(([, name]) => name);
  const { types } = webhookFormat();
  expect(new Set(listed)).toEqual(types);
  expect(listed).toHaveLength(types.size);
  // What no webhook could ever get is not to be asked for.
  expect(types).not.toContain('command');
});

it('a body has less than 1 MiB, however a content is written as JSON', () => {
  expect(page).toContain('A body has less than\n1 MiB');
  // Of one byte each, and of six in JSON.
  const text = '\u0001'.repeat(MAX_CONTENT_BYTES - 8);
  const content = Content.encode(Content.create({ body: { $case: 'text', value: { text } } }));
  const entry = {
    conversationId: parseConversationId(`d:${'a'.repeat(64)}:${'b'.repeat(64)}`),
    seq: 1,
    ordinal: 1,
    revision: 0,
    createdMs: 1,
    kind: 'text',
    state: 'present' as const,
    sender: { kind: 'user' as const, id: parseUserId('a'.repeat(64)) },
    clientMsgId: 'c'.repeat(64),
    content: content.finish(),
  };
  expect(entry.content.byteLength).toBe(MAX_CONTENT_BYTES);
  const named = { appId: parseAppId('p'.repeat(64)), eventId: 'evt_x', logEpoch: 1 };
  const { byteLength } = webhookFormat().encode({ ...named, entry });
  expect(byteLength).toBeGreaterThan(MAX_CONTENT_BYTES * 6 - 100);
  expect(byteLength).toBeLessThan(1_048_576);
});
