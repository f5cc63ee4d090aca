/**
 * Bundles the package in the current folder.
 *
 *   bundle.ts service [--external=<package>…]   src/main.ts → dist/main.js (and dist/proto/),
 *                                               for Node 20 and later
 *   bundle.ts browser                           src/main.tsx or main.ts → dist/app.js (and app.css),
 *                                               public/ copied beside it
 */
import { build, type BuildOptions } from 'esbuild';
import { cpSync, existsSync, rmSync } from 'node:fs';
import { grpcProtoFiles } from './grpc-proto-files.js';

const shared: BuildOptions = {
  bundle: true,
  format: 'esm',
  conditions: ['queqiao:source'],
  sourcemap: true,
  legalComments: 'none',
  logLevel: 'warning',
};

/** CommonJS packages inside an ESM bundle call `require`, and some look for their own folder. */
const banner = [
  "import { createRequire as __createRequire } from 'node:module';",
  "import { dirname as __pathDirname } from 'node:path';",
  "import { fileURLToPath as __fileURLToPath } from 'node:url';",
  'const require = __createRequire(import.meta.url);',
  'const __filename = __fileURLToPath(import.meta.url);',
  'const __dirname = __pathDirname(__filename);',
].join('\n');

async function bundleService(external: string[]): Promise<void> {
  rmSync('dist/proto', { recursive: true, force: true });
  await build({
    ...shared,
    entryPoints: ['src/main.ts'],
    outfile: 'dist/main.js',
    platform: 'node',
    target: 'node20',
    external,
    banner: { js: banner },
    plugins: [grpcProtoFiles('dist')],
  });
}

async function bundleBrowser(): Promise<void> {
  const entry = ['src/main.tsx', 'src/main.ts'].find((name) => existsSync(name));
  if (entry === undefined) throw new Error('src/main.tsx is missing');
  rmSync('dist', { recursive: true, force: true });
  await build({
    ...shared,
    entryPoints: { app: entry },
    outdir: 'dist',
    platform: 'browser',
    target: ['es2022', 'chrome110', 'firefox110', 'safari16'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    minify: true,
  });
  if (existsSync('public')) cpSync('public', 'dist', { recursive: true });
}

const [kind, ...flags] = process.argv.slice(2);
if (kind === 'browser') await bundleBrowser();
else if (kind === 'service') {
  await bundleService(flags.map((flag) => flag.replace(/^--external=/, '')));
} else throw new Error('say what to bundle: service or browser');
