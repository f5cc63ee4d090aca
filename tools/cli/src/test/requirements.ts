import { ensureChromium, type Log } from '@queqiao/dev-stack';

export interface Requirement {
  /** As in TEST_REQUIRE and TEST_HAS. */
  readonly name: string;
  readonly found: boolean;
}

/** Looks for, and where possible installs, what some tests need beyond Node, a database and Redis. */
export async function findRequirements(log: Log): Promise<Requirement[]> {
  return [{ name: 'browser', found: await succeeds(() => ensureChromium(log)) }];
}

/** Names of `required` (comma-separated) that are unknown or were not found. */
export function missingRequired(requirements: readonly Requirement[], required: string): string[] {
  const present = new Set(requirements.flatMap(({ name, found }) => (found ? [name] : [])));
  return required
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && !present.has(name));
}

async function succeeds(attempt: () => Promise<unknown>): Promise<boolean> {
  try {
    await attempt();
    return true;
  } catch {
    return false;
  }
}
