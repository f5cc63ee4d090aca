/**
 * The gate. Runs every step, prints each one's complaint, and ends with the names of those that
 * failed.
 *
 *   check.ts [step…]     without a step: all of them
 */
import { spawnSync } from 'node:child_process';
import { compareWithBaseline } from './contract-baseline.js';
import { binary, root } from './workspace.js';

interface Step {
  name: string;
  /** What to do about it, in a few words. */
  hint: string;
  /** True when all is well; prints what is not. */
  run: () => boolean;
}

function command(name: string, ...args: string[]): () => boolean {
  return () => {
    const result = spawnSync(binary(name), args, { cwd: root, stdio: 'inherit' });
    if (result.error) console.error(result.error.message);
    return result.status === 0;
  };
}

function breaking(): boolean {
  const outcome = compareWithBaseline(root);
  if (outcome.kind === 'skipped') {
    // A clone without history cannot be blamed for a contract it cannot see; a full one is compared before every merge.
    console.log(`NOT COMPARED: ${outcome.why}`);
    return true;
  }
  if (outcome.kind === 'broken') console.error(outcome.report);
  return outcome.kind === 'kept';
}

const steps: Step[] = [
  { name: 'generate', hint: 'proto/', run: command('tsx', 'tools/build/src/generate.ts') },
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
  { name: 'types', hint: 'tsconfig.base.json', run: command('tsc', '-b') },
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

function chosen(names: string[]): Step[] {
  const unknown = names.filter((name) => !steps.some((step) => step.name === name));
  if (unknown.length > 0) {
    throw new Error(
      `unknown step ${unknown.join(', ')}; there are ${steps.map(({ name }) => name).join(', ')}`,
    );
  }
  const needed = names.includes('types') || names.includes('lint') ? ['generate'] : [];
  const wanted = new Set([...needed, ...names]);
  return names.length === 0 ? steps : steps.filter(({ name }) => wanted.has(name));
}

const failed: Step[] = [];
for (const step of chosen(process.argv.slice(2))) {
  const startedMs = Date.now();
  console.log(`── ${step.name}`);
  const ok = step.run();
  console.log(`   ${ok ? 'ok' : 'FAILED'} (${((Date.now() - startedMs) / 1000).toFixed(1)} s)`);
  if (!ok) failed.push(step);
}
if (failed.length > 0) {
  console.error(`check failed: ${failed.map((step) => `${step.name} (${step.hint})`).join(', ')}`);
  process.exitCode = 1;
} else {
  console.log('check passed');
}
