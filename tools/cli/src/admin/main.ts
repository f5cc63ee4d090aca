import { parseArgs } from 'node:util';
import { runAdmin, USAGE } from './commands.js';
import { openStore } from './open-store.js';

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      name: { type: 'string' },
      alg: { type: 'string' },
    },
  });
  if (positionals.length === 0 || positionals[0] === 'help') {
    process.stdout.write(`${USAGE}\n`);
    return;
  }
  const url = process.env['QUEQIAO_MYSQL_URL'];
  if (url === undefined) throw new Error('set QUEQIAO_MYSQL_URL to the database of the services');
  const database = openStore(url);
  try {
    const { name, alg } = values;
    const answer = await runAdmin(database.apps, { words: positionals, name, alg });
    process.stdout.write(`${values.json ? JSON.stringify(answer) : readable(answer)}\n`);
  } finally {
    await database.close();
  }
}

function readable(answer: Readonly<Record<string, unknown>>): string {
  return Object.entries(answer)
    .map(([key, value]) => `${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join('\n');
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
