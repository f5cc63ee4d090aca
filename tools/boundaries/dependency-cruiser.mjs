/**
 * The import rules, as dependency-cruiser reads them. Types count: an `import type` is a dependency
 * like any other. Every rule here is proven by a planted import in src/gate.test.ts.
 */
import { ioCoreModules, ioLibraries, packages } from './package-table.mjs';

const escape = (text) => text.replace(/[.\-/]/g, '\\$&');
const anyOf = (items) => `(?:${items.map(escape).join('|')})`;

/** A web folder contains another package (web/server): a directory's own files exclude it. */
const nested = (dir) =>
  Object.values(packages)
    .map((other) => other.dir)
    .filter((other) => other.startsWith(`${dir}/`));
const inside = (dir) => {
  const inner = nested(dir).map((other) => other.slice(dir.length + 1));
  return `^${escape(dir)}/${inner.length > 0 ? `(?!${anyOf(inner)}/)` : ''}`;
};

/** Tests, and the code that only they use: a package's src/testing/ is for others' tests too. */
const tests = '(?:\\.test\\.tsx?$|/test/|/testing/|/testing\\.ts$|/scenarios/)';
/** An installed package, found or not (a missing one must not slip through). */
const library = (names) => `(?:(?:^|/)node_modules/|^)${anyOf(names)}(?:/|$)`;
const core = (names) => `^(?:node:)?${anyOf(names)}(?:/|$)`;

const packageRules = Object.entries(packages).flatMap(([name, row]) => {
  const others = (allowed) =>
    Object.entries(packages)
      .filter(([other]) => other !== name && !allowed.includes(other))
      .map(([, { dir }]) => inside(dir));
  return [
    {
      name: `imports-of-${name}`,
      comment: `${row.dir} may import: ${row.imports.join(', ') || 'no other package'}`,
      severity: 'error',
      from: { path: inside(row.dir), pathNot: tests },
      to: { path: others(row.imports) },
    },
    {
      name: `test-imports-of-${name}`,
      comment: `tests of ${row.dir} may also import: ${row.testsAlso?.join(', ') ?? 'nothing'}`,
      severity: 'error',
      from: { path: `${inside(row.dir)}.*${tests}` },
      to: { path: others([...row.imports, ...(row.testsAlso ?? [])]) },
    },
  ];
});

const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });
const usecase = '^apps/logic/src/usecase/';
const session = '^apps/connect/src/session/';
const decides = { path: [usecase, session], pathNot: tests };

const libraryRules = [
  rule(
    'mysql-only-in-store',
    'queries live in libs/store-mysql; tools and the testkit may open a connection to look',
    { path: '.', pathNot: ['^libs/(?:store-mysql|testkit)/', '^tools/(?:dev-stack|loadgen)/'] },
    { path: library(['kysely', 'mysql2']) },
  ),
  rule(
    'kysely-only-in-store',
    'the query builder belongs to libs/store-mysql alone',
    { path: '.', pathNot: '^libs/store-mysql/' },
    { path: library(['kysely']) },
  ),
  rule(
    'redis-only-in-directory',
    'Redis is used through libs/directory; dev-stack and the testkit may open a connection to look',
    { path: '.', pathNot: ['^libs/(?:directory|testkit)/', '^tools/dev-stack/'] },
    { path: library(['ioredis']) },
  ),
  rule(
    'sockets-only-in-connect',
    'apps/connect/src/socket is the only user of uWebSockets.js',
    { path: '.', pathNot: '^apps/connect/src/socket/' },
    { path: library(['uWebSockets.js', 'uws-pack']) },
  ),
  rule('decisions-without-io', 'sessions and use cases do no input or output', decides, {
    path: [library(ioLibraries), core(ioCoreModules)],
  }),
  rule(
    'domain-imports-nothing',
    'the domain is plain TypeScript: no library, no Node module',
    { path: '^libs/domain/', pathNot: tests },
    { pathNot: '^libs/domain/' },
  ),
  rule(
    'protocol-needs-protobuf-only',
    'libs/protocol runs in browsers on the protobuf runtime alone',
    { path: '^libs/protocol/', pathNot: tests },
    { pathNot: ['^libs/(?:protocol|domain)/', library(['@bufbuild/protobuf'])] },
  ),
  rule(
    'browser-code-without-node',
    'the SDK and the web client run in browsers: no Node module',
    { path: ['^libs/sdk/src/', '^apps/web/src/'], pathNot: tests },
    { dependencyTypes: ['core'] },
  ),
];

const logicRules = [
  rule(
    'usecase-looks-inward',
    'a use case sees ports and domain types: not the doors, the link, delivery or its own adapters',
    { path: usecase, pathNot: tests },
    {
      path: [
        '^apps/logic/src/(?!usecase/|ports/)',
        '^libs/(?:protocol|grpc-kit|link|store-mysql|directory)/',
      ],
    },
  ),
  rule(
    'api-goes-through-usecases',
    'a handler maps and calls a use case: it sees no store, no directory, no link',
    { path: '^apps/logic/src/api/', pathNot: tests },
    {
      path: ['^apps/logic/src/(?:append|delivery|link)/', '^libs/(?:store-mysql|directory|link)/'],
    },
  ),
  rule(
    'ports-know-no-adapter',
    'a port is described in domain types',
    { path: '^apps/logic/src/ports/', pathNot: tests },
    { path: ['^libs/(?:protocol|grpc-kit|link|store-mysql|directory)/', '^apps/logic/src/api/'] },
  ),
];

const hygieneRules = [
  rule(
    'connect-never-reaches-mysql',
    'not even through another package',
    { path: '^apps/connect/src/', pathNot: tests },
    { path: '^libs/store-mysql/', reachable: true },
  ),
  rule(
    'not-test-code',
    'shipped code does not import tests or their helpers',
    { path: '^(?:libs|apps|tools)/', pathNot: [tests, '^libs/testkit/', '^apps/e2e/'] },
    { path: tests, pathNot: 'node_modules' },
  ),
  rule(
    'packages-by-name',
    'another package is imported by its name, never by a path into its folder',
    { path: '^((?:libs|tools)/[^/]+|apps/(?:web/server|[^/]+))/' },
    {
      path: '^(?:libs|apps|tools)/',
      pathNot: ['^$1/', 'node_modules'],
      dependencyTypes: ['local'],
    },
  ),
  rule(
    'no-cycles',
    'two files that need each other are one file, or miss a third',
    { path: '.' },
    { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
  ),
  rule(
    'found',
    'an import that leads nowhere hides from every other rule',
    { path: '.' },
    {
      couldNotResolve: true,
    },
  ),
  rule(
    'declared',
    'a library is declared by the package that imports it',
    // All of apps/e2e is test code, though not all of it lies in folders of that name.
    { path: '^(?:libs|apps)/(?!e2e/)', pathNot: tests },
    { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'npm-dev'] },
  ),
];

export default {
  forbidden: [...packageRules, ...libraryRules, ...logicRules, ...hygieneRules],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: {
      path: [
        '^(?!.*node_modules).*/dist/',
        '^(?!.*node_modules).*/\\.types/',
        '^libs/protocol/src/gen/',
      ],
    },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    detectJSDocImports: false,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['queqiao:source', 'import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.d.ts', '.mjs', '.js', '.json'],
    },
    skipAnalysisNotInRules: false,
    builtInModules: { add: [] },
  },
};
