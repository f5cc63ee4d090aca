/**
 * The gate. Runs every step, two at once, prints each one's complaint, and ends with the names of
 * those that failed.
 *
 *   check.ts [step…]     without a step: all of them
 */
import { spawn } from 'node:child_process';
import { compareWithBaseline } from './contract-baseline.js';
import { binary, root } from './workspace.js';

interface Outcome {
  readonly ok: boolean;
  readonly printed: string;
}

interface Step {
  readonly name: string;
  /** What to do about it, in a few words. */
  readonly hint: string;
  readonly run: () => Promise<Outcome>;
}

function command(name: string, ...args: string[]): () => Promise<Outcome> {
  return () =>
    new Promise((resolve) => {
      const color = process.stdout.isTTY ? { FORCE_COLOR: '1' } : {};
      const child = spawn(binary(name), args, {
        cwd: root,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, ...color },
      });
      let printed = '';
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8').on('data', (text: string) => (printed += text));
      }
      child.once('error', ({ message }) => resolve({ ok: false, printed: message }));
      child.once('close', (code) => resolve({ ok: code === 0, printed }));
    });
}

function breaking(): Promise<Outcome> {
  const outcome = compareWithBaseline(root);
  if (outcome.kind === 'skipped') {
    // A clone without history cannot be blamed for a contract it cannot see; a full one is compared before every merge.
    return Promise.resolve({ ok: true, printed: `NOT COMPARED: ${outcome.why}` });
  }
  const printed = outcome.kind === 'broken' ? outcome.report : '';
  return Promise.resolve({ ok: outcome.kind === 'kept', printed });
}

/** Before all others: they look at what it makes. */
const generate: Step = {
  name: 'generate',
  hint: 'proto/',
  run: command('tsx', 'tools/build/src/generate.ts'),
};

/** The longest first: it takes as long as all others, one after the other. */
const steps: Step[] = [
  { name: 'types', hint: 'tsconfig.base.json', run: command('tsc', '-b') },
  {
    name: 'format',
    hint: 'npm run format',
    run: command('prettier', '--check', '--log-level', 'warn', '.'),
  },
  {
    name: 'lint',
    hint: '.oxlintrc.json',
    run: command('oxlint', '--type-aware', '--deny-warnings', '--report-unused-disable-directives'),
  },
  { name: 'proto', hint: 'proto/buf.yaml', run: command('buf', 'lint', 'proto') },
  { name: 'breaking', hint: 'proto/README.md', run: breaking },
  {
    name: 'boundaries',
    hint: 'tools/boundaries/package-table.mjs',
    run: command(
      'depcruise',
      '--config',
      'tools/boundaries/dependency-cruiser.mjs',
      'libs',
      'apps',
      'tools',
    ),
  },
  {
    name: 'conventions',
    hint: 'tools/boundaries/src/conventions.ts',
    run: command('tsx', 'tools/boundaries/src/check-conventions.ts'),
  },
];
/** Most of them use one core. */
const AT_ONCE = 2;

/** Steps that run before the others, and those. */
function chosen(names: readonly string[]): readonly [Step[], Step[]] {
  const all = [generate, ...steps];
  const unknown = names.filter((name) => !all.some((step) => step.name === name));
  if (unknown.length > 0) {
    throw new Error(
      `unknown step ${unknown.join(', ')}; there are ${all.map(({ name }) => name).join(', ')}`,
    );
  }
  if (names.length === 0) return [[generate], steps];
  const generated = names.some((name) => ['generate', 'types', 'lint'].includes(name));
  return [generated ? [generate] : [], steps.filter(({ name }) => names.includes(name))];
}

const failed: Step[] = [];

async function runStep(step: Step): Promise<void> {
  const startedMs = Date.now();
  const { ok, printed } = await step.run();
  console.log(`── ${step.name}`);
  if (printed.trim() !== '') console.log(printed.trimEnd());
  console.log(`   ${ok ? 'ok' : 'FAILED'} (${((Date.now() - startedMs) / 1000).toFixed(1)} s)`);
  if (!ok) failed.push(step);
}

const [before, rest] = chosen(process.argv.slice(2));
for (const step of before) await runStep(step);
const waiting = [...rest];
async function runWaiting(): Promise<void> {
  for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) await runStep(step);
}
await Promise.all(Array.from({ length: AT_ONCE }, runWaiting));
if (failed.length > 0) {
  console.error(`check failed: ${failed.map((step) => `${step.name} (${step.hint})`).join(', ')}`);
  process.exitCode = 1;
} else {
  console.log('check passed');
}
