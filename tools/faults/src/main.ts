/**
 * Breaks a system of two connect and two logic processes with its own database and Redis, one fault after another. What it does
 * and how to read what it prints: docs/faults.md.
 *
 *   npm run faults -- --quick                 each fault of the short list once: some minutes
 *   npm run faults -- --duration 20m --seed 7 the whole list in random order until the time is over
 *   npm run faults -- --judge <folder>        judges a kept history again
 *   options: --devices n, --rate operations per second, --feeds both,push,sync,sdk, --only "kill logic,kill Redis",
 *            --at-least n: fails unless n operations were acknowledged and the list was run whole
 *
 * Ends with 1 when a guarantee was broken; the history of every failure is then kept under .data/faults/<seed>.
 */
import { ensureServers, stopAllOnSignals } from '@queqiao/dev-stack';
import { checkHistory } from '@queqiao/testkit';
import { loadHistory } from './kept-history.js';
import { formatRows } from './row.js';
import { parseRunArguments, type MainOptions } from './run-arguments.js';
import { runFaults } from './run-faults.js';
import { shortfalls } from './run-list.js';

/** One broken rule may be broken a thousand times. */
const SHOWN = 50;

const log = (line: string): void => void process.stderr.write(`› ${line}\n`);

async function run(options: MainOptions): Promise<boolean> {
  stopAllOnSignals();
  await ensureServers(log);
  const report = await runFaults({ ...options, log });
  const acknowledged = report.rows.reduce((sum, row) => sum + row.acknowledged, 0);
  console.log(formatRows(report.rows));
  console.log(
    `seed ${options.seed}: ${report.rows.length} faults, ${acknowledged} acknowledged, ${report.violations.length} violations`,
  );
  for (const { fault, guarantee, what } of report.violations.slice(0, SHOWN)) {
    console.log(`${fault}: ${guarantee}: ${what}`);
  }
  for (const dir of report.kept) console.log(`a history is in ${dir}`);
  const short = [...shortfalls(report, options.atLeast)];
  for (const what of short) console.log(`not enough: ${what}`);
  return report.violations.length === 0 && short.length === 0;
}

async function judge(dir: string): Promise<boolean> {
  const violations = checkHistory(await loadHistory(dir));
  for (const { guarantee, what } of violations.slice(0, SHOWN)) {
    console.log(`${guarantee}: ${what}`);
  }
  console.log(`${violations.length} violations`);
  return violations.length === 0;
}

const options = parseRunArguments(process.argv.slice(2));
const good = options.judge === undefined ? await run(options) : await judge(options.judge);
process.exitCode = good ? 0 : 1;
