/**
 * Generates libs/protocol/src/gen from proto/: one TypeScript module per .proto file, and the
 * descriptor set that reflection and the JSON codec read. Works offline. Does nothing when neither
 * the inputs nor the outputs changed since the last run.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { binary, root } from './workspace.js';

const protoDir = join(root, 'proto');
const genDir = join(root, 'libs/protocol/src/gen');
const stampFile = join(genDir, '.stamp');

/** All files below a directory, relative to it, in a stable order. */
function filesBelow(dir: string, extension: string): string[] {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(extension))
    .sort();
}

/** Names what the output depends on: the protos, their settings, this file and the tools' versions. */
function fingerprint(): string {
  const hash = createHash('sha256');
  const inputs = [
    ...filesBelow(protoDir, '.proto').map((name) => join(protoDir, name)),
    join(protoDir, 'buf.yaml'),
    join(protoDir, 'buf.gen.yaml'),
    join(root, 'tools/build/src/generate.ts'),
    join(root, 'node_modules/ts-proto/package.json'),
    join(root, 'node_modules/@bufbuild/buf/package.json'),
  ];
  for (const file of inputs) {
    const bytes = readFileSync(file);
    hash.update(`${file.slice(root.length)}\n${String(bytes.length)}\n`).update(bytes);
  }
  return hash.digest('hex');
}

/** Half-deleted output must be noticed, so the stamp also lists what was written. */
function stamp(): string {
  return [fingerprint(), ...filesBelow(genDir, '.ts'), ''].join('\n');
}

function buf(args: string[]): void {
  const result = spawnSync(binary('buf'), args, { cwd: root, stdio: 'inherit' });
  if (result.error) throw result.error;
  if (result.status !== 0) throw new Error(`buf ${args.join(' ')} failed`);
}

function descriptorModule(base64: string): string {
  return `/* Generated from proto/. Do not edit. */
const encoded =
  '${base64}';

let decoded: Uint8Array | undefined;

/** The serialized google.protobuf.FileDescriptorSet of every proto file and what they import. */
export function descriptorSet(): Uint8Array {
  decoded ??= Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
  return decoded;
}
`;
}

/** Writes what differs and removes what is gone: a process that is reading sees no empty folder. */
function publish(files: Map<string, string>): void {
  for (const [name, text] of files) {
    const target = join(genDir, name);
    if (existsSync(target) && readFileSync(target, 'utf8') === text) continue;
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
  }
  for (const name of filesBelow(genDir, '.ts')) {
    if (!files.has(name)) rmSync(join(genDir, name));
  }
}

function generate(): void {
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp()) return;
  const scratch = mkdtempSync(join(tmpdir(), 'queqiao-generate-'));
  try {
    buf(['generate', 'proto', '--template', 'proto/buf.gen.yaml', '-o', scratch]);
    const binpb = join(scratch, 'descriptor-set.binpb');
    buf(['build', 'proto', '-o', binpb]);
    const out = join(scratch, 'gen');
    const files = new Map(
      filesBelow(out, '.ts').map((name) => [name, readFileSync(join(out, name), 'utf8')]),
    );
    files.set('descriptor-set.ts', descriptorModule(readFileSync(binpb).toString('base64')));
    publish(files);
    writeFileSync(stampFile, stamp());
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  console.log('generated libs/protocol/src/gen');
}

try {
  generate();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
