import { Problem } from './chat-actions.js';

export interface SignedIn {
  readonly token: string;
  readonly userId: string;
  readonly socketUrl: string;
  readonly expiresMs: number;
}

export interface NamedUser {
  readonly userId: string;
  readonly name: string;
}

/** An answer that says no; `code` is a row of the common error table. */
export class Refusal extends Problem {
  readonly code: string;

  constructor(code: string, message: string) {
    super('problem', message);
    this.code = code;
  }
}

/** The demo's own back end. Every method throws Refusal, or Problem when it cannot be reached. */
export class BackEnd {
  readonly #fetch: typeof fetch;

  constructor(fetchFrom: typeof fetch) {
    this.#fetch = fetchFrom;
  }

  signIn(name: string): Promise<SignedIn> {
    return this.#post<SignedIn>('/api/sign-in', { name });
  }

  /** A new token for the holder of this one. */
  refresh(token: string): Promise<SignedIn> {
    return this.#post<SignedIn>('/api/refresh', { token });
  }

  /** The ids that names stand for, in the same order; whether those users exist is another question. */
  async resolve(names: readonly string[]): Promise<NamedUser[]> {
    const { users } = await this.#post<{ users: NamedUser[] }>('/api/resolve', { names });
    return users;
  }

  /** Takes a picture or video in; `path`: where it is from now on. */
  upload(token: string, file: File): Promise<{ readonly path: string }> {
    return this.#answer('/api/media', {
      method: 'POST',
      headers: { 'content-type': file.type, authorization: `Bearer ${token}` },
      body: file,
    });
  }

  /** People to propose. */
  async people(): Promise<NamedUser[]> {
    const { users } = await this.#answer<{ users: NamedUser[] }>('/api/users', {});
    return users;
  }

  #post<T>(path: string, body: unknown): Promise<T> {
    return this.#answer<T>(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  }

  async #answer<T>(path: string, init: RequestInit): Promise<T> {
    let response: Response;
    try {
      response = await this.#fetch.call(undefined, path, init);
    } catch {
      throw new Problem('unreachable');
    }
    const answer = (await response.json().catch(() => ({}))) as T & {
      error?: { code: string; message: string };
    };
    if (response.ok) return answer;
    const { code = 'INTERNAL', message = `HTTP ${response.status}` } = answer.error ?? {};
    throw new Refusal(code, message);
  }
}
