import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const recordSchema = z.object({
  id: z.string(),
  timestamp: z.string(),
  signature: z.string(),
  atMs: z.number(),
  body: z.string(),
});
export type Received = z.infer<typeof recordSchema>;

/** The receiver as a process of its own, always on the same port and with the same file. */
export class ReceiverProcess {
  #child: ChildProcess | undefined;
  readonly #records: Received[] = [];
  /** Bytes of the file. */
  #read = 0;
  starts = 0;

  constructor(
    readonly port: number,
    readonly file: string,
    readonly script = join(import.meta.dirname, 'receiver.ts'),
  ) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}/webhooks?of=demo`;
  }

  async start(): Promise<void> {
    const args = ['--import', 'tsx', this.script, String(this.port), this.file];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#child = child;
    await once(child.stdout, 'data');
    this.starts += 1;
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    this.#child = undefined;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  /** In the order in which it was kept. A line that a kill has cut was not answered. */
  received(): readonly Received[] {
    const log = openSync(this.file, 'a+');
    const more = Buffer.alloc(fstatSync(log).size - this.#read);
    readSync(log, more, 0, more.length, this.#read);
    closeSync(log);
    const whole = more.subarray(0, more.lastIndexOf('\n') + 1);
    this.#read += whole.length;
    for (const line of whole.toString().split('\n')) this.#records.push(...toRecord(line));
    return this.#records;
  }
}

function toRecord(line: string): Received[] {
  try {
    return [recordSchema.parse(JSON.parse(line))];
  } catch {
    return [];
  }
}
