import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { webhookFormat } from './event-body.js';

const page = readFileSync(
  fileURLToPath(new URL('../../../../../docs/webhooks.md', import.meta.url)),
  'utf8',
);

it('types of events are those that the page for receivers has', () => {
  const [, list = ''] = /\n## To make one\n[^]*?\n\n(- [^]*?)\n\n## /.exec(page) ?? [];
  const listed = [...list.matchAll(/`(\w+)`/g)].map(([, name]) => name);
  // Commands are never stored, so none of them is an event.
  const types = [...webhookFormat().types].filter((type) => type !== 'command');
  expect(new Set(listed)).toEqual(new Set(types));
  expect(listed).toHaveLength(types.length);
});
