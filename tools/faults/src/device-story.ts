import type { HistoryInput, Membership, SurfacedLog, Violation } from '@queqiao/testkit';

/** Of one violation; of the parts of a longer story the middle is left out. */
const MAX_PARTS = 60;
/** Of one trial: what has one cause is found in many devices. */
const MAX_STORIES = 5;

/** What the devices went through that violations speak of, a line each, for whoever cannot have the kept history. */
export function storiesOf(input: HistoryInput, found: readonly Violation[]): string[] {
  const stories = found.flatMap(({ what }) => deviceStory(input, what) ?? []);
  return [...new Set(stories)].slice(0, MAX_STORIES);
}

/** Undefined: it speaks of no device and conversation. */
function deviceStory({ history, members }: HistoryInput, what: string): string | undefined {
  const log = history.logs.find(({ device }) => new RegExp(`^${device}\\b`).test(what));
  const words = what.split(/[ ,]/).map((word) => word.replace(/:$/, ''));
  const conversationId = [...members.keys()].find((id) => words.includes(id));
  if (log === undefined || conversationId === undefined) return undefined;
  const membership = members.get(conversationId)?.get(log.userId);
  const parts = partsOf(log, conversationId);
  const half = MAX_PARTS / 2;
  const shown =
    parts.length <= MAX_PARTS ? parts : [...parts.slice(0, half), '…', ...parts.slice(-half)];
  return `${log.device} in ${conversationId}: ${stay(membership)}; ${shown.join(', ')}`;
}

function stay(membership: Membership | undefined): string {
  if (membership === undefined) return 'never a member';
  const { stints, clearedSeq, hidden } = membership;
  const stays = stints.map(({ joinedSeq, leftSeq }) => `after ${joinedSeq} up to ${leftSeq}`);
  return `member ${stays.join(' and ')}, cleared to ${clearedSeq}, ${hidden.size} hidden`;
}

/** In the device's order, entries that follow one another as one. */
function partsOf({ events }: SurfacedLog, conversationId: string): string[] {
  const parts: { text: string; readonly fromSeq?: number; toSeq?: number }[] = [];
  for (const event of events) {
    if (event.conversationId !== conversationId) continue;
    const last = parts.at(-1);
    if (event.kind === 'cursor') parts.push({ text: `cursor ${event.seq}` });
    else if (event.kind === 'passed')
      parts.push({ text: `passed ${event.fromSeq}–${event.toSeq}` });
    else if (last?.toSeq === event.seq - 1) {
      last.toSeq = event.seq;
      last.text = `entries ${last.fromSeq}–${event.seq}`;
    } else parts.push({ text: `entry ${event.seq}`, fromSeq: event.seq, toSeq: event.seq });
  }
  return parts.map(({ text }) => text);
}
