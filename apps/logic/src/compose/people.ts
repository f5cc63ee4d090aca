import type { Database, Stores } from '@queqiao/store-mysql';
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
import type { FriendChangeDeps } from '../usecase/friend/change-deps.js';
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
import type { AccountChangeDeps } from '../usecase/user/change-account.js';
import { GetMe } from '../usecase/user/get-me.js';
import { GetUsers } from '../usecase/user/get-users.js';
import { SearchUsers } from '../usecase/user/search-users.js';
import { UpdateMe } from '../usecase/user/update-me.js';
import { UpdateMySettings } from '../usecase/user/update-my-settings.js';
import { UpsertUsers } from '../usecase/user/upsert-users.js';
import { commitPusher } from './pushers.js';
import { callsOf, type Calls } from './calls.js';

export interface PeopleDeps {
  readonly database: Pick<Database, 'whileWanted'>;
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

/** What all changes together are made with. */
type FriendChange = [
  deps: FriendChangeDeps & Pick<Stores, 'friends' | 'requests' | 'answers'>,
  options: ChangeOptions,
];

/** Every operation on users and on what they are to each other. */
export function peopleUsecases(
  { database, delivery, jobs, apps }: PeopleDeps,
  options: ChangeOptions,
): PeopleUsecases {
  const call = callsOf(database);
  const push = commitPusher(delivery, jobs);
  const account = ({ users }: Stores) => ({ users, notices: profileNotices, push });
  const change = <T extends object>(Change: new (...given: FriendChange) => T) =>
    call((stores) => new Change({ ...stores, apps, notices: friendNotices, push }, options));
  return {
    users: userUsecases(call, account, options),
    friends: {
      sendFriendRequest: change(SendFriendRequest),
      acceptFriendRequest: change(AcceptFriendRequest),
      rejectFriendRequest: change(RejectFriendRequest),
      cancelFriendRequest: change(CancelFriendRequest),
      listFriendRequests: call((stores) => new ListFriendRequests({ friends: stores.friends })),
      markFriendRequestsRead: change(MarkFriendRequestsRead),
      listFriends: call((stores) => new ListFriends({ friends: stores.friends })),
      searchFriends: call((stores) => new SearchFriends({ friends: stores.friends })),
      updateFriend: change(UpdateFriend),
      deleteFriend: change(DeleteFriend),
      blockUser: change(BlockUser),
      unblockUser: change(UnblockUser),
      listBlocks: call((stores) => new ListBlocks({ friends: stores.friends })),
    },
    onBehalf: {
      addFriends: change(AddFriends),
      removeFriends: change(RemoveFriends),
      setDirectChat: change(SetDirectChat),
      listFriendsOf: call((stores) => new ListFriendsOf(stores)),
    },
    upsertUsers: call((stores) => new UpsertUsers({ ...account(stores), apps }, options)),
  };
}

function userUsecases(
  call: Calls,
  account: (stores: Stores) => AccountChangeDeps,
  options: ChangeOptions,
): UserUsecases {
  return {
    getUsers: call((stores) => new GetUsers({ users: stores.users })),
    getMe: call((stores) => new GetMe({ users: stores.users })),
    updateMe: call((stores) => new UpdateMe(account(stores), options)),
    updateMySettings: call((stores) => new UpdateMySettings(account(stores), options)),
    searchUsers: call((stores) => new SearchUsers({ users: stores.users })),
  };
}
