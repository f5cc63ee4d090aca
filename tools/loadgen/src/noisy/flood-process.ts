import { fork, type ChildProcess } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import { checkoutRoot } from '@queqiao/testkit';
import type { FloodKind } from './flood-calls.js';
import type { FloodRequest } from './flood-main.js';
import type { FloodResult, FloodSetup } from './flooder.js';

/** The flooding process as its parent sees it; ends with it. */
export class FloodProcess {
  private constructor(private readonly child: ChildProcess) {}

  static async open(setup: FloodSetup): Promise<FloodProcess> {
    const child = fork(join(import.meta.dirname, 'flood-main.ts'), {
      cwd: checkoutRoot(),
      execArgv: ['--conditions=queqiao:source', '--import', 'tsx'],
      serialization: 'advanced',
    });
    // It stands for other machines: whatever is measured here goes first.
    if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
    const process = new FloodProcess(child);
    try {
      await process.#ask({ type: 'open', setup });
    } catch (error) {
      process.close();
      throw error;
    }
    return process;
  }

  flood(kind: FloodKind, seconds: number, perSecond: number): Promise<FloodResult> {
    return this.#ask({ type: 'flood', kind, seconds, perSecond }) as Promise<FloodResult>;
  }

  close(): void {
    this.child.kill('SIGKILL');
  }

  #ask(request: FloodRequest): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const gone = (): void => reject(new Error('the flooding process ended'));
      this.child.once('exit', gone);
      this.child.once('message', (answer: object) => {
        this.child.off('exit', gone);
        if ('failed' in answer) reject(new Error(String(answer.failed)));
        else resolve(answer);
      });
      this.child.send(request);
    });
  }
}
