import fc from 'fast-check';
import type { Content, Entry, Item } from '@queqiao/protocol/client';
import { describe, expect, it } from 'vitest';
import { contents, MemoryReplicaStore } from '../src/index.js';
import { changeOf } from '../src/replica/change.js';
import type { FakeSession } from './fake-server.js';
import { Scene, type Device } from './scene.js';

const CHAT = 'd:alice:bob';
const EMOJI = ['👍', '🌉'];

type Body = NonNullable<Content['body']>;
type Fate = 'deliver' | 'drop' | 'twice' | 'later';
type Doing = 'text' | 'recall' | 'edit' | 'delete' | 'react' | 'unreact' | 'pin' | 'unpin';

type Step =
  | {
      readonly do: 'write';
      readonly who: 'bob' | 'alice' | 'tablet';
      readonly what: Doing;
      readonly target: number;
      readonly fate: Fate;
    }
  | { readonly do: 'state'; readonly what: 'hide' | 'clear' | 'mute' | 'pin' | 'conceal' | 'read' }
  | { readonly do: 'release'; readonly order: number }
  | {
      readonly do: 'trouble';
      readonly what: 'break' | 'lose-reply' | 'refuse' | 'restart' | 'older';
    }
  | { readonly do: 'wait'; readonly ms: number };

const is = <Name extends Step['do']>(name: Name) => fc.constant(name);
const doings: Doing[] = [
  'text',
  'text',
  'text',
  'recall',
  'edit',
  'edit',
  'delete',
  'react',
  'react',
  'unreact',
  'pin',
  'unpin',
];
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      do: is('write'),
      who: fc.constantFrom('bob' as const, 'alice', 'tablet'),
      what: fc.constantFrom(...doings),
      target: fc.nat(),
      fate: fc.constantFrom<Fate>('deliver', 'deliver', 'drop', 'twice', 'later'),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: is('state'),
      what: fc.constantFrom('hide' as const, 'clear', 'mute', 'pin', 'conceal', 'read'),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: is('release'), order: fc.nat() }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: is('trouble'),
      what: fc.constantFrom('break' as const, 'lose-reply', 'refuse', 'restart', 'older'),
    }),
  },
  { weight: 5, arbitrary: fc.record({ do: is('wait'), ms: fc.constantFrom(0, 0, 300, 12_000) }) },
);

/** One phone of alice with a store, her tablet and bob as seen by the server, and lost, doubled and late pushes between. */
class Life {
  readonly scene = new Scene();
  readonly #store = new MemoryReplicaStore({ maxEntriesPerConversation: 6 });
  phone: Device;
  #fate: Fate = 'deliver';
  #written = 0;
  #later: { push: Item; session: FakeSession }[] = [];

  constructor() {
    const { server } = this.scene;
    server.log.createConversation(CHAT, { alice: 0, bob: 0 });
    server.log.maxPull = 4;
    server.onPush = (push, session) => this.#onPush(push, session);
    this.phone = this.#open();
  }

  async run(next: Step): Promise<void> {
    if (next.do === 'write') {
      this.#fate = next.fate;
      this.#write(next.who, next.what, next.target);
      this.#fate = 'deliver';
    } else if (next.do === 'state') this.#state(next.what);
    else if (next.do === 'release') this.#release(next.order);
    else if (next.do === 'trouble') await this.#trouble(next.what);
    else await this.scene.clock.advance(next.ms);
  }

  async heal(): Promise<void> {
    this.scene.server.fault = () => undefined;
    this.scene.server.onPush = (push) => [push];
    await this.scene.clock.advance(120_000);
    this.scene.server.resync('alice');
    await this.scene.clock.advance(60_000);
    await this.readAll();
  }

  async readAll(): Promise<void> {
    for (let n = 0; n < 40 && this.phone.client.conversation(CHAT)?.hasOlder === true; n += 1) {
      const loading = this.phone.client.loadOlder(CHAT, 3);
      await this.scene.settle();
      await loading;
    }
  }

