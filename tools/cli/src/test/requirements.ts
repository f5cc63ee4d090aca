import { spawnSync } from 'node:child_process';
import { ensureChromium, hasServers, type Log, type ServerKind } from '@queqiao/dev-stack';

export interface Requirement {
  /** As in TEST_REQUIRE and TEST_HAS. */
  readonly name: string;
  readonly found: boolean;
}

/** The words of a comma-separated list. */
export function namesIn(list: string | undefined): string[] {
  const names = (list ?? '').split(',').map((name) => name.trim());
  return names.filter((name) => name !== '');
}

/**
 * The servers whose programs a run cannot do without: those that no URL names, and both when it requires `servers`. Without the
 * programs of the others, the tests that want servers of their own are skipped.
 */
export function wantedServers(
  given: Readonly<Record<ServerKind, string | undefined>>,
  required: readonly string[],
): ServerKind[] {
  const kinds = ['mysql', 'redis'] as const;
  return kinds.filter((kind) => required.includes('servers') || given[kind] === undefined);
}

/** Looks for, and where possible installs, what some tests need beyond Node, a database and Redis. */
export async function findRequirements(log: Log): Promise<Requirement[]> {
  return [
    { name: 'browser', found: await succeeds(() => ensureChromium(log), log) },
    { name: 'servers', found: hasServers() },
    { name: 'go', found: answers('go', 'version') },
    // Debian parts venv from Python.
    { name: 'python', found: answers('python3', '-c', 'import ensurepip, venv') },
    { name: 'java', found: answers('javac', '-version') && answers('mvn', '-version') },
  ];
}

/** Whether the machine has a program that runs. What an example fetches by it is not looked up: a test of it fails without. */
function answers(program: string, ...args: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0;
}

/** Names of `required` that are unknown or were not found. */
export function missingRequired(
  requirements: readonly Requirement[],
  required: readonly string[],
): string[] {
  const present = new Set(foundNames(requirements));
  return required.filter((name) => !present.has(name));
}

export function foundNames(requirements: readonly Requirement[]): string[] {
  return requirements.flatMap(({ name, found }) => (found ? [name] : []));
}

async function succeeds(attempt: () => Promise<unknown>, log: Log): Promise<boolean> {
  try {
    await attempt();
    return true;
  } catch (error) {
    log(error instanceof Error ? error.message : String(error));
    return false;
  }
}
