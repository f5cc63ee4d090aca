import { message, type Row } from './shape-row.js';

/** What happened to groups, friends and users: rows of messages that stand inside an entry. */
export const NOTICE_SHAPES = {
  MembersJoined: {
    1: ['user_ids', 'string'],
    2: ['way', 'varint'],
    3: ['inviter_id', 'string'],
  },
  MembersLeft: {
    1: ['user_ids', 'string'],
  },
  RoleChanged: {
    1: ['user_ids', 'string'],
    2: ['role', 'varint'],
  },
  OwnerChanged: {
    1: ['owner_id', 'string'],
    2: ['previous_owner_id', 'string'],
  },
  GroupUpdated: {
    1: ['name', 'string'],
    2: ['avatar_url', 'string'],
    3: ['introduction', 'string'],
    4: ['announcement', 'string'],
    5: ['extra', 'string'],
    6: ['join_mode', 'varint'],
    7: ['visibility', 'varint'],
    8: ['history', 'varint'],
    9: ['invite_right', 'varint'],
    10: ['all_muted', 'varint'],
  },
  MembersMuted: {
    1: ['user_ids', 'string'],
    2: ['until_ms', 'varint'],
  },
  MemberRenamed: {
    1: ['user_id', 'string'],
    2: ['name', 'string'],
  },
  GroupDissolved: {},
  BecameFriends: {
    1: ['requester_id', 'string'],
    2: ['text', 'string'],
  },
  FriendRequestChanged: {
    1: ['request', message('FriendRequest')],
    2: ['unread_count', 'varint'],
  },
  FriendChanged: {
    1: ['friend', message('Friend')],
    2: ['removed', 'varint'],
  },
  BlockChanged: {
    1: ['user_id', 'string'],
    2: ['blocked', 'varint'],
  },
  ProfileChanged: {
    1: ['user', message('User')],
    2: ['settings', message('UserSettings')],
    3: ['handle', 'string'],
  },
  InvitationChanged: {
    1: ['invitation', message('GroupInvitation')],
    2: ['unread_count', 'varint'],
  },
  ApplicationChanged: {
    1: ['application', message('GroupApplication')],
  },
  RequestsRead: {
    1: ['list', 'varint'],
  },
  PostChanged: {
    1: ['post_id', 'string'],
    2: ['removed', 'varint'],
  },
  MomentNoticed: {
    1: ['kind', 'varint'],
    2: ['post_id', 'string'],
    3: ['actor_id', 'string'],
    4: ['comment_id', 'string'],
  },
  MomentNoticesRead: {
    1: ['through_seq', 'varint'],
  },
  User: {
    1: ['user_id', 'string'],
    2: ['nickname', 'string'],
    3: ['avatar_url', 'string'],
    4: ['gender', 'varint'],
    5: ['signature', 'string'],
    6: ['extra', 'string'],
    7: ['updated_ms', 'varint'],
  },
  UserSettings: {
    1: ['add_friend', 'varint'],
    2: ['invite', 'varint'],
    3: ['presence', 'varint'],
    4: ['hide_from_id_search', 'varint'],
    5: ['hide_from_nickname_search', 'varint'],
    6: ['hide_from_handle_search', 'varint'],
    7: ['posts_range', 'varint'],
  },
  Friend: {
    1: ['user_id', 'string'],
    2: ['remark', 'string'],
    3: ['tags', 'string'],
    4: ['source', message('FriendSource')],
    5: ['created_ms', 'varint'],
    6: ['feed_seq', 'varint'],
    7: ['hide_my_posts', 'varint'],
    8: ['hide_their_posts', 'varint'],
  },
  FriendSource: {
    1: ['way', 'varint'],
    2: ['detail', 'string'],
  },
  FriendRequest: {
    1: ['from_user_id', 'string'],
    2: ['to_user_id', 'string'],
    3: ['text', 'string'],
    4: ['source', message('FriendSource')],
    5: ['state', 'varint'],
    6: ['answer', 'string'],
    7: ['created_ms', 'varint'],
    8: ['updated_ms', 'varint'],
    9: ['expires_ms', 'varint'],
    10: ['read', 'varint'],
  },
  GroupInvitation: {
    1: ['group_id', 'string'],
    2: ['group_name', 'string'],
    3: ['user_id', 'string'],
    4: ['inviter_id', 'string'],
    5: ['text', 'string'],
    6: ['state', 'varint'],
    7: ['created_ms', 'varint'],
    8: ['updated_ms', 'varint'],
    9: ['expires_ms', 'varint'],
    10: ['read', 'varint'],
  },
  GroupApplication: {
    1: ['group_id', 'string'],
    2: ['user_id', 'string'],
    3: ['inviter_id', 'string'],
    4: ['text', 'string'],
    5: ['state', 'varint'],
    6: ['handled_by', 'string'],
    7: ['answer', 'string'],
    8: ['created_ms', 'varint'],
    9: ['updated_ms', 'varint'],
  },
} as const satisfies Record<string, Record<number, Row>>;
