import { cpuSeconds } from '@queqiao/dev-stack';
import {
  countOf,
  meanOf,
  merged,
  readHistogram,
  since,
  type HistogramSample,
} from './histogram.js';

export const PROCESS_KINDS = ['connect', 'logic', 'database', 'redis', 'generator'] as const;
export type ProcessKind = (typeof PROCESS_KINDS)[number];

export interface WatchedProcess {
  readonly name: string;
  readonly kind: ProcessKind;
  readonly pid: number;
}

/** A service whose metrics are read: its operations address, without a path. */
export interface WatchedService {
  readonly kind: 'connect' | 'logic';
  readonly url: string;
}

export interface Watched {
  readonly processes: readonly WatchedProcess[];
  readonly services: readonly WatchedService[];
}

export interface Snapshot {
  readonly cpu: ReadonlyMap<string, number>;
  readonly append: HistogramSample;
  readonly commit: HistogramSample;
  readonly frames: Readonly<Record<'connect' | 'logic', HistogramSample>>;
}

/** What the processes did between two snapshots. */
export interface Observed {
  /** CPU seconds by process, in the order of the watch list. */
  readonly cpu: readonly { readonly name: string; readonly kind: ProcessKind; seconds: number }[];
  readonly append: HistogramSample;
  readonly meanCommitMs: number;
  readonly commits: number;
  /** Items in one written frame, by who wrote it. */
  readonly frames: Snapshot['frames'];
}

/** Reading the metrics costs the services a little: the times are read last before a run and first after it. */
export async function snapshot(watched: Watched, order: 'before' | 'after'): Promise<Snapshot> {
  const early = order === 'after' ? readCpu(watched) : undefined;
  const texts = await Promise.all(
    watched.services.map(async ({ kind, url }) => {
      const response = await fetch(`${url}/metrics`);
      return { kind, text: await response.text() };
    }),
  );
  const sumOf = (kind: 'connect' | 'logic', name: string): HistogramSample =>
    merged(texts.filter((each) => each.kind === kind).map(({ text }) => readHistogram(text, name)));
  return {
    append: sumOf('logic', 'queqiao_append_batch_entries'),
    commit: sumOf('logic', 'queqiao_append_commit_seconds'),
    frames: {
      connect: sumOf('connect', 'queqiao_link_frame_items'),
      logic: sumOf('logic', 'queqiao_link_frame_items'),
    },
    cpu: early ?? readCpu(watched),
  };
}

export function between(watched: Watched, before: Snapshot, after: Snapshot): Observed {
  const commit = since(after.commit, before.commit);
  return {
    cpu: watched.processes.flatMap(({ name, kind }) => {
      const [from, to] = [before.cpu.get(name), after.cpu.get(name)];
      return from === undefined || to === undefined ? [] : [{ name, kind, seconds: to - from }];
    }),
    append: since(after.append, before.append),
    meanCommitMs: meanOf(commit) * 1_000,
    commits: countOf(commit),
    frames: {
      connect: since(after.frames.connect, before.frames.connect),
      logic: since(after.frames.logic, before.frames.logic),
    },
  };
}

function readCpu({ processes }: Watched): Map<string, number> {
  const cpu = new Map<string, number>();
  for (const { name, pid } of processes) {
    const seconds = cpuSeconds(pid);
    if (seconds !== undefined) cpu.set(name, seconds);
  }
  return cpu;
}
