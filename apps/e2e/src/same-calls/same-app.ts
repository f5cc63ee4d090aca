import { BareDevice, type Codec, type JsonObject, type TestApp } from '@queqiao/testkit';
import type { TestCluster } from '@queqiao/testkit';
import { plain } from './plain.js';
import { bodyOf, Scene, type Row } from './scene.js';
import { GrpcPort, socketWay, type Answer, type Way } from './ways.js';

/** How amy calls. */
export const KINDS = ['json', 'proto', 'grpc', 'behalf'] as const;
export type Kind = (typeof KINDS)[number];

/** What a method was answered, without what differs from app to app. */
export interface Played {
  /** Of the request that is good, and of the same once more. */
  readonly good: readonly unknown[];
  readonly refused: readonly { readonly verdict: string; readonly answer: unknown }[];
  /** What amy has afterwards. */
  readonly left: unknown;
}

const PHONE = 'phone';
const AT_A_TIME = 8;

/** An app whose users call by one way; all apps have the same users, groups and messages, but for the marker in every text. */
export class SameApp {
  /** Everything that a caller or device of this app was ever told. */
  readonly heard: string[] = [];
  readonly #port: GrpcPort;
  readonly #backEnd: Way;

  private constructor(
    readonly kind: Kind,
    readonly app: TestApp,
    readonly marker: string,
    readonly cluster: TestCluster,
  ) {
    this.#port = new GrpcPort(cluster.logicAt(KINDS.indexOf(kind) % 2).grpcAddress);
    this.#backEnd = this.#port.way({ authorization: `Bearer ${app.credential}` });
  }

  /** With this many scenes. */
  static async furnish(cluster: TestCluster, kind: Kind, scenes: number): Promise<SameApp> {
    const app = await cluster.createApp(`app-${kind}`);
    const made = new SameApp(kind, app, `hush-${kind}-hush`, cluster);
    const numbers = Array.from({ length: scenes }, (_, number) => number);
    await made.#people(numbers);
    for (let at = 0; at < scenes; at += AT_A_TIME) {
      await Promise.all(numbers.slice(at, at + AT_A_TIME).map((n) => made.#meet(made.#scene(n))));
    }
    return made;
  }

  async play(path: string, row: Row, number: number): Promise<Played> {
    const devices: BareDevice[] = [];
    const scene = this.#scene(number, devices);
    const phone = await this.#signIn(scene.amy, PHONE);
    devices.push(phone);
    try {
      const way = await this.#wayOf(scene.amy, phone);
      return await this.#played(path, await row(scene), { scene, way });
    } finally {
      for (const device of devices) this.heard.push(JSON.stringify(device.all('push')));
      await Promise.all(devices.map((device) => device.close()));
    }
  }

  close(): void {
    this.#port.close();
  }

  async #played(
    path: string,
    { good, refused }: Awaited<ReturnType<Row>>,
    { scene, way }: { scene: Scene; way: Way },
  ): Promise<Played> {
    const told = async (request: JsonObject, by = way, method = path) => {
      const answer = await by.call(method, request);
      this.heard.push(JSON.stringify(answer));
      return { answer, shown: plain(answer, this.marker, scene.madeUp) };
    };
    const refusals: { verdict: string; answer: unknown }[] = [];
    for (const [, request] of refused) {
      const { answer, shown } = await told(request);
      refusals.push({ verdict: verdictOf(answer), answer: shown });
    }
    const taken = [(await told(good)).shown, (await told(good)).shown];
    const grpc = await this.#as(scene.amy);
    const sync = 'queqiao.client.v1.ConversationService/SyncConversations';
    const { shown: left } = await told({}, grpc, sync);
    return { good: taken, refused: refusals, left };
  }

  #scene(number: number, devices: BareDevice[] = []): Scene {
    return new Scene(number, {
      marker: this.marker,
      as: (userId) => this.#as(userId),
      signIn: async (userId, deviceId) => {
        devices.push(await this.#signIn(userId, deviceId));
      },
    });
  }

  async #as(userId: string): Promise<Way> {
    const authorization = `Bearer ${await this.app.token(userId)}`;
    return this.#port.way({ authorization, 'queqiao-device': PHONE });
  }

  async #wayOf(userId: string, phone: BareDevice): Promise<Way> {
    if (this.kind === 'grpc') return this.#as(userId);
    if (this.kind !== 'behalf') return socketWay(phone);
    const authorization = `Bearer ${this.app.credential}`;
    return this.#port.way({ authorization, 'queqiao-user': userId, 'queqiao-device': PHONE });
  }

  async #signIn(userId: string, deviceId: string): Promise<BareDevice> {
    const { socketUrl } = this.cluster.connectAt(KINDS.indexOf(this.kind) % 2);
    const codec: Codec = this.kind === 'json' ? 'json' : 'proto';
    const token = await this.app.token(userId);
    return BareDevice.signIn(socketUrl, { token, deviceId, codec });
  }

  async #people(numbers: readonly number[]): Promise<void> {
    const scenes = numbers.map((number) => this.#scene(number));
    const users = scenes.flatMap(({ amy, ben, cat }) =>
      [amy, ben, cat].map((user_id) => ({ user_id, nickname: `${user_id} ${this.marker}` })),
    );
    await bodyOf(this.#backEnd, 'queqiao.server.v1.UserService/UpsertUsers', { users });
  }

  async #meet(scene: Scene): Promise<void> {
    const { amy, ben, team, chat } = scene;
    const friends = { client_request_id: team, pairs: [{ user_a: amy, user_b: ben }] };
    await bodyOf(this.#backEnd, 'queqiao.server.v1.FriendService/AddFriends', friends);
    const group = { group_id: team, name: scene.words('Team'), member_ids: [ben] };
    await scene.as(amy, 'GroupService/CreateGroup', { client_request_id: 'team', ...group });
    for (const said of ['one', 'two', 'three']) {
      const about = { conversation_id: `g:${team}`, client_msg_id: said };
      await scene.as(amy, 'MessageService/Send', { ...about, content: scene.text(said) });
    }
    const about = { conversation_id: chat, client_msg_id: 'hello' };
    await scene.as(ben, 'MessageService/Send', { ...about, content: scene.text('hello') });
  }
}

/** `OK`, or the code and the field of a refusal that has a request id, too. */
function verdictOf(answer: Answer): string {
  if ('body' in answer) return 'OK';
  const { code, field } = answer.error;
  return answer.hasRequestId ? `${code} ${field}` : `${code} ${field} without a request id`;
}
