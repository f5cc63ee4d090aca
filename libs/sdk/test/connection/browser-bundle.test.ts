import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect, it } from 'vitest';

/**
 * A page loads this much at most for the client, in bytes, minified and not compressed. Two thirds are the codecs of all messages of
 * `queqiao.client.v1`, so every service that clients get adds to it, also one that the client has no methods for yet.
 */
const MAX_BUNDLE_BYTES = 405_000;

it('bundles for browsers: no Node module, no socket library, and small', async () => {
  const { outputFiles, metafile } = await build({
    entryPoints: [fileURLToPath(new URL('../../src/index.ts', import.meta.url))],
    bundle: true,
    platform: 'browser',
    format: 'esm',
    minify: true,
    write: false,
    metafile: true,
    conditions: ['queqiao:source'],
    // An import of a Node module does not resolve for browsers and fails the build.
    logLevel: 'silent',
  });
  const inputs = Object.keys(metafile.inputs);
  expect(inputs.filter((path) => /node_modules\/ws\/(?!browser\.js)/.test(path))).toEqual([]);
  expect(inputs.filter((path) => /node_modules\/(?!ws|@bufbuild\/protobuf)/.test(path))).toEqual(
    [],
  );
  expect(outputFiles[0]?.contents.length).toBeLessThan(MAX_BUNDLE_BYTES);
});
