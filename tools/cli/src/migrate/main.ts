import { parseArgs } from 'node:util';
import { migrate, migrationStatus } from '@queqiao/store-mysql';

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { url: { type: 'string' }, status: { type: 'boolean', default: false } },
  });
  const url = values.url ?? process.env['QUEQIAO_MYSQL_URL'];
  if (url === undefined) throw new Error('say --url, or set QUEQIAO_MYSQL_URL');
  if (values.status) {
    const { applied, pending } = await migrationStatus(url);
    for (const { name, applied_ms: at } of applied)
      say(`applied ${new Date(at).toISOString()} ${name}`);
    for (const { name } of pending) say(`pending                          ${name}`);
    if (pending.length > 0) process.exitCode = 3;
    return;
  }
  const done = await migrate(url);
  for (const name of done) say(`applied ${name}`);
  if (done.length === 0) say('nothing to do');
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
