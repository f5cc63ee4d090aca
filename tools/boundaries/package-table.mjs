/**
 * Who may import whom. One row per package: the other packages its shipped code may name. Tests may
 * also name what `testsAlso` lists. A package without a row may not exist (the test compares).
 */
const adapters = ['domain', 'protocol', 'runtime'];

/** @type {Record<string, { dir: string, imports: string[], testsAlso?: string[] }>} */
export const packages = {
  domain: { dir: 'libs/domain', imports: [] },
  protocol: { dir: 'libs/protocol', imports: ['domain'] },
  runtime: { dir: 'libs/runtime', imports: ['domain'] },
  link: { dir: 'libs/link', imports: ['domain', 'protocol', 'runtime'] },
  'grpc-kit': { dir: 'libs/grpc-kit', imports: adapters },
  'store-mysql': { dir: 'libs/store-mysql', imports: adapters, testsAlso: ['dev-stack'] },
  directory: { dir: 'libs/directory', imports: adapters, testsAlso: ['dev-stack'] },
  sdk: { dir: 'libs/sdk', imports: ['domain', 'protocol'] },
  testkit: {
    dir: 'libs/testkit',
    imports: [...adapters, 'dev-stack', 'directory', 'sdk', 'store-mysql'],
  },
  connect: {
    dir: 'apps/connect',
    imports: [...adapters, 'directory', 'grpc-kit', 'link'],
    testsAlso: ['dev-stack', 'testkit'],
  },
  logic: {
    dir: 'apps/logic',
    imports: [...adapters, 'directory', 'grpc-kit', 'link', 'store-mysql'],
    testsAlso: ['dev-stack', 'testkit'],
  },
  web: { dir: 'apps/web', imports: ['domain', 'protocol', 'sdk'], testsAlso: ['testkit'] },
  'web-server': {
    dir: 'apps/web/server',
    imports: [...adapters, 'grpc-kit'],
    testsAlso: ['dev-stack', 'testkit'],
  },
  e2e: { dir: 'apps/e2e', imports: [...adapters, 'dev-stack', 'grpc-kit', 'sdk', 'testkit'] },
  'dev-stack': { dir: 'tools/dev-stack', imports: [] },
  cli: { dir: 'tools/cli', imports: [...adapters, 'dev-stack', 'grpc-kit', 'store-mysql'] },
  loadgen: {
    dir: 'tools/loadgen',
    imports: [...adapters, 'dev-stack', 'grpc-kit', 'sdk', 'testkit'],
  },
  faults: { dir: 'tools/faults', imports: [...adapters, 'dev-stack', 'e2e', 'testkit'] },
  build: { dir: 'tools/build', imports: ['logic', 'protocol'] },
  boundaries: { dir: 'tools/boundaries', imports: [] },
};

/** Packages that do input or output: code that only decides may not name them. */
export const ioLibraries = [
  '@grpc/grpc-js',
  '@grpc/proto-loader',
  '@grpc/reflection',
  'grpc-health-check',
  'ioredis',
  'kysely',
  'mysql2',
  'uWebSockets.js',
  'ws',
];

/** Node's own modules that do input or output. */
export const ioCoreModules = [
  'child_process',
  'cluster',
  'dgram',
  'dns',
  'fs',
  'http',
  'http2',
  'https',
  'net',
  'readline',
  'tls',
  'worker_threads',
];
