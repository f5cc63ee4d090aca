/**
 * Runs the tests and closes with one line that counts them. What a test needs from the machine beyond Node (a browser, programs
 * of servers) is looked up here and named in TEST_HAS; tests of what is missing are skipped and named before the last line.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureServers, givenUrls, startThrowAwayStack } from '@queqiao/dev-stack';
import {
  findRequirements,
  foundNames,
  missingRequired,
  namesIn,
  wantedServers,
} from './requirements.js';
import { lastLine, readSummary } from './summary.js';
import { parseTestArguments } from './test-arguments.js';

const log = (line: string): void => void process.stderr.write(`› ${line}\n`);

async function main(): Promise<number> {
  const { long, vitest } = parseTestArguments(process.argv.slice(2));
  const required = namesIn(process.env['TEST_REQUIRE']);
  await ensureServers(log, wantedServers(givenUrls(), required));
  const requirements = await findRequirements(log);
  const missing = missingRequired(requirements, required);
  if (missing.length > 0) {
    throw new Error(`required and not to be had on this machine: ${missing.join(', ')}`);
  }
  const stack = await startThrowAwayStack({ log });
  const dir = mkdtempSync(join(tmpdir(), 'queqiao-test-'));
  try {
    const report = join(dir, 'report.json');
    const code = await runVitest(
      [...vitest, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
      {
        TEST_HAS: foundNames(requirements).join(','),
        ...(long ? { TEST_LONG: '1' } : {}),
      },
    );
    const summary = readSummary(report);
    for (const name of summary.skipped) console.log(`skipped: ${name}`);
    if (summary.failed === 0 && code !== 0) {
      console.log('vitest failed outside of the tests, see above');
    }
    console.log(lastLine(summary, code));
    return code === 0 && summary.failed > 0 ? 1 : code;
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

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
