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

/** An app with the same users, groups and messages as every other one of these, but for the marker in every text. */
export class SameApp {
  /** Everything that a caller or device of this app was ever told. */
  readonly heard: string[] = [];
  /** Everything that the server has made up for this app. */
  readonly madeUp = new Set<string>();
  readonly #port: GrpcPort;
  readonly #backEnd: Way;

  private constructor(
    readonly app: TestApp,
    readonly marker: string,
    readonly cluster: TestCluster,
    /** Which nodes its callers are at. */
    readonly place: number,
  ) {
    this.#port = new GrpcPort(cluster.logicAt(place % 2).grpcAddress);
    this.#backEnd = this.#port.way({ authorization: `Bearer ${app.credential}` });
  }

  /** With the scenes of these numbers. */
  static async furnish(
    cluster: TestCluster,
    name: string,
    numbers: readonly number[],
    place = 0,
  ): Promise<SameApp> {
    const app = await cluster.createApp(`app-${name}`);
    const made = new SameApp(app, `hush-${name}-hush`, cluster, place);
    await made.#people(numbers);
    for (let at = 0; at < numbers.length; at += AT_A_TIME) {
      const some = numbers.slice(at, at + AT_A_TIME);
      await Promise.all(some.map((number) => made.#meet(made.scene(number))));
    }
    return made;
  }

  scene(number: number, devices: BareDevice[] = []): Scene {
    return new Scene(number, {
      marker: this.marker,
      as: (userId) => this.as(userId),
      signIn: async (userId, deviceId) => {
        devices.push(await this.signIn(userId, deviceId));
      },
    });
  }

  /** All the calls of a method by one kind of way, while amy's phone is online. */
  async play(path: string, row: Row, how: { kind: Kind; number: number }): Promise<Played> {
    const devices: BareDevice[] = [];
    const scene = this.scene(how.number, devices);
    const phone = await this.signIn(scene.amy, PHONE, how.kind === 'json' ? 'json' : 'proto');
    devices.push(phone);
    try {
      const way = await this.way(how.kind, scene.amy, phone);
      return await this.#played(path, await row(scene), { scene, way });
    } finally {
      for (const id of scene.madeUp.keys()) this.madeUp.add(id);
      await this.leave(devices);
    }
  }

  async way(kind: Kind, userId: string, phone: BareDevice): Promise<Way> {
    if (kind === 'grpc') return this.as(userId);
    if (kind !== 'behalf') return socketWay(phone);
    const authorization = `Bearer ${this.app.credential}`;
    return this.#port.way({ authorization, 'queqiao-user': userId, 'queqiao-device': PHONE });
  }

  /** By gRPC with the user's token. */
  async as(userId: string): Promise<Way> {
    const authorization = `Bearer ${await this.app.token(userId)}`;
    return this.#port.way({ authorization, 'queqiao-device': PHONE });
  }

  async signIn(userId: string, deviceId: string, codec: Codec = 'proto'): Promise<BareDevice> {
    const { socketUrl } = this.cluster.connectAt(this.place % 2);
    const token = await this.app.token(userId);
    return BareDevice.signIn(socketUrl, { token, deviceId, codec });
  }

  /** Every device of the user's, by the back end. */
  async signOut(user_id: string): Promise<void> {
    await bodyOf(this.#backEnd, 'queqiao.server.v1.UserService/SignOutUser', { user_id });
  }

  /** Once all that was pushed to them is heard. */
  async leave(devices: readonly BareDevice[]): Promise<void> {
    for (const device of devices) this.heard.push(JSON.stringify(device.all('push')));
    await Promise.all(devices.map((device) => device.close()));
  }

  close(): void {
    this.#port.close();
  }

  /** A call, and its answer with and without what differs from app to app. */
  async tell(way: Way, path: string, request: JsonObject, madeUp: Map<string, string>) {
    const answer = await way.call(path, request);
    this.heard.push(JSON.stringify(answer));
    return { answer, shown: plain(answer, this.marker, madeUp) };
  }

  async #played(
    path: string,
    { good, refused }: Awaited<ReturnType<Row>>,
    { scene: { amy, madeUp }, way }: { scene: Scene; way: Way },
  ): Promise<Played> {
    const refusals: { verdict: string; answer: unknown }[] = [];
    for (const [, request] of refused) {
      const { answer, shown } = await this.tell(way, path, request, madeUp);
      refusals.push({ verdict: verdictOf(answer), answer: shown });
    }
    const first = await this.tell(way, path, good, madeUp);
    const second = await this.tell(way, path, good, madeUp);
    const sync = 'queqiao.client.v1.ConversationService/SyncConversations';
    const { shown: left } = await this.tell(await this.as(amy), sync, {}, madeUp);
    return { good: [first.shown, second.shown], refused: refusals, left };
  }

  async #people(numbers: readonly number[]): Promise<void> {
    const scenes = numbers.map((number) => this.scene(number));
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
