import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import config from '../dependency-cruiser.mjs';
import { packages } from '../package-table.mjs';
import { cruise, plantedWorkspace, root, type Violation } from './fixture.js';

const rows = Object.entries(packages);

/** `import` statements, one a line. */
const imports = (specifiers: string[]) => specifiers.map((name) => `import '${name}';\n`).join('');

/** Imports that a rule other than the table of packages must refuse: rule, file, what it imports. */
const planted: [rule: string, file: string, specifier: string][] = [
  ['mysql-only-in-store', 'apps/logic/src/delivery/a.ts', 'mysql2'],
  ['mysql-only-in-store', 'tools/cli/src/a.ts', 'kysely'],
  ['kysely-only-in-store', 'libs/testkit/src/a.ts', 'kysely'],
  ['redis-only-in-directory', 'apps/logic/src/delivery/b.ts', 'ioredis'],
  ['redis-only-in-directory', 'libs/store-mysql/src/b.ts', 'ioredis'],
  ['sockets-only-in-connect', 'apps/connect/src/link/a.ts', 'uWebSockets.js'],
  ['sockets-only-in-connect', 'apps/logic/src/a.ts', 'uWebSockets.js'],
  ['decisions-without-io', 'apps/connect/src/session/a.ts', '@grpc/grpc-js'],
  ['decisions-without-io', 'apps/connect/src/session/b.ts', 'node:net'],
  ['decisions-without-io', 'apps/logic/src/usecase/message/a.ts', 'ioredis'],
  ['decisions-without-io', 'apps/logic/src/usecase/message/b.ts', 'node:fs/promises'],
  ['domain-imports-nothing', 'libs/domain/src/a.ts', 'node:crypto'],
  ['domain-imports-nothing', 'libs/domain/src/b.ts', 'zod'],
  ['protocol-needs-protobuf-only', 'libs/protocol/src/a.ts', 'node:buffer'],
  ['protocol-needs-protobuf-only', 'libs/protocol/src/b.ts', 'zod'],
  ['browser-code-without-node', 'libs/sdk/src/a.ts', 'node:events'],
  ['browser-code-without-node', 'apps/web/src/a.tsx', 'node:path'],
  ['usecase-looks-inward', 'apps/logic/src/usecase/message/c.ts', '../../api/handler.js'],
  ['usecase-looks-inward', 'apps/logic/src/usecase/message/d.ts', '../../delivery/fan-out.js'],
  ['usecase-looks-inward', 'apps/logic/src/usecase/message/e.ts', '../../link/server.js'],
  ['usecase-looks-inward', 'apps/logic/src/usecase/message/f.ts', '@queqiao/store-mysql'],
  ['usecase-looks-inward', 'apps/logic/src/usecase/message/g.ts', '@queqiao/protocol'],
  ['api-goes-through-usecases', 'apps/logic/src/api/message/a.ts', '@queqiao/store-mysql'],
  ['api-goes-through-usecases', 'apps/logic/src/api/message/b.ts', '../../delivery/fan-out.js'],
  ['ports-know-no-adapter', 'apps/logic/src/ports/a.ts', '@queqiao/directory'],
  ['connect-never-reaches-mysql', 'apps/connect/src/link/b.ts', '@queqiao/testkit'],
  ['not-test-code', 'libs/link/src/a.ts', './window.test.js'],
  ['not-test-code', 'libs/link/src/b.ts', './testing/peer.js'],
  ['packages-by-name', 'libs/runtime/src/a.ts', '../../domain/src/index.js'],
  ['no-cycles', 'libs/runtime/src/ring-one.ts', './ring-two.js'],
  ['found', 'libs/runtime/src/b.ts', './nowhere.js'],
  ['found', 'libs/runtime/src/c.ts', 'no-such-package'],
  ['declared', 'libs/runtime/src/d.ts', 'vitest'],
  ['declared', 'apps/connect/src/session/c.ts', 'mysql2'],
];

/** What the planted files point at. */
const scenery = {
  'apps/logic/src/api/handler.ts': 'export {};\n',
  'apps/logic/src/delivery/fan-out.ts': 'export {};\n',
  'apps/logic/src/link/server.ts': 'export {};\n',
  'libs/link/src/window.test.ts': 'export {};\n',
  'libs/link/src/testing/peer.ts': 'export {};\n',
  'libs/testkit/src/index.ts': "import '@queqiao/store-mysql';\n",
  'libs/runtime/src/ring-two.ts': "import './ring-one.js';\n",
};

