import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
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
  starts = 0;

  constructor(
    readonly port: number,
    readonly file: string,
  ) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}/webhooks?of=demo`;
  }

  async start(): Promise<void> {
    const script = join(import.meta.dirname, 'receiver.ts');
    const args = ['--import', 'tsx', script, String(this.port), this.file];
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
  received(): Received[] {
    if (!existsSync(this.file)) return [];
    return readFileSync(this.file, 'utf8').split('\n').flatMap(toRecord);
  }
}

function toRecord(line: string): Received[] {
  try {
    return [recordSchema.parse(JSON.parse(line))];
  } catch {
    return [];
  }
}
