import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { checkoutRoot, eventually } from '@queqiao/testkit';

export type Item = Readonly<Record<string, unknown>>;

/** One `./tools/ws` in a process of its own: what it prints, and what is typed into it. */
export class WsProgram {
  readonly items: Item[] = [];
  #complaints = '';
  readonly #child: ChildProcessWithoutNullStreams;

  constructor(args: readonly string[]) {
    this.#child = spawn(join(checkoutRoot(), 'tools', 'ws'), args);
    const lines = createInterface({ input: this.#child.stdout });
    lines.on('line', (line) => this.items.push(JSON.parse(line) as Item));
    this.#child.stderr.on('data', (chunk: Buffer) => (this.#complaints += chunk.toString()));
  }

  type(line: string): void {
    this.#child.stdin.write(`${line}\n`);
  }

  /** The first printed item that matches, once it is there. Rejects when the program ends without it. */
  async prints(what: string, match: (item: Item) => boolean): Promise<Item> {
    const seen = await eventually(what, () => {
      const item = this.items.find(match);
      return item ?? (this.#child.exitCode === null ? undefined : 'ended');
    });
    if (seen === 'ended') throw new Error(`ended before it printed ${what}: ${this.#complaints}`);
    return seen;
  }

  /** The end of its input, and its exit code. */
  async leave(): Promise<number | null> {
    const ended = once(this.#child, 'close');
    this.#child.stdin.end();
    const [code] = (await ended) as [number | null];
    return code;
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}
