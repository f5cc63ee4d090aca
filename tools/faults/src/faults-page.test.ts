import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkoutRoot } from '@queqiao/testkit';
import { expect, it } from 'vitest';
import { FAULTS } from './fault-list.js';
import type { Fault } from './fault.js';
import { STORM, STORM_LIMITS } from './storm.js';

const PAGE = readFileSync(join(checkoutRoot(), 'docs/faults.md'), 'utf8');

function cellsOf({ name, during, socketsStay, recoverMs, servedMeanwhile, p99Ms, quick }: Fault) {
  const within = [`${recoverMs / 1_000} s`];
  if (p99Ms !== undefined) within.push(`99 of 100 in ${p99Ms / 1_000} s`);
  if (servedMeanwhile) within.push('while it lasts');
  const acks = { acks: 'come', none: 'none', any: '' }[during];
  return [name, acks, socketsStay ? 'yes' : '', within.join(', '), quick ? 'yes' : ''];
}

it('the page tells of every fault what the list demands of it', () => {
  const table = PAGE.slice(PAGE.indexOf('## What is broken'), PAGE.indexOf('## What is judged'));
  const rows = table
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(2)
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map(([, name, , ...demands]) => [name, ...demands.slice(0, -1)]);
  expect(rows).toEqual(FAULTS.map(cellsOf));
});

it('the page tells the bounds of the storm', () => {
  const paragraph = PAGE.slice(PAGE.indexOf(`\`${STORM}\``), PAGE.indexOf('## What is judged'));
  expect(paragraph).toContain(STORM_LIMITS.sockets.toLocaleString('en'));
  expect(paragraph).toContain(`${STORM_LIMITS.backMs / 1_000} s`);
  expect(paragraph).toContain('twice');
  expect(STORM_LIMITS.load).toBe(2);
});
