import type { Session } from './session.js';

/**
 * The sessions of this node: all sockets by number, the signed-in ones also by user. Ids of apps are interned, because
 * thousands of sessions share a few of them.
 */
export class SessionTable {
  readonly #byNumber = new Map<number, Session>();
  readonly #byApp = new Map<string, Map<string, Session | Session[]>>();
  #lastNumber = 0;
  #signedIn = 0;

  /** Sockets, signed in or not. */
  get size(): number {
    return this.#byNumber.size;
  }

  get signedIn(): number {
    return this.#signedIn;
  }

  nextNumber(): number {
    return ++this.#lastNumber;
  }

  add(session: Session): void {
    this.#byNumber.set(session.number, session);
  }

  get(number: number): Session | undefined {
    return this.#byNumber.get(number);
  }

  /** Every socket; sessions may be removed while it is walked. */
  all(): IterableIterator<Session> {
    return this.#byNumber.values();
  }

  ofUser(appId: string, userId: string): readonly Session[] {
    const found = this.#byApp.get(appId)?.get(userId);
    return found === undefined ? [] : Array.isArray(found) ? found : [found];
  }

  /** Users of an app with sessions here. */
  usersOf(appId: string): string[] {
    return [...(this.#byApp.get(appId)?.keys() ?? [])];
  }

  /** Makes a signed-in session findable by its user. Only once per session, after appId and userId are set. */
  bindUser(session: Session): void {
    let users = this.#byApp.get(session.appId);
    if (users === undefined) {
      users = new Map();
      this.#byApp.set(session.appId, users);
    }
    const present = users.get(session.userId);
    if (present === undefined) users.set(session.userId, session);
    else if (Array.isArray(present)) present.push(session);
    else users.set(session.userId, [present, session]);
    this.#signedIn++;
  }

  remove(session: Session): void {
    if (!this.#byNumber.delete(session.number)) return;
    const users = this.#byApp.get(session.appId);
    const present = users?.get(session.userId);
    if (users === undefined || present === undefined) return;
    const rest = (Array.isArray(present) ? present : [present]).filter((one) => one !== session);
    if (rest.length === (Array.isArray(present) ? present.length : 1)) return;
    this.#signedIn--;
    const [first, second] = rest;
    if (first === undefined) users.delete(session.userId);
    else users.set(session.userId, second === undefined ? first : rest);
    if (users.size === 0) this.#byApp.delete(session.appId);
  }

  /** The one copy of an app id that sessions share. */
  intern(appId: string): string {
    return this.#anyOf(appId)?.appId ?? appId;
  }

  /** The same for the key of a token: hardly ever do the sessions of an app have more than one or two. */
  internKey(appId: string, keyId: string): string {
    const shared = this.#anyOf(appId)?.keyId;
    return shared === keyId ? shared : keyId;
  }

  #anyOf(appId: string): Session | undefined {
    const users = this.#byApp.get(appId);
    if (users === undefined) return undefined;
    const [any] = users.values();
    return Array.isArray(any) ? any[0] : any;
  }
}
