/**
 * Runs the tests and closes with one line that counts them. What a test needs from the machine beyond Node (a browser, say) is
 * looked up here and named in TEST_HAS; tests of what is missing skip themselves and are named before the last line.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureServers, startThrowAwayStack } from '@queqiao/dev-stack';
import { findRequirements, missingRequired } from './requirements.js';
import { readSummary } from './summary.js';
import { parseTestArguments } from './test-arguments.js';

const log = (line: string): void => void process.stderr.write(`› ${line}\n`);

async function main(): Promise<number> {
  const { long, vitest } = parseTestArguments(process.argv.slice(2));
  const requirements = await findRequirements(log);
  const missing = missingRequired(requirements, process.env['TEST_REQUIRE'] ?? '');
  if (missing.length > 0) {
    console.error(`required and not to be had on this machine: ${missing.join(', ')}`);
    return 1;
  }
  await ensureServers(log);
  const stack = await startThrowAwayStack({ log });
  const dir = mkdtempSync(join(tmpdir(), 'queqiao-test-'));
  try {
    const report = join(dir, 'report.json');
    const code = await runVitest(
      [...vitest, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
      {
        TEST_HAS: requirements.flatMap(({ name, found }) => (found ? [name] : [])).join(','),
        ...(long ? { TEST_LONG: '1' } : {}),
      },
    );
    const summary = readSummary(report);
    for (const name of summary.skipped) console.log(`skipped: ${name}`);
    const broken = summary.failed === 0 && code !== 0 ? 1 : 0;
    if (broken) console.log('vitest failed outside of the tests, see above');
    console.log(
      `${summary.passed} passed, ${summary.failed + broken} failed, ${summary.skipped.length} skipped`,
    );
    return code;
  } finally {
    rmSync(dir, { recursive: true, force: true });
    await stack.stop();
  }
}

function runVitest(args: readonly string[], env: Record<string, string>): Promise<number> {
  const child = spawn('npx', ['vitest', 'run', ...args], {
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  // Ctrl-C reaches the whole group; this process waits so that it can stop its servers.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((resolve) => {
    child.once('error', () => resolve(1));
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

process.exitCode = await main();
