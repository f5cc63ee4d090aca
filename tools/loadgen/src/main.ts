import { stopAllOnSignals } from '@queqiao/dev-stack';
import { parseLoadOptions, USAGE } from './load-options.js';
import { noisyCommand } from './noisy/noisy-command.js';
import { NOISY_USAGE } from './noisy/noisy-options.js';
import { describeProfiles } from './profile-summary.js';
import { FIGURES, passed } from './report.js';
import { runLoad } from './run-load.js';

const args = process.argv.slice(2);
if (args.includes('--help')) {
  process.stdout.write(args[0] === 'noisy' ? NOISY_USAGE : `${USAGE}\n${NOISY_USAGE}`);
} else if (args[0] === 'noisy') {
  stopAllOnSignals();
  try {
    if (!(await noisyCommand(args.slice(1)))) process.exitCode = 1;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 2;
  }
} else {
  try {
    const options = parseLoadOptions(args);
    stopAllOnSignals();
    // With --json only JSON goes to standard output.
    const out = options.json ? process.stderr : process.stdout;
    const variants = await runLoad(options, (line) => out.write(`${line}\n`));
    const profileDir = 'own' in options.system ? options.system.own.profileDir : undefined;
    if (profileDir !== undefined) out.write(`\n${describeProfiles(profileDir)}\n`);
    if (options.json) {
      const figures = variants.map(({ name, runs }) => ({
        name,
        runs: runs.map((run) =>
          Object.fromEntries(Object.entries(FIGURES).map(([key, read]) => [key.trim(), read(run)])),
        ),
      }));
      process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
    }
    if (!variants.every(({ runs }) => runs.every(passed))) process.exitCode = 1;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 2;
  }
}
