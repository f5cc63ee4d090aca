import { createGrpcClient, type GrpcClient } from '@queqiao/grpc-kit';
import {
  FailurePolicy,
  HookServiceDefinition,
  SetBeforeSendHookRequest,
} from '@queqiao/protocol/server';
import { queryRows, type JsonObject, type TestApp, type TestCluster } from '@queqiao/testkit';
import { BackEnd } from '../../src/doors.js';
import { AllWays, type NamedWay } from '../../src/same-calls/all-ways.js';
import type { Answer, Way } from '../../src/same-calls/ways.js';
import type { Received, ReceiverProcess } from '../webhooks/receiver-process.js';

const { ALLOW, REFUSE } = FailurePolicy;
/** Long enough for a judge on a busy machine; what hangs on purpose takes as long. */
const PATIENT_MS = 3_000;

export const CHAT = 'd:ann:bob';
export const TEAM = 'g:team';

export interface Question {
  readonly appId: string;
  readonly questionId: string;
  readonly userId: string;
  readonly deviceId: string;
  readonly conversationId: string;
  readonly clientMsgId: string;
  readonly editOfSeq: string;
  readonly content: { readonly text: { readonly text: string } };
}

/** An app with ann, who calls in every way, bob, and a team of both; its back end, and the hook that judges. Close it. */
export class JudgedApp {
  #lastId = 0;

  private constructor(
    readonly cluster: TestCluster,
    readonly app: TestApp,
    readonly judge: ReceiverProcess,
    readonly ann: AllWays,
    readonly backEnd: BackEnd,
    readonly hooks: GrpcClient<typeof HookServiceDefinition>,
  ) {}

  static async create(
    cluster: TestCluster,
    judge: ReceiverProcess,
    appId: string,
  ): Promise<JudgedApp> {
    const app = await cluster.createApp(appId);
    const address = cluster.logicAt(0).grpcAddress;
    const backEnd = new BackEnd(address, app);
    await backEnd.upsert('ann', 'bob');
    await backEnd.createGroup('ann', 'team', ['bob']);
    const hooks = createGrpcClient(HookServiceDefinition, address);
    return new JudgedApp(
      cluster,
      app,
      judge,
      await AllWays.of(cluster, app, 'ann'),
      backEnd,
      hooks,
    );
  }

  newId(): string {
    this.#lastId += 1;
    return `n${this.#lastId}`;
  }

  /** The secret, when this call made one. */
  async setHook(
    onFailure: 'allow' | 'refuse',
    more: Partial<SetBeforeSendHookRequest> = {},
  ): Promise<string> {
    const request = SetBeforeSendHookRequest.create({
      clientRequestId: this.newId(),
      url: this.judge.url,
      timeoutMs: PATIENT_MS,
      onFailure: onFailure === 'allow' ? ALLOW : REFUSE,
      ...more,
    });
    return (await this.hooks.setBeforeSendHook(request, this.backEnd.options)).secret;
  }

  async deleteHook(): Promise<void> {
    const request = { clientRequestId: this.newId() };
    await this.hooks.deleteBeforeSendHook(request, this.backEnd.options);
  }

  send(
    words: string,
    { way = this.ann.plain, to = CHAT, id = this.newId() }: Partial<SendTo> = {},
  ): Promise<Answer> {
    const request = { conversation_id: to, client_msg_id: id, content: { text: { text: words } } };
    return this.call('MessageService/Send', request, way);
  }

  call(method: string, request: JsonObject, way: Way = this.ann.plain): Promise<Answer> {
    return way.call(`queqiao.client.v1.${method}`, request);
  }

  /** The answers of all ways to calls that differ in their ids alone. */
  async byAll(call: (way: NamedWay) => Promise<Answer>): Promise<Answer[]> {
    const answers: Answer[] = [];
    for (const way of this.ann.all) answers.push(await call(way));
    return answers;
  }

  /** What the judge was asked about this app. */
  questions(): { readonly received: Received; readonly question: Question }[] {
    return this.judge
      .received()
      .map((received) => ({ received, question: JSON.parse(received.body) as Question }))
      .filter(({ question }) => question.appId === this.app.appId);
  }

  askedAbout(clientMsgId: string): Question[] {
    return this.questions()
      .map(({ question }) => question)
      .filter((question) => question.clientMsgId === clientMsgId);
  }

  /** Ids of ann's messages in the order of a log. */
  async stored(conversationId = CHAT): Promise<string[]> {
    const rows = await queryRows(
      this.cluster.database.url,
      "SELECT client_msg_id FROM entries WHERE app_id = ? AND conversation_id = ? AND sender = 'ann' AND kind = 'text' ORDER BY seq",
      [this.app.appId, conversationId],
    );
    return rows.map((row) => String(row['client_msg_id']));
  }

  async close(): Promise<void> {
    await this.ann.close();
    this.backEnd.close();
    this.hooks.close();
  }
}

interface SendTo {
  readonly way: Way;
  readonly to: string;
  readonly id: string;
}

/** How every way says it. */
export function refusal(code: 'PERMISSION_DENIED' | 'UNAVAILABLE', message: string): Answer {
  const field = code === 'UNAVAILABLE' ? 'hook' : 'content';
  return { error: { code, message, field, retryAfterMs: 0 }, hasRequestId: true };
}

export const isOk = (answer: Answer): boolean => 'body' in answer;
export const seqOf = (answer: Answer): unknown =>
  'body' in answer ? (answer.body as { seq: unknown }).seq : answer.error;
