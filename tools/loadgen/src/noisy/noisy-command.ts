import { parseNoisyOptions } from './noisy-options.js';
import { describeFigures, describeTurn, figuresOf, wrongs } from './noisy-report.js';
import { runNoisy } from './run-noisy.js';

/** Runs what `npm run loadgen -- noisy` asks for. False: something that must hold did not. */
export async function noisyCommand(args: readonly string[]): Promise<boolean> {
  const options = parseNoisyOptions(args);
  const out = options.json ? process.stderr : process.stdout;
  const run = await runNoisy(options, (turn) => void out.write(`${describeTurn(turn)}\n`));
  const figures = figuresOf(run, options);
  out.write(`\n${describeFigures(figures)}\n`);
  if (options.json) process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
  const found = wrongs(run, figures);
  for (const wrong of found) out.write(`WRONG: ${wrong}\n`);
  return found.length === 0;
}
