import { DomainError } from '@queqiao/domain';
import {
  createGrpcClient,
  isServiceError,
  statusToDomainError,
  type CallOptions,
  type GrpcClient,
} from '@queqiao/grpc-kit';
import {
  ConversationServiceDefinition,
  MessageServiceDefinition,
  UserServiceDefinition,
  Content,
  SendRequest,
} from '@queqiao/protocol/client';
import {
  CreateGroupRequest,
  FriendServiceDefinition as ServerFriends,
  GroupServiceDefinition as ServerGroups,
  MessageServiceDefinition as ServerMessages,
  UserServiceDefinition as ServerUsers,
} from '@queqiao/protocol/server';
import type { TestApp } from '@queqiao/testkit';

type Closeable = { close(): void };

/** The public gRPC door of one logic node as an app's back end uses it. */
export class BackEnd {
  readonly users: GrpcClient<typeof ServerUsers>;
  readonly friends: GrpcClient<typeof ServerFriends>;
  readonly groups: GrpcClient<typeof ServerGroups>;
  readonly messages: GrpcClient<typeof ServerMessages>;
  readonly options: CallOptions;

  constructor(address: string, app: Pick<TestApp, 'credential'>) {
    this.users = createGrpcClient(ServerUsers, address);
    this.friends = createGrpcClient(ServerFriends, address);
    this.groups = createGrpcClient(ServerGroups, address);
    this.messages = createGrpcClient(ServerMessages, address);
    this.options = { metadata: { authorization: `Bearer ${app.credential}` } };
  }

  async upsert(...userIds: string[]): Promise<void> {
    const users = userIds.map((userId) => ({ userId, nickname: undefined, avatarUrl: undefined }));
    await this.users.upsertUsers({ users }, this.options);
  }

  /** The conversation's id. Without `rules` the group has the product's own. */
  async createGroup(
    ownerId: string,
    groupId: string,
    memberIds: string[],
    rules: Partial<Pick<CreateGroupRequest, 'joinMode' | 'visibility' | 'history'>> = {},
  ): Promise<string> {
    const named = { name: groupId, clientRequestId: groupId };
    const request = CreateGroupRequest.create({ ownerId, groupId, memberIds, ...named, ...rules });
    return (await this.groups.createGroup(request, this.options)).conversationId;
  }

  close(): void {
    closeAll(this.users, this.friends, this.groups, this.messages);
  }
}

/** The public gRPC door of one logic node as one device of a user uses it. */
export class UserDoor {
  readonly messages: GrpcClient<typeof MessageServiceDefinition>;
  readonly conversations: GrpcClient<typeof ConversationServiceDefinition>;
  readonly users: GrpcClient<typeof UserServiceDefinition>;
  readonly options: CallOptions;

  constructor(address: string, token: string, deviceId: string) {
    this.messages = createGrpcClient(MessageServiceDefinition, address);
    this.conversations = createGrpcClient(ConversationServiceDefinition, address);
    this.users = createGrpcClient(UserServiceDefinition, address);
    this.options = {
      metadata: { authorization: `Bearer ${token}`, 'queqiao-device': deviceId },
    };
  }

  /** The seq. Rejects with DomainError. */
  async send(conversationId: string, clientMsgId: string, words: string): Promise<number> {
    const request = SendRequest.create({ conversationId, clientMsgId, content: text(words) });
    return (await typed(this.messages.send(request, this.options))).seq;
  }

  close(): void {
    closeAll(this.messages, this.conversations, this.users);
  }
}

export function text(words: string): Content {
  return Content.create({ body: { $case: 'text', value: { text: words } } });
}

/** The same promise, rejecting with DomainError. */
export async function typed<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw isServiceError(error) ? statusToDomainError(error) : error;
  }
}

/** The code that a call is refused with; `OK` when it is not. */
export async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await typed(call);
    return 'OK';
  } catch (error) {
    if (error instanceof DomainError) return error.code;
    throw error;
  }
}

function closeAll(...clients: Closeable[]): void {
  for (const client of clients) client.close();
}
