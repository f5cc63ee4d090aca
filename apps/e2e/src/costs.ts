import { cpuSeconds } from '@queqiao/dev-stack';
import type { TestCluster } from '@queqiao/testkit';
import { residentMib } from './residents.js';

/** CPU seconds of all processes of a kind, and of this process, which plays the devices. */
export interface Cpu {
  readonly connect: number;
  readonly logic: number;
  readonly tester: number;
}

/** Looks at what the processes of a cluster use. */
export class Costs {
  constructor(private readonly cluster: TestCluster) {}

  /** What the processes use while `work` runs, and how long that takes. */
  async of(work: () => Promise<unknown>): Promise<{ readonly cpu: Cpu; readonly tookMs: number }> {
    const [before, begunMs] = [this.#cpu(), Date.now()];
    await work();
    const [after, tookMs] = [this.#cpu(), Date.now() - begunMs];
    const used = (kind: keyof Cpu): number => after[kind] - before[kind];
    return {
      cpu: { connect: used('connect'), logic: used('logic'), tester: used('tester') },
      tookMs,
    };
  }

  /** Resident MiB of each connect node. */
  connectMib(): number[] {
    return this.cluster.connect.map(({ process }) => Math.round(residentMib(process.pid)));
  }

  #cpu(): Cpu {
    const { connect, logic } = this.cluster;
    return { connect: cpuOf(connect), logic: cpuOf(logic), tester: secondsOf(process.pid) };
  }
}

/** In milliseconds for one of `count`, without what the same time costs when nothing happens. */
export function perItem(
  kind: keyof Cpu,
  count: number,
  used: { readonly cpu: Cpu; readonly tookMs: number },
  idle: { readonly cpu: Cpu; readonly tookMs: number },
): number {
  const base = (idle.cpu[kind] * used.tookMs) / idle.tookMs;
  return (1_000 * Math.max(0, used.cpu[kind] - base)) / count;
}

function cpuOf(
  nodes: readonly { readonly process: { readonly pid: number | undefined } }[],
): number {
  return nodes.reduce((sum, { process }) => sum + secondsOf(process.pid), 0);
}

function secondsOf(pid: number | undefined): number {
  const seconds = pid === undefined ? undefined : cpuSeconds(pid);
  if (seconds === undefined) throw new Error('the process does not run');
  return seconds;
}
