import { setTimeout as sleep } from 'node:timers/promises';
import { FriendServiceDefinition as ServerFriends } from '@queqiao/protocol/server';
import { newId, type UserCall } from '../../rig/api-rig.js';
import { mustEqual, mustFail } from './demands.js';
import type { MomentPlace } from './moment-place.js';
import { compareWritten } from './notice-reads.js';
import { PlainMoments, type PlainPost } from './plain-moments.js';
import { PlainNotices } from './plain-notices.js';
import { PlainReactions } from './plain-reactions.js';
import { PEOPLE } from './program-steps.js';

/** What is answered to a deed that is done; else code and field. */
export const DONE = 'done';

/** Eight people who are new, what they have done to the server, and the same done to the plain rules. */
export class MomentWorld {
  readonly plain = new PlainMoments();
  readonly reactions = new PlainReactions(this.plain);
  readonly notices = new PlainNotices(this.plain, this.reactions);
  readonly people = PEOPLE;
  /** What was done, as people say it. */
  readonly lines: string[] = [];
  /** From where somebody's timeline is followed. */
  readonly newerTokens = new Map<string, string>();
  readonly #names = new Map<string, string>();
  #calls = 0;

  private constructor(
    readonly place: MomentPlace,
    private readonly suffix: string,
    private readonly callers: ReadonlyMap<string, readonly UserCall[]>,
  ) {
    for (const name of PEOPLE) this.#names.set(this.idOf(name), name);
  }

  static async open(
    place: MomentPlace,
    friends: readonly (readonly [number, number])[],
  ): Promise<MomentWorld> {
    const { rig, app } = place;
    const suffix = newId();
    const ids = PEOPLE.map((name) => `${name}-${suffix}`);
    await rig.backEnd(`Bearer ${app.credential}`).upsert(...ids);
    const callers = PEOPLE.map(async (name, n) => {
      const calls = rig.nodes.map((_, node) => rig.calls(app, ids[n] ?? '', node));
      return [name, await Promise.all(calls)] as const;
    });
    const world = new MomentWorld(place, suffix, new Map(await Promise.all(callers)));
    await world.befriend(friends.map(([a, b]) => [PEOPLE[a] ?? '', PEOPLE[b] ?? '']));
    return world;
  }

  /** By the first two nodes in turns, unless one is named. */
  call(who: string, node?: number): UserCall {
    this.#calls += 1;
    const call = this.callers.get(who)?.[node ?? this.#calls % 2];
    if (call === undefined) throw new Error(`nobody is called ${who}`);
    return call;
  }

  /** A deed of which the plain rules say how it ends. */
  async deed(line: string, call: Promise<unknown>, ends: string): Promise<void> {
    this.lines.push(ends === DONE ? line : `${line}: ${ends}`);
    if (ends === DONE) await call;
    else await mustFail(call, ends);
    await this.later();
  }

  async befriend(pairs: readonly (readonly [string, string])[]): Promise<void> {
    if (pairs.length === 0) return;
    this.lines.push(`friends now: ${pairs.map((pair) => pair.join(' and ')).join(', ')}`);
    const named = pairs.map(([a, b]) => ({ userA: this.idOf(a), userB: this.idOf(b) }));
    const backEnd = this.place.rig.backEndCalls(this.place.app);
    await backEnd(ServerFriends, 'addFriends', { clientRequestId: newId(), pairs: named });
    for (const [a, b] of pairs) this.plain.befriend(a, b);
  }

  /** All jobs that wait, of these people and of whomever. */
  async work(): Promise<void> {
    const { jobs } = this.place;
    const turn = { after: '', without: [] };
    for (;;) {
      const due = await jobs.claimDue({ owner: 'programs', limit: 100, turn });
      for (const job of due) while (!(await jobs.advance(job)));
      if (due.length === 0) break;
    }
    const { rows } = await jobs.backlog();
    mustEqual(rows, 0);
    this.notices.tell();
    await compareWritten(this);
  }

  idOf(name: string): string {
    return `${name}-${this.suffix}`;
  }

  /** What ids of these people, and of what they made, are called in programs. */
  nameOf(id: string): string {
    return this.#names.get(id) ?? id;
  }

  name(id: string, name: string): void {
    this.#names.set(id, name);
  }

  post(pick: number): PlainPost | undefined {
    const { posts } = this.plain;
    return posts[pick % Math.max(1, posts.length)];
  }

  /** The clock of the database goes on, so that times tell in which order things were done. */
  async later(): Promise<void> {
    const now = Date.now();
    while (Date.now() < now + 2) await sleep(1);
  }
}
