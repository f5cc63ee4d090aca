import { DomainError, type ErrorCode } from '@queqiao/domain';
import { Content, Sender_Kind, type Entry } from '@queqiao/protocol/client';
import { BLANK, recall, RECALL } from './change-past.fixture.js';
import type { MembershipRecord } from './history.js';
import { bob, CHAT, entry, member, past, sent, type Past } from './past.fixture.js';

type About = Partial<Pick<MembershipRecord, 'userId' | 'fromStart' | 'told'>>;

/** Bob, if nobody else is named, joins or leaves; what is asked for is answered at once. */
export function moved(
  { history }: Past,
  change: 'join' | 'leave',
  about: About = {},
  work: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const whole = { userId: 'bob', conversationId: CHAT, change, ...about };
  return history.membership(whole, work).catch(() => undefined);
}

/** What Ann wrote is what is sent while `between` is called: with 1, 2 and 3 before the messages of these seqs. */
export async function meanwhile(
  between: (story: Past, before: number) => Promise<void>,
  plan: Parameters<typeof past>[0] = {},
): Promise<Past> {
  const story = await past(plan);
  story.history.sends.length = 0;
  for (const seq of [1, 2, 3]) {
    await between(story, seq);
    await sent(story.history, `m${seq}`, seq);
  }
  await between(story, 4);
  return story;
}

/** Bob leaves before the second message, and comes back before the third. */
export async function away(about: About = {}, surfaced = [entry(1), entry(3)]): Promise<Past> {
  const story = await meanwhile(
    async (now, before) => {
      if (before === 2) await moved(now, 'leave', about);
      if (before === 3) await moved(now, 'join', about);
    },
    { surfaced },
  );
  const stints = [
    { joinedSeq: 0, leftSeq: 1 },
    { joinedSeq: 2, leftSeq: Infinity },
  ];
  story.members.set(CHAT, bob({ stints, readSeq: 2 }));
  return story;
}

/** The same, of a group whose newcomers see everything. */
export async function awayFromOpen(readSeq = 2): Promise<Past> {
  const story = await away({ fromStart: true }, [entry(1), entry(2), entry(3)]);
  story.members.set(CHAT, bob({ readSeq }));
  return story;
}

/** Everything is said while Bob, who left first, is out. */
export async function gone(stints = [{ joinedSeq: 0, leftSeq: 0 }]): Promise<Past> {
  const story = await meanwhile(
    async (now, before) => void (before === 1 && (await moved(now, 'leave'))),
    { surfaced: stints[0]?.leftSeq === 0 ? [] : [entry(1)] },
  );
  story.members.set(CHAT, bob({ stints }));
  return story;
}

export function notice(seq: number, body: Content['body']): Entry {
  const sender = { kind: Sender_Kind.SYSTEM, id: 'queqiao' };
  const content = Content.create({ body });
  return entry(seq, { sender, clientMsgId: '', content, ordinal: 3 });
}
const LEFT: Content['body'] = { $case: 'membersLeft', value: { userIds: ['bob'] } };

/** The log tells so many times that Bob left, who did so once. */
export async function toldOf(times: number): Promise<Past> {
  const notices = Array.from({ length: times }, (_, index) => notice(4 + index, LEFT));
  const story = await past({ stored: [entry(1), entry(2), entry(3), ...notices] });
  await moved(story, 'leave', { told: true });
  story.members.set(CHAT, bob({ stints: [{ joinedSeq: 0, leftSeq: 3 + times }] }));
  return story;
}

export async function refusedSend(story: Past, code: ErrorCode): Promise<Past> {
  const about = { sender: 'ann', conversationId: CHAT, clientMsgId: 'm9', text: 'no' };
  const refusal = new DomainError(code, 'no');
  await story.history.send(about, () => Promise.reject(refusal)).catch(() => 0);
  return story;
}

/** Ann, who wrote everything, has left. */
export async function annLeft(): Promise<Past> {
  const story = await past();
  await moved(story, 'leave', { userId: 'ann' });
  const ann = member({ readSeq: 3, stints: [{ joinedSeq: 0, leftSeq: 3 }] });
  story.members.get(CHAT)?.set('ann', ann);
  return story;
}

/** Ann, who wrote everything, has left and come back. */
export async function annBack(): Promise<Past> {
  const story = await annLeft();
  await moved(story, 'join', { userId: 'ann' });
  const stints = [
    { joinedSeq: 0, leftSeq: 3 },
    { joinedSeq: 3, leftSeq: Infinity },
  ];
  story.members.get(CHAT)?.set('ann', member({ readSeq: 3, stints }));
  return story;
}

/** Bob left before the third message was taken back. */
export async function leftBeforeRecall(): Promise<Past> {
  const story = await past({ stored: [entry(1), entry(2), BLANK, RECALL], surfaced: three() });
  await moved(story, 'leave');
  const about = { sender: 'ann', conversationId: CHAT, clientMsgId: 'c1', change: recall };
  await story.history.change(about, () => Promise.resolve(4));
  story.members.set(CHAT, bob({ stints: [{ joinedSeq: 0, leftSeq: 3 }] }));
  return story;
}

export const three = (): Entry[] => [entry(1), entry(2), entry(3)];

export async function named(stints: Parameters<typeof bob>[0]['stints'], mentionedSeq: number) {
  const story = await past();
  story.history.sends.pop();
  const about = { sender: 'ann', conversationId: CHAT, clientMsgId: 'm3', text: 'text 3' };
  await moved(story, 'leave');
  await story.history.send({ ...about, mentions: ['bob'] }, () => Promise.resolve(3));
  story.members.set(CHAT, bob({ mentionedSeq, ...(stints === undefined ? {} : { stints }) }));
  return story;
}
