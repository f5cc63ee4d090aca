import { spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { baselineFile, compareWithBaseline } from './contract-baseline.js';
import { root } from './workspace.js';

const proto = (fields: string) => `syntax = "proto3";

package queqiao.sample.v1;

message Sample {
${fields}
}
`;
const file = 'proto/queqiao/sample/v1/sample.proto';
const first = proto('  string name = 1;\n  int64 seq = 2;');
const extended = proto('  string name = 1;\n  int64 seq = 2;\n  bool muted = 3;');
const retyped = proto('  string name = 1;\n  string seq = 2;');

let repo: string;

function git(...args: string[]): void {
  const result = spawnSync(
    'git',
    ['-c', 'user.name=a', '-c', 'user.email=a@example.org', '-c', 'core.hooksPath=', ...args],
    { cwd: repo, encoding: 'utf8' },
  );
  if (result.status !== 0) throw new Error(result.stderr);
}

function commit(text: string): void {
  writeFileSync(join(repo, file), text);
  git('add', '-A');
  git('commit', '-qm', 'x', '--allow-empty');
}

beforeEach(() => {
  repo = mkdtempSync(join(tmpdir(), 'queqiao-contract-'));
  mkdirSync(join(repo, 'proto/queqiao/sample/v1'), { recursive: true });
  cpSync(join(root, 'proto/buf.yaml'), join(repo, 'proto/buf.yaml'));
  git('init', '-q');
  commit(first);
});
afterEach(() => rmSync(repo, { recursive: true, force: true }));

function acceptBaseline(text: string): void {
  appendFileSync(join(repo, baselineFile), 'accepted\n');
  commit(text);
}

test('without a baseline there is nothing to compare with, and it says so', () => {
  expect(compareWithBaseline(repo)).toMatchObject({ kind: 'skipped' });
});

test('an addition keeps the contract', () => {
  acceptBaseline(first);
  commit(extended);
  expect(compareWithBaseline(repo)).toEqual({ kind: 'kept' });
});

test('a changed field breaks it: before the commit, after it, and after others', () => {
  acceptBaseline(first);
  writeFileSync(join(repo, file), retyped);
  const broken = { kind: 'broken', report: expect.stringContaining('seq') as unknown };
  expect(compareWithBaseline(repo)).toEqual(broken);
  commit(retyped);
  expect(compareWithBaseline(repo)).toEqual(broken);
  commit(`${retyped}\n// later\n`);
  expect(compareWithBaseline(repo)).toEqual(broken);
});

test('a breaking change that is written down becomes the new baseline', () => {
  acceptBaseline(first);
  acceptBaseline(retyped);
  expect(compareWithBaseline(repo)).toEqual({ kind: 'kept' });
  commit(first);
  expect(compareWithBaseline(repo)).toMatchObject({ kind: 'broken' });
});
