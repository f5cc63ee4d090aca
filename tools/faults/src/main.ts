/**
 * Breaks a system of two connect and two logic processes with its own database and Redis, one fault after another.
 *
 *   npm run faults -- --quick                 each fault of the short list once: some minutes
 *   npm run faults -- --duration 20m --seed 7 the whole list in random order until the time is over
 *   options: --devices n, --rate messages per second, --only "kill logic,kill Redis"
 *
 * Ends with 1 when a guarantee was broken; the history of the last failure is then kept under .data/faults/<seed>.
 */
import { ensureServers, stopAllOnSignals } from '@queqiao/dev-stack';
import { formatRows } from './row.js';
import { parseRunArguments } from './run-arguments.js';
import { runFaults } from './run-faults.js';

const log = (line: string): void => void process.stderr.write(`› ${line}\n`);

stopAllOnSignals();
const options = parseRunArguments(process.argv.slice(2));
await ensureServers(log);
const report = await runFaults({ ...options, log });
const acknowledged = report.rows.reduce((sum, row) => sum + row.acknowledged, 0);
console.log(formatRows(report.rows));
console.log(
  `seed ${options.seed}: ${report.rows.length} faults, ${acknowledged} acknowledged, ${report.violations.length} violations`,
);
for (const { fault, guarantee, what } of report.violations.slice(0, 50)) {
  console.log(`${fault}: ${guarantee}: ${what}`);
}
if (report.kept !== undefined) console.log(`the history is in ${report.kept}`);
process.exitCode = report.violations.length > 0 ? 1 : 0;
