import { spawn, execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { checkoutRoot } from '@queqiao/testkit';
import { RunningExample } from './running-example.js';

type Env = Readonly<Record<string, string>>;

/** What a checkout has beside the files that are committed: an example has to make all of it. */
const MADE = /\/(?:node_modules|dist|gen|target|\.venv|__pycache__|back-end|cursor)$/;

/** The commands of a page, line by line, in the order in which it tells a reader to type them. */
export function commandsOf(page: string): string[] {
  const blocks = [...page.matchAll(/^```bash\n([^]*?)^```$/gm)].map(([, text = '']) => text);
  return blocks.flatMap((text) => text.split('\n')).filter((line) => line.trim() !== '');
}

/** What the page about all examples says to type before and after. */
export const SHARED_COMMANDS = commandsOf(
  readFileSync(join(checkoutRoot(), 'docs', 'examples', 'README.md'), 'utf8'),
);

/** As ./tools/up keeps it, where the page about all examples reads it. */
export interface KeptApp {
  readonly credential: string;
}

/**
 * A copy of docs/examples/<name> as a fresh checkout has it, with the protos at the same distance, below the ignored .data. What
 * package managers fetch stays in their own caches, as it does for a reader.
 */
export class ExampleFolder {
  readonly #root: string;
  readonly dir: string;
  readonly commands: readonly string[];

  constructor(
    readonly name: string,
    app: KeptApp,
  ) {
    const parent = join(checkoutRoot(), '.data', 'examples');
    mkdirSync(parent, { recursive: true });
    this.#root = mkdtempSync(join(parent, `${name}-`));
    this.dir = join(this.#root, 'docs', 'examples', name);
    mkdirSync(join(this.#root, '.data'));
    writeFileSync(join(this.#root, '.data', 'demo-app.json'), JSON.stringify(app));
    cpSync(join(checkoutRoot(), 'proto'), join(this.#root, 'proto'), { recursive: true });
    cpSync(join(checkoutRoot(), 'docs', 'examples', name), this.dir, {
      recursive: true,
      filter: (source) => !MADE.test(source),
    });
    this.commands = commandsOf(readFileSync(join(this.dir, 'README.md'), 'utf8'));
  }

  /** All commands but the last one. Rejects with what the failing one printed. */
  async build(): Promise<void> {
    for (const command of this.commands.slice(0, -1)) {
      try {
        await promisify(execFile)('sh', ['-c', command], { cwd: this.dir, env: ownEnv() });
      } catch (error) {
        const { stdout, stderr } = error as { stdout?: string; stderr?: string };
        throw new Error(`${command}\n${stdout ?? ''}${stderr ?? ''}`, { cause: error });
      }
    }
  }

  /** The last command, which goes on until it is killed, where what comes before it was typed. */
  start(env: Env): RunningExample {
    const exports = SHARED_COMMANDS.filter((command) => command.startsWith('export '));
    const lines = [...exports, `cd docs/examples/${this.name}`, this.commands.at(-1)];
    const options = { cwd: this.#root, env: { ...ownEnv(), ...env }, detached: true };
    return new RunningExample(spawn('sh', ['-c', lines.join('\n')], options));
  }

  remove(): void {
    rmSync(this.#root, { recursive: true, force: true });
  }
}

/** The environment of a reader: without what npm, vitest and the test command have put there. */
function ownEnv(): Record<string, string> {
  const foreign = /^(?:npm_|NODE_|VITEST|TEST_|QUEQIAO_|INIT_CWD$)/;
  const entries = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  return Object.fromEntries(entries.map(([name, value]) => [name, value ?? '']));
}
