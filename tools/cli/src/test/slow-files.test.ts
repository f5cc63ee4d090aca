import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { SLOW_FILES, slowFirst } from './slow-files.js';

const [slowest = '', slow = ''] = SLOW_FILES;

it.each(SLOW_FILES)('%s is there', (path) => {
  expect(existsSync(fileURLToPath(new URL(`../../../../${path}`, import.meta.url)))).toBe(true);
});

it('begins each kind with its slow files and leaves the others in their order', () => {
  const files = [
    { path: 'b', kind: 1 },
    { path: slow, kind: 1 },
    { path: 'a', kind: 1 },
    { path: slowest, kind: 1 },
    { path: 'c', kind: 0 },
  ];
  const order = slowFirst(files, (file) => file).map(({ path }) => path);
  expect(order).toEqual(['c', slowest, slow, 'b', 'a']);
});
