import { credentials, Metadata, type CallOptions, type ServiceError } from '@grpc/grpc-js';
import { Sender_Kind } from '../gen/queqiao/client/v1/entry.js';
import { EventServiceClient } from '../gen/queqiao/server/v1/event_service.js';
import {
  MessageServiceClient,
  SendMessageRequest,
} from '../gen/queqiao/server/v1/message_service.js';
import {
  IssueTokenRequest,
  TokenServiceClient,
  type IssueTokenResponse,
} from '../gen/queqiao/server/v1/token_service.js';
import { UserServiceClient, UserUpsert } from '../gen/queqiao/server/v1/user_service.js';

/** The account that customers hear from. */
const ACCOUNT = 'shop';
const DEADLINE_MS = 5_000;
const TOKEN_VALID_MS = 3_600_000;
/** Finds a connection that the network has forgotten: without that, a stream would wait on it for ever. */
const KEEPALIVE = { 'grpc.keepalive_time_ms': 30_000, 'grpc.keepalive_timeout_ms': 10_000 };

type Callback<T> = (error: ServiceError | null, answer: T) => void;

/** The chat server as this back end uses it. */
export class Chat {
  readonly events: EventServiceClient;
  readonly metadata = new Metadata();
  readonly #users: UserServiceClient;
  readonly #tokens: TokenServiceClient;
  readonly #messages: MessageServiceClient;

  constructor(address: string, credential: string) {
    this.metadata.set('authorization', `Bearer ${credential}`);
    // Plain text for a server on this machine; use credentials.createSsl() for any other.
    const channel = credentials.createInsecure();
    this.events = new EventServiceClient(address, channel, KEEPALIVE);
    this.#tokens = new TokenServiceClient(address, channel, KEEPALIVE);
    this.#users = new UserServiceClient(address, channel, KEEPALIVE);
    this.#messages = new MessageServiceClient(address, channel, KEEPALIVE);
  }

  /** The account is a user, too, so that chats with it show its name. */
  async openAccount(): Promise<void> {
    const request = { users: [UserUpsert.fromPartial({ userId: ACCOUNT, nickname: 'The shop' })] };
    await this.#call((options, done) =>
      this.#users.upsertUsers(request, this.metadata, options, done),
    );
  }

  /** With it the user's devices sign in. Makes the user if there is none. */
  async issueToken(userId: string): Promise<string> {
    const request = IssueTokenRequest.fromPartial({
      userId,
      validMs: TOKEN_VALID_MS,
      createUser: true,
    });
    const { token } = await this.#call<IssueTokenResponse>((options, done) =>
      this.#tokens.issueToken(request, this.metadata, options, done),
    );
    return token;
  }

  /** Sends a text in the chat of the account and a user, once for each `clientMsgId`. Its place: conversation and seq. */
  async tell(userId: string, clientMsgId: string, text: string): Promise<string> {
    const request = SendMessageRequest.fromPartial({
      sender: { kind: Sender_Kind.BUSINESS, id: ACCOUNT },
      conversationId: `d:${[ACCOUNT, userId].sort().join(':')}`,
      clientMsgId,
      content: { body: { $case: 'text', value: { text } } },
    });
    const { conversationId, seq } = await this.#call<{ conversationId: string; seq: number }>(
      (options, done) => this.#messages.sendMessage(request, this.metadata, options, done),
    );
    return `${conversationId} ${seq}`;
  }

  #call<T>(make: (options: CallOptions, done: Callback<T>) => unknown): Promise<T> {
    return new Promise((resolve, reject) => {
      const options = { deadline: Date.now() + DEADLINE_MS };
      make(options, (error, answer) => (error ? reject(error) : resolve(answer)));
    });
  }
}
