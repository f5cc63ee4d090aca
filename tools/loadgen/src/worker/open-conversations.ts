import { directConversationId, parseUserId } from '@queqiao/domain';
import {
  CreateGroupRequest,
  CreateGroupResponse,
  GroupServiceDefinition as Groups,
  type Reply,
} from '@queqiao/protocol/client';
import { LoadSocket } from './load-socket.js';
import type { WorkerSetup } from './worker-protocol.js';

/** Sign-ins at the same time; a connect node turns more than its limit away. */
const OPENING = 32;

export interface LoadDevice {
  readonly socket: LoadSocket;
  /** Place of its user in the setup. */
  readonly user: number;
}

export interface LoadConversation {
  readonly id: string;
  /** Number of the device that writes. */
  readonly author: number;
  /** Numbers of the devices that a message must reach. */
  readonly audience: readonly number[];
}

/** Signs every device of every user in; device d of user u has the number u * devicesPerUser + d. */
export async function openDevices(setup: WorkerSetup): Promise<LoadDevice[]> {
  const { users, devicesPerUser, urls } = setup;
  const devices = new Array<LoadDevice>(users.length * devicesPerUser);
  let next = 0;
  const opener = async (): Promise<void> => {
    for (let number = next++; number < devices.length; number = next++) {
      const user = Math.floor(number / devicesPerUser);
      const device = number % devicesPerUser;
      // The receiver of a pair is on the node after the sender's, and a second device on the node after that.
      const url = urls[(Math.floor(user / 2) + (user % 2) + device) % urls.length] ?? '';
      const deviceId = `device-${device}`;
      const token = users[user]?.token ?? '';
      devices[number] = { socket: await LoadSocket.open({ url, token, deviceId }), user };
    }
  };
  await Promise.all(Array.from({ length: OPENING }, opener));
  return devices;
}

/** A direct chat for each pair, then the groups, which their first member creates and writes to. */
export async function openConversations(
  setup: WorkerSetup,
  devices: readonly LoadDevice[],
): Promise<LoadConversation[]> {
  const conversations: LoadConversation[] = [];
  const { users, devicesPerUser } = setup;
  for (let user = 0; user + 1 < users.length; user += 2) {
    const [a, b] = [users[user], users[user + 1]].map((each) => parseUserId(each?.userId ?? ''));
    if (a === undefined || b === undefined) continue;
    const audience = audienceOf([user, user + 1], devicesPerUser);
    conversations.push({
      id: directConversationId(a, b),
      author: user * devicesPerUser,
      audience,
    });
  }
  for (let group = 0; group < setup.groups; group += 1) {
    conversations.push(await createGroup(setup, devices, group));
  }
  return conversations;
}

async function createGroup(
  setup: WorkerSetup,
  devices: readonly LoadDevice[],
  group: number,
): Promise<LoadConversation> {
  const { users, devicesPerUser, groupSize, prefix } = setup;
  const size = Math.min(groupSize, users.length);
  const members = Array.from({ length: size }, (_, place) => (group + place) % users.length);
  const author = (members[0] ?? 0) * devicesPerUser;
  const request = CreateGroupRequest.create({
    clientRequestId: `${prefix}.g${group}`,
    name: `load ${group}`,
    memberIds: members.map((member) => users[member]?.userId ?? ''),
    groupId: '',
  });
  const method = `${Groups.fullName}/${Groups.methods.createGroup.name}`;
  const body = CreateGroupRequest.encode(request).finish();
  const socket = devices[author]?.socket;
  const reply = await new Promise<Reply | undefined>((resolve) => {
    if (socket === undefined) resolve(undefined);
    else socket.call(method, body, '', resolve);
  });
  if (reply?.result?.$case !== 'body') throw new Error('a group could not be created');
  const { conversationId } = CreateGroupResponse.decode(reply.result.value);
  return { id: conversationId, author, audience: audienceOf(members, devicesPerUser) };
}

/** All devices of these users, except the first device of the first user, which writes. */
function audienceOf(users: readonly number[], devicesPerUser: number): number[] {
  const all = users.flatMap((user) =>
    Array.from({ length: devicesPerUser }, (_, device) => user * devicesPerUser + device),
  );
  return all.slice(1);
}
