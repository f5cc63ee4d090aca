import { DomainError } from '@queqiao/domain';
import {
  Presence,
  PresenceServiceDefinition as Service,
  Sender_Kind,
} from '@queqiao/protocol/client';
import type { FakeServer } from './fake-server.js';

/** Who is online, as a test says, and who is told of it. */
export class FakePresence {
  lastsMs = 300_000;
  /** Of one user, on all devices. */
  maxWatched = 200;
  readonly #presences = new Map<string, Presence>();
  readonly #watched = new Map<string, Set<string>>();

  constructor(private readonly server: FakeServer) {}

  watchedBy(user: string): string[] {
    return [...(this.#watched.get(user) ?? [])].sort();
  }

  /** Nobody is told any more, as when all memory is lost. */
  forget(): void {
    this.#watched.clear();
  }

  /** Those who watch the user are told, unless nobody says. */
  set(userId: string, online: boolean, told = true): void {
    const platforms = online ? ['web'] : [];
    const presence = Presence.create({ userId, online, platforms, lastSeenMs: online ? 0 : 7 });
    this.#presences.set(userId, presence);
    for (const session of this.server.sessions) {
      if (!told || this.#watched.get(session.user)?.has(userId) !== true) continue;
      const sender = { kind: Sender_Kind.SYSTEM, id: '' };
      const event = { $case: 'presence' as const, value: presence };
      const value = { conversationId: `s:${session.user}`, sender, createdMs: 1, event };
      this.server.pushTo(session, { $case: 'transient', value });
    }
  }

  /** Undefined: not one of the operations of presence. */
  execute(user: string, method: string, body: Uint8Array): Uint8Array | undefined {
    const { getPresence, subscribePresence, unsubscribePresence } = Service.methods;
    if (method === 'GetPresence') {
      const { userIds } = getPresence.requestType.decode(body);
      return getPresence.responseType.encode({ presences: this.#of(userIds) }).finish();
    }
    const watched = this.#watched.get(user) ?? new Set<string>();
    this.#watched.set(user, watched);
    if (method === 'SubscribePresence') {
      const { userIds } = subscribePresence.requestType.decode(body);
      if (new Set([...watched, ...userIds]).size > this.maxWatched) {
        throw new DomainError('LIMIT_EXCEEDED', 'too many');
      }
      for (const id of userIds) watched.add(id);
      const { lastsMs } = this;
      const answer = { presences: this.#of(userIds), lastsMs, crowdedUserIds: [] };
      return subscribePresence.responseType.encode(answer).finish();
    }
    if (method !== 'UnsubscribePresence') return undefined;
    for (const id of unsubscribePresence.requestType.decode(body).userIds) watched.delete(id);
    return new Uint8Array();
  }

  #of(userIds: readonly string[]): Presence[] {
    return userIds.map((userId) => this.#presences.get(userId) ?? Presence.create({ userId }));
  }
}
