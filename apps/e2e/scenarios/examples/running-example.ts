import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { eventually } from '@queqiao/testkit';

/** An example that runs in a process group of its own, with what it prints. */
export class RunningExample {
  readonly lines: string[] = [];
  #complaints = '';
  readonly #ended: Promise<unknown>;

  constructor(readonly child: ChildProcessWithoutNullStreams) {
    createInterface({ input: child.stdout }).on('line', (line) => this.lines.push(line));
    child.stderr.on('data', (chunk: Buffer) => (this.#complaints += chunk.toString()));
    this.#ended = once(child, 'close');
  }

  /** The first line that begins so, once it is there. Rejects when the example ends without it. */
  async prints(beginning: string): Promise<string> {
    const seen = await eventually(`a line "${beginning}"`, () => {
      const line = this.lines.find((one) => one.startsWith(beginning));
      return line ?? (this.child.exitCode === null ? undefined : 'ended');
    });
    if (seen === 'ended') throw new Error(`ended before "${beginning}": ${this.#complaints}`);
    return seen;
  }

  /** Once it has said so of what went wrong. */
  async complains(words: string): Promise<void> {
    await eventually(`it complains: ${words}`, () => this.#complaints.includes(words));
  }

  /** Ends it, and whatever it has started, in the middle of what it does. */
  async kill(): Promise<void> {
    const { pid, exitCode } = this.child;
    if (pid === undefined || exitCode !== null) return;
    process.kill(-pid, 'SIGKILL');
    await this.#ended;
  }
}