  async restart(): Promise<void> {
    this.phone.client.stop();
    await this.scene.settle();
    this.phone = this.#open();
    await this.scene.settle();
  }

  #open(): Device {
    const limits = { maxHeldEntries: 4, maxKeptEntries: 5, typingIntervalMs: 1 };
    const phone = this.scene.device('alice', { store: this.#store, limits });
    phone.client.start();
    return phone;
  }

  #write(who: 'bob' | 'alice' | 'tablet', what: Doing, target: number): void {
    const { server } = this.scene;
    this.#written += 1;
    const text = `${who} ${this.#written}`;
    if (what === 'text') {
      if (who === 'alice') void this.phone.client.sendText(CHAT, text);
      else server.say(CHAT, who === 'bob' ? 'bob' : 'alice', text);
      return;
    }
    const there = server.log
      .entries(CHAT)
      .filter(({ content }) => content !== undefined && changeOf(content) === undefined);
    const seq = there[target % Math.max(1, there.length)]?.seq;
    if (seq === undefined) return;
    const emoji = EMOJI[target % 2] ?? '';
    if (who === 'alice') this.#change(what, seq, emoji, text);
    else server.change(CHAT, who === 'bob' ? 'bob' : 'alice', bodyOf(what, seq, emoji, text));
  }

  #change(what: Doing, seq: number, emoji: string, text: string): void {
    const { client } = this.phone;
    if (what === 'recall') void client.recall(CHAT, seq);
    else if (what === 'edit') void client.edit(CHAT, seq, contents.text(text));
    else if (what === 'delete') void client.deleteForAll(CHAT, [seq]);
    else if (what === 'react' || what === 'unreact') {
      void client.react(CHAT, seq, emoji, what === 'unreact');
    } else void client.pin(CHAT, seq, what === 'unpin');
  }

  #state(what: 'hide' | 'clear' | 'mute' | 'pin' | 'conceal' | 'read'): void {
    const { client } = this.phone;
    const last = client.messages(CHAT).at(-1)?.seq;
    if (what === 'hide' && last !== undefined) void client.deleteForMe(CHAT, [last]);
    else if (what === 'clear') void client.clearHistory(CHAT);
    else if (what === 'mute') void client.updateSettings(CHAT, { muted: true });
    else if (what === 'pin') void client.updateSettings(CHAT, { pinned: true, draft: 'later' });
    else if (what === 'conceal') void client.updateSettings(CHAT, { hidden: true });
    else if (what === 'read') void client.markRead(CHAT);
  }

  async #trouble(what: 'break' | 'lose-reply' | 'refuse' | 'restart' | 'older'): Promise<void> {
    const { server } = this.scene;
    if (what === 'restart') await this.restart();
    else if (what === 'older') void this.phone.client.loadOlder(CHAT, 2).catch(() => undefined);
    else if (what === 'break') {
      if (server.sessions.size > 0) server.drop('alice');
    } else {
      let left = 2;
      const fault = what === 'refuse' ? { error: 'UNAVAILABLE' as const } : 'lose-reply';
      server.fault = () => ((left -= 1) >= 0 ? fault : undefined);
    }
  }

  #onPush(push: Item, session: FakeSession): Item[] {
    if (this.#fate === 'later') this.#later.push({ push, session });
    return this.#fate === 'deliver' ? [push] : this.#fate === 'twice' ? [push, push] : [];
  }

  #release(order: number): void {
    const held = this.#later.splice(0);
    for (let seed = order; held.length > 0; seed = Math.floor(seed / 2) + 7) {
      const [one] = held.splice(seed % held.length, 1);
      if (one !== undefined) one.session.socket.deliver([one.push]);
    }
  }
}

