import { eventually, type JsonObject, type JsonValue } from '@queqiao/testkit';
import type { Way } from './ways.js';

/** Calls of one method: one that is taken, and some that are refused, each with its code and field. */
export interface Calls {
  readonly good: JsonObject;
  readonly refused: readonly (readonly [verdict: string, request: JsonObject])[];
}

/** Brings about what the calls of a method need. */
export type Row = (scene: Scene) => Calls | Promise<Calls>;
export type Rows = Readonly<Record<string, Row>>;

export interface SceneDoors {
  /** In every text that anybody of this app has. */
  readonly marker: string;
  /** Always the same way for whatever only prepares. */
  as(userId: string): Promise<Way>;
  /** Another device, online until the method is done. */
  signIn(userId: string, deviceId: string): Promise<void>;
}

/**
 * Those whom the calls of one method speak of, and what they have: amy, who calls, is a friend of ben, and no friend of cat. Amy
 * and ben have a chat, and a team of amy's with three messages of hers at 2, 3 and 4. In every app they have the same names.
 */
export class Scene {
  readonly amy: string;
  readonly ben: string;
  readonly cat: string;
  readonly team: string;
  readonly chat: string;
  /** What the server has made up, and how it is called here. */
  readonly madeUp = new Map<string, string>();
  #asked = 0;

  constructor(
    readonly number: number,
    readonly doors: SceneDoors,
  ) {
    [this.amy, this.ben, this.cat, this.team] = [
      `amy-${number}`,
      `ben-${number}`,
      `cat-${number}`,
      `team-${number}`,
    ];
    this.chat = `d:${this.amy}:${this.ben}`;
  }

  /** Words with the marker. */
  words(words: string): string {
    return `${words} ${this.doors.marker}`;
  }

  text(words: string): JsonObject {
    return { text: { text: this.words(words) } };
  }

  /** For calls that only prepare: the same ids in every app. */
  asked(more: JsonObject): JsonObject {
    this.#asked += 1;
    return { client_request_id: `prepared-${this.#asked}`, ...more };
  }

  /** A call of a client service; the service and method are named without their package. Throws when it is refused. */
  async as(userId: string, method: string, request: JsonObject): Promise<JsonObject> {
    const way = await this.doors.as(userId);
    return bodyOf(way, `queqiao.client.v1.${method}`, request);
  }

  /** A team of ben's that amy is not in. */
  async teamOfBen(more: JsonObject = {}): Promise<string> {
    const group_id = `of-${this.ben}`;
    const request = { group_id, name: this.words('Bens'), visibility: 'GROUP_VISIBILITY_PUBLIC' };
    await this.as(this.ben, 'GroupService/CreateGroup', this.asked({ ...request, ...more }));
    return group_id;
  }

  /** A post that its author's friends see, once amy does. */
  async post(authorId: string, words = 'a post'): Promise<string> {
    const request = this.asked({ content: { text: this.words(words) } });
    const made = await this.as(authorId, 'MomentService/CreatePost', request);
    const postId = this.name('post', made['postId']);
    await this.until(async () => {
      const seen = await this.as(this.amy, 'MomentService/ListTimeline', {});
      return JSON.stringify(seen).includes(postId);
    });
    return postId;
  }

  async comment(by: string, post_id: string): Promise<string> {
    const request = this.asked({ post_id, text: this.words('a comment') });
    const made = await this.as(by, 'CommentService/CreateComment', request);
    return this.name('comment', made['commentId']);
  }

  name(kind: string, value: JsonValue | undefined): string {
    if (typeof value !== 'string' || value === '') throw new Error(`no ${kind}`);
    this.madeUp.set(value, `<${kind} ${this.madeUp.size}>`);
    return value;
  }

  /** Waits for what comes by itself. */
  async until(holds: () => Promise<boolean>): Promise<void> {
    await eventually(`scene ${this.number}`, holds);
  }
}

export async function bodyOf(way: Way, path: string, request: JsonObject): Promise<JsonObject> {
  const answer = await way.call(path, request);
  if ('body' in answer) return answer.body as JsonObject;
  throw new Error(`${path} was refused: ${JSON.stringify(answer.error)}`);
}
