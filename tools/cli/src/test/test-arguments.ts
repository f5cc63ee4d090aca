export interface TestArguments {
  /** Heavy scenarios at full size. */
  readonly long: boolean;
  /** Arguments for vitest. */
  readonly vitest: readonly string[];
}

/** Projects whose tests of single units are a project of their own. */
const SPLIT = new Set(['logic']);

/** Names are projects; with --long they are parts of the file names of end-to-end scenarios. Options go on to vitest. */
export function parseTestArguments(args: readonly string[]): TestArguments {
  const long = args.includes('--long');
  const names = args.filter((arg) => !arg.startsWith('-'));
  const options = args.filter((arg) => arg.startsWith('-') && arg !== '--long');
  if (long) return { long, vitest: ['--project', 'e2e', ...options, ...names] };
  const projects = names.flatMap((name) => (SPLIT.has(name) ? [name, `${name}-units`] : [name]));
  return { long, vitest: [...projects.flatMap((name) => ['--project', name]), ...options] };
}
