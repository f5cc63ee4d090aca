import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { dataRoot } from '@queqiao/dev-stack';
import { AdminDoor, readableFailure } from './admin-door.js';
import { runAdmin, USAGE } from './commands.js';
import { newOperatorSecret, operatorHash } from './operator-secret.js';

/** Where ./tools/up has its first logic node. */
const DEVELOPMENT_ADDRESS = '127.0.0.1:9092';

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      name: { type: 'string' },
      alg: { type: 'string' },
      kid: { type: 'string' },
      at: { type: 'string' },
      scopes: { type: 'string' },
      page: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const { json, help, ...flags } = values;
  if (help || positionals.length === 0 || positionals[0] === 'help') {
    process.stdout.write(`${USAGE}\n`);
    return;
  }
  const answer =
    positionals.join(' ') === 'operator new'
      ? newOperator()
      : await askService({ words: positionals, ...flags });
  process.stdout.write(`${json ? JSON.stringify(answer) : readable(answer)}\n`);
}

function newOperator(): Record<string, unknown> {
  const secret = newOperatorSecret();
  return { secret, sha256: operatorHash(secret) };
}

async function askService(args: Parameters<typeof runAdmin>[1]) {
  const address = process.env['QUEQIAO_GRPC_URL'] ?? DEVELOPMENT_ADDRESS;
  const door = new AdminDoor(address, secretOf());
  try {
    return await runAdmin(door, args);
  } finally {
    door.close();
  }
}

/** The one of a deployment by ./tools/up when none is given. */
function secretOf(): string {
  const given = process.env['QUEQIAO_OPERATOR_SECRET'];
  if (given !== undefined) return given;
  const kept = join(dataRoot(), 'operator-secret');
  if (existsSync(kept)) return readFileSync(kept, 'utf8').trim();
  throw new Error('set QUEQIAO_OPERATOR_SECRET to the secret of an operator: qqop.…');
}

function readable(answer: Readonly<Record<string, unknown>>): string {
  return Object.entries(answer)
    .map(([key, value]) => `${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join('\n');
}

main().catch((error: unknown) => {
  process.stderr.write(`${readableFailure(error)}\n`);
  process.exitCode = 1;
});
