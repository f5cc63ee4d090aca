import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkoutRoot, eventually, type TestApp } from '@queqiao/testkit';
import { beforeAll, expect, it } from 'vitest';
import { useCluster } from '../../src/scenario.js';

const cluster = useCluster({ connect: 1, logic: 1 });
const page = readFileSync(join(checkoutRoot(), 'docs/examples/explore.md'), 'utf8');
/** Each command with what the page says that it prints. */
const steps = [...page.matchAll(/^```bash\n(.+)\n```\n\n```text\n([^]*?)^```$/gm)].map(
  ([, command = '', printed = '']) => ({ command, printed }),
);

let app: TestApp;
beforeAll(async () => {
  app = await cluster().createApp('shop', { events: true });
});

it('the page has its commands, each with what it prints', () => {
  expect(page.match(/^```bash$/gm)).toHaveLength(10);
  expect(steps).toHaveLength(10);
});

it.each(steps)('command %# of the page prints what the page says', async ({ command, printed }) => {
  const here = command.replaceAll('127.0.0.1:9092', cluster().logicAt(0).grpcAddress);
  expect(here).not.toBe(command);
  const env = { ...process.env, CHAT_CREDENTIAL: app.credential };
  const child = spawn('sh', ['-c', here], { cwd: checkoutRoot(), env, detached: true });
  let seen = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (seen += chunk.toString()));
  }
  try {
    await eventually(`what is printed has:\n${printed}`, () => {
      return agrees(seen, printed) || (child.exitCode !== null && child.stdout.closed);
    });
    expect(agrees(seen, printed), seen).toBe(true);
  } finally {
    if (child.exitCode === null) process.kill(-(child.pid ?? 0), 'SIGKILL');
  }
});

/** Whether all lines are there, in their order; `…` stands for any others. */
function agrees(seen: string, printed: string): boolean {
  const lines = printed
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && line !== '…');
  let from = 0;
  return lines.every((line) => {
    const at = seen.indexOf(line, from);
    from = at + line.length;
    return at >= 0;
  });
}
