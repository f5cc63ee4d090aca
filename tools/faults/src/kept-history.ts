import { mkdirSync, openSync, closeSync, createReadStream, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Entry } from '@queqiao/protocol/client';
import {
  History,
  type HistoryInput,
  type Membership,
  type RestRecord,
  type ShownConversation,
  type SurfacedLog,
  type Violation,
} from '@queqiao/testkit';

/** Lines that are put together for one write: a history may be longer than the longest string. */
const LINES_AT_ONCE = 10_000;

/** The lists of a history that are written as they are. */
const LISTS = [
  'sends',
  'changes',
  'ownChanges',
  'marks',
  'memberships',
  'tails',
  'recoveries',
] as const;

type KeptMember = Omit<Membership, 'hidden' | 'stints'> & {
  readonly conversationId: string;
  readonly userId: string;
  readonly hidden: readonly number[];
  /** JSON knows no Infinity. */
  readonly stints: readonly { readonly joinedSeq: number; readonly leftSeq: number | null }[];
};
type KeptRest = Omit<RestRecord, 'unread' | 'shown'> & {
  readonly unread: readonly (readonly [string, number | undefined])[];
  readonly shown?: readonly (readonly [string, ShownConversation])[];
};
type KeptLog = Pick<SurfacedLog, 'device' | 'userId' | 'retired'>;
type KeptEvent = { readonly device: string } & SurfacedLog['events'][number];
type KeptState = { readonly device: string } & SurfacedLog['states'][number];

/** Writes a history, and everything that it is judged against, as JSON lines into a folder. */
export function saveHistory(
  dir: string,
  { history, table, members, reactions, pins, foreign }: HistoryInput,
  violations: readonly Violation[],
): void {
  mkdirSync(dir, { recursive: true });
  const write = (what: string, lines: Iterable<unknown>): void => {
    writeLines(join(dir, `${what}.jsonl`), lines);
  };
  write('violations', violations);
  for (const list of LISTS) write(list, history[list]);
  write('devices', history.logs.map(toKeptLog));
  write('surfaced', linesOf(history.logs, 'events'));
  write('states', linesOf(history.logs, 'states'));
  write('rests', history.rests.map(toKeptRest));
  write('table', [...table.values()].flat());
  write('members', keptMembers(members));
  write('reactions', reactions ?? []);
  write('pins', pins ?? []);
  write('foreign', foreign ?? []);
}

/** What `saveHistory` wrote. Rejects when a file is missing. */
export async function loadHistory(dir: string): Promise<HistoryInput> {
  const read = <T>(what: string): Promise<T[]> => readLines<T>(join(dir, `${what}.jsonl`));
  const history = new History();
  for (const list of LISTS) {
    const target: unknown[] = history[list];
    for (const line of await read(list)) target.push(line);
  }
  for (const { device, userId, retired } of await read<KeptLog>('devices')) {
    history.device(device, userId).retired = retired;
  }
  const logs = new Map(history.logs.map((log) => [log.device, log]));
  for (const { device, ...event } of await read<KeptEvent>('surfaced')) {
    logs.get(device)?.events.push(event);
  }
  for (const { device, ...state } of await read<KeptState>('states')) {
    logs.get(device)?.states.push(state);
  }
  for (const rest of await read<KeptRest>('rests')) history.rests.push(fromKeptRest(rest));
  return {
    history,
    table: byConversation((await read<Entry>('table')).map((entry) => Entry.create(entry))),
    members: fromKeptMembers(await read<KeptMember>('members')),
    reactions: new Set(await read<string>('reactions')),
    pins: new Set(await read<string>('pins')),
    foreign: new Set(await read<string>('foreign')),
  };
}

function toKeptLog({ device, userId, retired }: SurfacedLog): KeptLog {
  return { device, userId, retired };
}

function* linesOf(logs: readonly SurfacedLog[], list: 'events' | 'states'): Generator {
  for (const log of logs) for (const line of log[list]) yield { device: log.device, ...line };
}

function toKeptRest({ unread, shown, ...rest }: RestRecord): KeptRest {
  const kept = { ...rest, unread: [...unread] };
  return shown === undefined ? kept : { ...kept, shown: [...shown] };
}

function fromKeptRest({ unread, shown, ...rest }: KeptRest): RestRecord {
  const known = { ...rest, unread: new Map(unread.map(([id, count]) => [id, count ?? undefined])) };
  return shown === undefined ? known : { ...known, shown: new Map(shown) };
}

function* keptMembers(members: HistoryInput['members']): Generator<KeptMember> {
  for (const [conversationId, users] of members) {
    for (const [userId, { hidden, stints, ...member }] of users) {
      const kept = stints.map(({ joinedSeq, leftSeq }) => {
        return { joinedSeq, leftSeq: leftSeq === Infinity ? null : leftSeq };
      });
      yield { conversationId, userId, ...member, hidden: [...hidden], stints: kept };
    }
  }
}

function fromKeptMembers(kept: readonly KeptMember[]): Map<string, Map<string, Membership>> {
  const members = new Map<string, Map<string, Membership>>();
  for (const { conversationId, userId, hidden, stints, ...member } of kept) {
    const users = members.get(conversationId) ?? new Map<string, Membership>();
    members.set(conversationId, users);
    const open = stints.map(({ joinedSeq, leftSeq }) => {
      return { joinedSeq, leftSeq: leftSeq ?? Infinity };
    });
    users.set(userId, { ...member, hidden: new Set(hidden), stints: open });
  }
  return members;
}

function byConversation(entries: readonly Entry[]): Map<string, Entry[]> {
  const table = new Map<string, Entry[]>();
  for (const entry of entries) {
    const log = table.get(entry.conversationId) ?? [];
    table.set(entry.conversationId, log);
    log.push(entry);
  }
  return table;
}

function writeLines(file: string, lines: Iterable<unknown>): void {
  const target = openSync(file, 'w');
  try {
    let waiting: string[] = [];
    for (const line of lines) {
      waiting.push(`${JSON.stringify(line)}\n`);
      if (waiting.length < LINES_AT_ONCE) continue;
      writeSync(target, waiting.join(''));
      waiting = [];
    }
    writeSync(target, waiting.join(''));
  } finally {
    closeSync(target);
  }
}

async function readLines<T>(file: string): Promise<T[]> {
  const lines: T[] = [];
  for await (const line of createInterface({ input: createReadStream(file) })) {
    lines.push(JSON.parse(line) as T);
  }
  return lines;
}