function bodyOf(what: Doing, targetSeq: number, emoji: string, text: string): Body {
  if (what === 'recall') return { $case: 'recall', value: { targetSeq } };
  if (what === 'delete') return { $case: 'delete', value: { targetSeqs: [targetSeq] } };
  if (what === 'edit') {
    return { $case: 'edit', value: { targetSeq, content: contents.text(text), revision: 0 } };
  }
  if (what === 'pin' || what === 'unpin') {
    return { $case: 'pin', value: { targetSeq, removed: what === 'unpin' } };
  }
  return { $case: 'reaction', value: { targetSeq, emoji, removed: what === 'unreact' } };
}

/** Who reacts how and what is pinned, read naively from the server's log. */
function model(life: Life): Map<number, { reactions: Set<string>; pinned: boolean }> {
  const { log } = life.scene.server;
  const facts = new Map<number, { reactions: Set<string>; pinned: boolean }>();
  for (const { seq, content, sender } of log.entries(CHAT)) {
    const change = changeOf(content);
    if (change === undefined) facts.set(seq, { reactions: new Set(), pinned: false });
    const target = facts.get(change?.targetSeqs[0] ?? 0);
    if (change?.kind === 'reaction') {
      const key = `${change.emoji} ${sender?.id ?? ''}`;
      if (change.removed) target?.reactions.delete(key);
      else target?.reactions.add(key);
    } else if (change?.kind === 'pin' && target !== undefined) target.pinned = !change.removed;
  }
  return facts;
}

/** How often something was edited before it was taken back is told to nobody who did not see it. */
function comparable(entry: Entry): Entry {
  return entry.content === undefined ? { ...entry, revision: 0 } : entry;
}

function expectModel(life: Life): void {
  const { client } = life.phone;
  const { log } = life.scene.server;
  const member = log.member(CHAT, 'alice');
  const floor = member.clearedSeq;
  const visible = log
    .entries(CHAT)
    .filter(({ seq }) => seq > floor && !member.hiddenSeqs.includes(seq));
  expect(client.outbox()).toEqual([]);
  expect(client.entries(CHAT).map(comparable)).toEqual(visible.map(comparable));
  const shown = client.messages(CHAT);
  const wanted = visible.filter(({ seq }) => log.isMessage(CHAT, seq));
  expect(shown.map(({ seq }) => seq)).toEqual(wanted.map(({ seq }) => seq));
  const facts = model(life);
  for (const view of shown) {
    const fact = facts.get(view.seq);
    const there = view.state === 'shown';
    const reactions = view.reactions.flatMap(({ emoji, userIds }) =>
      userIds.map((id) => `${emoji} ${id}`),
    );
    expect(new Set(reactions)).toEqual(there ? fact?.reactions : new Set());
    expect([view.pinned, view.changing]).toEqual([there && fact?.pinned === true, false]);
  }
  const ordinal = log.entries(CHAT).at(-1)?.ordinal ?? 0;
  expect(client.conversation(CHAT)).toMatchObject({
    lastSeq: log.entries(CHAT).length,
    unread: ordinal - member.readOrdinal,
    readSeq: member.readSeq,
    pinned: member.settings?.pinned ?? false,
    muted: member.settings?.muted ?? false,
    draft: member.settings?.draft ?? '',
    hidden: member.settings?.hidden === true && log.entries(CHAT).length <= member.hiddenThroughSeq,
  });
}

describe('whatever is done to messages, and however it arrives', () => {
  it('the device ends with what the log says, and again after a restart', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const life = new Life();
        // An empty chat is not synced.
        life.scene.server.say(CHAT, 'bob', 'first');
        await life.scene.settle();
        for (const one of steps) await life.run(one);
        await life.heal();
        expectModel(life);
        await life.restart();
        await life.readAll();
        expectModel(life);
        life.phone.client.stop();
        expect(life.scene.clock.pending).toBe(0);
      }),
      { numRuns: 200 },
    );
  }, 60_000);
});
