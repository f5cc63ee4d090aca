import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { checkoutRoot } from '@queqiao/testkit';
import type {
  PhasePlan,
  PhaseResult,
  WorkerAnswer,
  WorkerLog,
  WorkerRequest,
  WorkerSetup,
} from './worker/worker-protocol.js';

const PROGRAM = join(import.meta.dirname, 'worker', 'worker-main.ts');

/** The processes that make the load. They end with this one. */
export class WorkerPool {
  private constructor(private readonly children: readonly ChildProcess[]) {}

  /** One process for each setup; resolves when all of their devices are signed in. */
  static async open(setups: readonly WorkerSetup[]): Promise<WorkerPool> {
    const pool = new WorkerPool(setups.map(() => forkWorker()));
    try {
      await pool.#askEach('opened', (index) => ({ type: 'open', setup: at(setups, index) }));
    } catch (error) {
      pool.close();
      throw error;
    }
    return pool;
  }

  get pids(): number[] {
    return this.children.flatMap(({ pid }) => (pid === undefined ? [] : [pid]));
  }

  /** Runs a stretch of load, whose numbers are shared out among the workers. */
  async run(plan: PhasePlan): Promise<PhaseResult[]> {
    const shares = sharesOf(plan, this.children.length);
    const answers = await this.#askEach('ran', (index) => ({
      type: 'run',
      plan: at(shares, index),
    }));
    return answers.map(({ result }) => result);
  }

  /** Closes all sockets and returns what was sent and received on them. */
  async finish(): Promise<WorkerLog[]> {
    const answers = await this.#askEach('finished', () => ({ type: 'finish' }));
    return answers.map(({ log }) => log);
  }

  close(): void {
    for (const child of this.children) child.kill('SIGKILL');
  }

  #askEach<K extends WorkerAnswer['type']>(
    expected: K,
    request: (index: number) => WorkerRequest,
  ): Promise<Extract<WorkerAnswer, { type: K }>[]> {
    return Promise.all(this.children.map((child, index) => ask(child, request(index), expected)));
  }
}

/** Whole numbers that add up to the plan's, as even as can be. */
export function sharesOf(plan: PhasePlan, count: number): PhasePlan[] {
  const part = (total: number, index: number): number =>
    Math.floor(total / count) + (index < total % count ? 1 : 0);
  return Array.from({ length: count }, (_, index) => ({
    ...(plan.seconds === undefined ? {} : { seconds: plan.seconds }),
    ...(plan.messages === undefined ? {} : { messages: part(plan.messages, index) }),
    ...(plan.inFlight === undefined ? {} : { inFlight: part(plan.inFlight, index) }),
    ...(plan.rate === undefined ? {} : { rate: plan.rate / count }),
  }));
}

function forkWorker(): ChildProcess {
  return fork(PROGRAM, {
    cwd: checkoutRoot(),
    execArgv: ['--conditions=queqiao:source', '--import', 'tsx'],
    serialization: 'advanced',
  });
}

function ask<K extends WorkerAnswer['type']>(
  child: ChildProcess,
  request: WorkerRequest,
  expected: K,
): Promise<Extract<WorkerAnswer, { type: K }>> {
  return new Promise((resolve, reject) => {
    const settle = (answer: WorkerAnswer): void => {
      child.off('exit', gone);
      if (answer.type === expected) resolve(answer as Extract<WorkerAnswer, { type: K }>);
      else reject(new Error(answer.type === 'failed' ? answer.reason : `answered ${answer.type}`));
    };
    const gone = (): void => {
      child.off('message', settle);
      reject(new Error('a worker of the generator ended'));
    };
    child.once('message', settle);
    child.once('exit', gone);
    child.send(request);
  });
}

function at<T>(list: readonly T[], index: number): T {
  const value = list[index];
  if (value === undefined) throw new Error(`there is no worker ${index}`);
  return value;
}
