export interface AdminFlags {
  readonly name?: string | undefined;
  readonly alg?: string | undefined;
  readonly kid?: string | undefined;
  readonly at?: string | undefined;
  readonly scopes?: string | undefined;
  readonly page?: string | undefined;
}

export interface AdminArguments extends AdminFlags {
  readonly words: readonly string[];
}

interface Shape {
  /** Words behind noun and verb: the fewest, and the most. */
  readonly words: readonly [number, number];
  readonly flags?: readonly (keyof AdminFlags)[];
}

const SHAPES = {
  'app create': { words: [1, 1], flags: ['name'] },
  'app show': { words: [1, 1] },
  'app list': { words: [0, 0] },
  'app suspend': { words: [1, 1] },
  'app resume': { words: [1, 1] },
  'app delete': { words: [1, 1] },
  'app settings': { words: [2, Infinity] },
  'key add': { words: [1, 1], flags: ['alg', 'kid'] },
  'key list': { words: [1, 1] },
  'key retire': { words: [2, 2], flags: ['at'] },
  'credential add': { words: [1, 1], flags: ['scopes'] },
  'credential list': { words: [1, 1] },
  'credential revoke': { words: [2, 2] },
  'audit list': { words: [0, 1], flags: ['page'] },
} as const satisfies Record<string, Shape>;

export type CommandName = keyof typeof SHAPES;

/**
 * Throws with a message for people unless the words are those of a command. What a command does not know may have been meant to change
 * what it does: `key retire shop k1 2030-01-31`, without `--at`, would retire the key now.
 */
export function checkWords({ words, ...flags }: AdminArguments, usage: string): void {
  const [noun = '', verb = '', ...rest] = words;
  const name = `${noun} ${verb}`.trim();
  const shapes: Readonly<Record<string, Shape>> = SHAPES;
  const shape = Object.hasOwn(shapes, name) ? shapes[name] : undefined;
  const help = linesOf(usage, shape === undefined ? noun : name);
  if (shape === undefined) throw new Error(`there is no command "${name}"\n${help}`);
  const [fewest, most] = shape.words;
  if (rest.length < fewest) throw new Error(`${name}: something is missing\n${help}`);
  const beyond = rest.slice(most).join(' ');
  if (beyond !== '') throw new Error(`${name}: nothing is known of "${beyond}"\n${help}`);
  const known: readonly string[] = shape.flags ?? [];
  for (const [flag, value] of Object.entries(flags)) {
    if (value !== undefined && !known.includes(flag)) {
      throw new Error(`${name} takes no --${flag}\n${help}`);
    }
  }
}

/** What is said of commands that begin so; of none, everything. */
function linesOf(usage: string, beginning: string): string {
  const lines = usage.split('\n').filter((line) => line.startsWith(`  ${beginning} `));
  return lines.length === 0 ? usage : lines.join('\n');
}
