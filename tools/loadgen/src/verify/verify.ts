import type { WorkerLog } from '../worker/worker-protocol.js';

/** One row of the table of entries that a client sent. */
export interface StoredMessage {
  readonly conversationId: string;
  readonly seq: number;
  readonly clientMsgId: string;
}

export const FINDINGS = [
  /** Acknowledged, and not in the table. */
  'not-stored',
  /** In the table more than once. */
  'stored-twice',
  /** In the table under another conversation or seq than the answer or a push said. */
  'other-place',
  /** Acknowledged, and a device that it is for was not pushed it. */
  'not-delivered',
  /** Pushed to one device more than once. */
  'delivered-twice',
  /** Pushed to a device that it is not for, such as the one that sent it. */
  'delivered-to-others',
  /** Pushed, and not in the table. */
  'never-stored',
] as const;
export type Finding = (typeof FINDINGS)[number];

export interface Verdict {
  readonly acknowledged: number;
  readonly delivered: number;
  /** Stored without having been acknowledged: an answer was lost or is still to come. */
  readonly storedUnacknowledged: number;
  /** How often each was found; empty when the run is as promised. */
  readonly findings: ReadonlyMap<Finding, number>;
  /** The first few, in words. */
  readonly examples: readonly string[];
}

const MAX_EXAMPLES = 10;

/**
 * Whether every acknowledged message is in the table exactly once, in the place that the answer named, and was pushed exactly
 * once to every device it is for and to no other.
 */
export function verify(logs: readonly WorkerLog[], table: readonly StoredMessage[]): Verdict {
  const stored = new Map<string, StoredMessage[]>();
  for (const row of table) {
    const rows = stored.get(row.clientMsgId);
    if (rows === undefined) stored.set(row.clientMsgId, [row]);
    else rows.push(row);
  }
  const notes = new Notes();
  for (const log of logs) verifyLog(log, stored, notes);
  return notes;
}

class Notes implements Verdict {
  acknowledged = 0;
  delivered = 0;
  storedUnacknowledged = 0;
  readonly findings = new Map<Finding, number>();
  readonly examples: string[] = [];

  note(finding: Finding, about: string): void {
    this.findings.set(finding, (this.findings.get(finding) ?? 0) + 1);
    if (this.examples.length < MAX_EXAMPLES) this.examples.push(`${finding}: ${about}`);
  }
}

function verifyLog(
  log: WorkerLog,
  stored: ReadonlyMap<string, readonly StoredMessage[]>,
  notes: Notes,
): void {
  const pushesOf = pushesByMessage(log);
  for (let message = 0; message < log.seqOf.length; message += 1) {
    const id = `${log.prefix}.${message}`;
    const rows = stored.get(id) ?? [];
    const pushes = pushesOf.get(message) ?? [];
    const acknowledgedSeq = log.seqOf[message] ?? 0;
    if (acknowledgedSeq > 0) notes.acknowledged += 1;
    else if (rows.length > 0) notes.storedUnacknowledged += 1;
    notes.delivered += pushes.length;
    verifyPlace(log, message, acknowledgedSeq, rows, pushes, notes);
    if (rows.length > 0) verifyDeliveries(log, message, pushes, notes);
  }
  for (let stray = 0; stray < log.strayPushes; stray += 1) {
    notes.note('delivered-to-others', `a push to ${log.prefix} that no message of it explains`);
  }
}

interface SeenPush {
  readonly device: number;
  readonly seq: number;
}

function pushesByMessage({ pushes }: WorkerLog): Map<number, SeenPush[]> {
  const byMessage = new Map<number, SeenPush[]>();
  pushes.message.forEach((message, index) => {
    const seen = { device: pushes.device[index] ?? 0, seq: pushes.seq[index] ?? 0 };
    const list = byMessage.get(message);
    if (list === undefined) byMessage.set(message, [seen]);
    else list.push(seen);
  });
  return byMessage;
}

function verifyPlace(
  log: WorkerLog,
  message: number,
  acknowledgedSeq: number,
  rows: readonly StoredMessage[],
  pushes: readonly SeenPush[],
  notes: Notes,
): void {
  const id = `${log.prefix}.${message}`;
  const [row] = rows;
  if (rows.length > 1) notes.note('stored-twice', `${id}, ${rows.length} times`);
  if (row === undefined) {
    if (acknowledgedSeq > 0) notes.note('not-stored', `${id}, acknowledged as ${acknowledgedSeq}`);
    if (pushes.length > 0) notes.note('never-stored', `${id}, pushed`);
    return;
  }
  const conversationId = log.conversations[log.conversationOf[message] ?? 0];
  const otherSeq = acknowledgedSeq > 0 && row.seq !== acknowledgedSeq;
  if (row.conversationId !== conversationId || otherSeq) {
    notes.note('other-place', `${id} is ${row.conversationId} ${row.seq}, not ${acknowledgedSeq}`);
  }
  for (const { device, seq } of pushes) {
    if (seq !== row.seq) notes.note('other-place', `${id}, pushed to ${device} as ${seq}`);
  }
}

/** A stored message is pushed even when its acknowledgement was lost, but only an acknowledged one is sure to have been. */
function verifyDeliveries(
  log: WorkerLog,
  message: number,
  pushes: readonly SeenPush[],
  notes: Notes,
): void {
  const id = `${log.prefix}.${message}`;
  const audience = new Set(log.audiences[log.conversationOf[message] ?? 0] ?? []);
  const times = new Map<number, number>();
  for (const { device } of pushes) times.set(device, (times.get(device) ?? 0) + 1);
  for (const [device, count] of times) {
    if (count > 1) notes.note('delivered-twice', `${id} to device ${device}, ${count} times`);
    if (!audience.has(device)) notes.note('delivered-to-others', `${id} to device ${device}`);
  }
  if ((log.seqOf[message] ?? 0) === 0) return;
  for (const device of audience) {
    if (!times.has(device)) notes.note('not-delivered', `${id} to device ${device}`);
  }
}
