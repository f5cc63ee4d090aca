import type { Database } from '@queqiao/store-mysql';
import {
  friendNotices,
  profileNotices,
  type FriendUsecases,
  type ServerFriendUsecases,
  type UserUsecases,
} from '../api/index.js';
import type { Delivery, MomentJobs } from '../delivery/index.js';
import type { Apps } from '../usecase/app/ports.js';
import type { ChangeOptions } from '../usecase/change/ports.js';
import { AcceptFriendRequest } from '../usecase/friend/accept-friend-request.js';
import { AddFriends } from '../usecase/friend/add-friends.js';
import { BlockUser } from '../usecase/friend/block-user.js';
import { CancelFriendRequest } from '../usecase/friend/cancel-friend-request.js';
import { DeleteFriend } from '../usecase/friend/delete-friend.js';
import { ListBlocks } from '../usecase/friend/list-blocks.js';
import { ListFriendRequests } from '../usecase/friend/list-friend-requests.js';
import { ListFriendsOf } from '../usecase/friend/list-friends-of.js';
import { ListFriends } from '../usecase/friend/list-friends.js';
import { MarkFriendRequestsRead } from '../usecase/friend/mark-friend-requests-read.js';
import { RejectFriendRequest } from '../usecase/friend/reject-friend-request.js';
import { RemoveFriends } from '../usecase/friend/remove-friends.js';
import { SearchFriends } from '../usecase/friend/search-friends.js';
import { SendFriendRequest } from '../usecase/friend/send-friend-request.js';
import { SetDirectChat } from '../usecase/friend/set-direct-chat.js';
import { UnblockUser } from '../usecase/friend/unblock-user.js';
import { UpdateFriend } from '../usecase/friend/update-friend.js';
import { GetMe } from '../usecase/user/get-me.js';
import { GetUsers } from '../usecase/user/get-users.js';
import { SearchUsers } from '../usecase/user/search-users.js';
import { UpdateMe } from '../usecase/user/update-me.js';
import { UpdateMySettings } from '../usecase/user/update-my-settings.js';
import { UpsertUsers } from '../usecase/user/upsert-users.js';
import { commitPusher } from './pushers.js';
import { readsOf } from './reads.js';

export interface PeopleDeps {
  readonly database: Pick<Database, 'users' | 'friends' | 'requests' | 'whileWanted'>;
  readonly delivery: Pick<Delivery, 'pushChange'>;
  readonly jobs: Pick<MomentJobs, 'nudge'>;
  readonly apps: Apps;
}

export interface PeopleUsecases {
  readonly users: UserUsecases;
  readonly friends: FriendUsecases;
  /** What back ends do for users. */
  readonly onBehalf: ServerFriendUsecases;
  readonly upsertUsers: UpsertUsers;
}

/** Every operation on users and on what they are to each other. */
export function peopleUsecases(
  { database, delivery, jobs, apps }: PeopleDeps,
  options: ChangeOptions,
): PeopleUsecases {
  const read = readsOf(database);
  const push = commitPusher(delivery, jobs);
  const account = { users: database.users, notices: profileNotices, push };
  const change = [{ ...database, apps, notices: friendNotices, push }, options] as const;
  return {
    users: {
      getUsers: read((stores) => new GetUsers({ users: stores.users })),
      getMe: read((stores) => new GetMe({ users: stores.users })),
      updateMe: new UpdateMe(account, options),
      updateMySettings: new UpdateMySettings(account, options),
      searchUsers: read((stores) => new SearchUsers({ users: stores.users })),
    },
    friends: {
      sendFriendRequest: new SendFriendRequest(...change),
      acceptFriendRequest: new AcceptFriendRequest(...change),
      rejectFriendRequest: new RejectFriendRequest(...change),
      cancelFriendRequest: new CancelFriendRequest(...change),
      listFriendRequests: read((stores) => new ListFriendRequests({ friends: stores.friends })),
      markFriendRequestsRead: new MarkFriendRequestsRead(...change),
      listFriends: read((stores) => new ListFriends({ friends: stores.friends })),
      searchFriends: read((stores) => new SearchFriends({ friends: stores.friends })),
      updateFriend: new UpdateFriend(...change),
      deleteFriend: new DeleteFriend(...change),
      blockUser: new BlockUser(...change),
      unblockUser: new UnblockUser(...change),
      listBlocks: read((stores) => new ListBlocks({ friends: stores.friends })),
    },
    onBehalf: {
      addFriends: new AddFriends(...change),
      removeFriends: new RemoveFriends(...change),
      setDirectChat: new SetDirectChat(...change),
      listFriendsOf: read((stores) => new ListFriendsOf(stores)),
    },
    upsertUsers: new UpsertUsers({ ...account, apps }, options),
  };
}
