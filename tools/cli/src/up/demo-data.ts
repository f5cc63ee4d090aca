import { createGrpcClient } from '@queqiao/grpc-kit';
import {
  CreateGroupRequest,
  GroupServiceDefinition,
  UserServiceDefinition,
} from '@queqiao/protocol/server';
import type { DemoApp } from './demo-app.js';

const PEOPLE = [
  { userId: 'alice', nickname: 'Alice' },
  { userId: 'bob', nickname: 'Bob' },
  { userId: 'carol', nickname: 'Carol' },
];
const DEADLINE_MS = 10_000;

/**
 * Alice, Bob and Carol and their group `lobby`, made through the public API as a customer's back end would. Repeating it changes
 * nothing.
 */
export async function seedDemoData(app: DemoApp, address: string): Promise<void> {
  const metadata = { authorization: `Bearer ${app.credential}` };
  const call = { metadata, deadlineMs: DEADLINE_MS };
  const users = createGrpcClient(UserServiceDefinition, address);
  const groups = createGrpcClient(GroupServiceDefinition, address);
  try {
    await users.upsertUsers(
      { users: PEOPLE.map((person) => ({ ...person, avatarUrl: undefined })) },
      call,
    );
    await groups.createGroup(
      CreateGroupRequest.create({
        ownerId: 'alice',
        clientRequestId: 'demo-lobby',
        name: 'Lobby',
        memberIds: PEOPLE.map(({ userId }) => userId),
        groupId: 'lobby',
      }),
      call,
    );
  } finally {
    users.close();
    groups.close();
  }
}