/** The other packages that a package may not import: [in its code, in its tests]. */
function forbidden(name: string, allowed: string[]): string[] {
  return rows.map(([other]) => other).filter((other) => other !== name && !allowed.includes(other));
}

/** build and boundaries export nothing, so that an import of them leads nowhere at all. */
const importable = (name: string) => name !== 'build' && name !== 'boundaries';

describe('forbidden imports', () => {
  let violations: Violation[] = [];
  let workspace: ReturnType<typeof plantedWorkspace> | undefined;

  beforeAll(() => {
    const files: Record<string, string> = { ...scenery };
    for (const [, file, specifier] of planted) files[file] = imports([specifier]);
    for (const [name, { dir, imports: allowed, testsAlso = [] }] of rows) {
      const all = (list: string[]) =>
        imports(list.filter(importable).map((other) => `@queqiao/${other}`));
      files[`${dir}/src/everything.ts`] = all(forbidden(name, allowed));
      files[`${dir}/test/everything.test.ts`] = all(forbidden(name, [...allowed, ...testsAlso]));
    }
    workspace = plantedWorkspace(files);
    violations = cruise(workspace.dir);
  });
  afterAll(() => workspace?.remove());

  test.each(planted)('%s refuses, in %s, the import of %s', (rule, file) => {
    expect(violations.filter(({ from }) => from === file).map((found) => found.rule)).toContain(
      rule,
    );
  });

  test.each(rows)('%s may import what its row allows and no other package', (name, row) => {
    const reported = (rule: string, file: string) =>
      violations
        .filter((found) => found.rule === rule && found.from === `${row.dir}/${file}`)
        .map(({ to }) => to)
        .sort();
    const expected = (allowed: string[]) =>
      forbidden(name, allowed)
        .filter(importable)
        .map((other) => `${packages[other]?.dir ?? ''}/src/index.ts`)
        .sort();
    expect(reported(`imports-of-${name}`, 'src/everything.ts')).toEqual(expected(row.imports));
    expect(reported(`test-imports-of-${name}`, 'test/everything.test.ts')).toEqual(
      expected([...row.imports, ...(row.testsAlso ?? [])]),
    );
  });

  test('every rule has been seen to bite', () => {
    const bitten = new Set(violations.map(({ rule }) => rule));
    expect(config.forbidden.map(({ name }) => name).filter((name) => !bitten.has(name))).toEqual(
      [],
    );
  });
});

describe('allowed imports', () => {
  test('are not reported', () => {
    const files: Record<string, string> = {};
    for (const [, { dir, imports: allowed, testsAlso = [] }] of rows) {
      const named = (list: string[]) => imports(list.map((other) => `@queqiao/${other}`));
      files[`${dir}/src/index.ts`] = named(allowed);
      files[`${dir}/test/all.test.ts`] = `${named([...allowed, ...testsAlso])}import 'vitest';\n`;
    }
    Object.assign(files, {
      'libs/store-mysql/src/a.ts': imports(['kysely', 'mysql2']),
      'libs/directory/src/a.ts': imports(['ioredis']),
      'apps/connect/src/socket/a.ts': imports(['uWebSockets.js']),
      'apps/logic/src/api/message/a.ts': imports(['../../usecase/message/send-entry.js']),
      'apps/logic/src/usecase/message/send-entry.ts': imports(['@queqiao/domain', './ports.js']),
      'apps/logic/src/usecase/message/ports.ts': imports(['@queqiao/domain']),
      'libs/link/src/testing/peer.ts': imports(['fast-check', '@queqiao/runtime']),
      'libs/protocol/src/a.ts': imports(['@bufbuild/protobuf/wire']),
    });
    const workspace = plantedWorkspace(files);
    try {
      expect(cruise(workspace.dir)).toEqual([]);
    } finally {
      workspace.remove();
    }
  });
});

test('the table has a row for every workspace, in its place', () => {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { link?: boolean; resolved?: string }>;
  };
  const linked = Object.entries(lock.packages).filter(([, entry]) => entry.link === true);
  expect(
    Object.fromEntries(
      linked.map(([path, { resolved }]) => [path.replace('node_modules/@queqiao/', ''), resolved]),
    ),
  ).toEqual(Object.fromEntries(rows.map(([name, { dir }]) => [name, dir])));
});
