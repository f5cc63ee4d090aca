import { conversationRows } from './conversation-rows.js';
import { groupRows } from './group-rows.js';
import { messageRows } from './message-rows.js';
import { commentRows, momentRows, noticeRows } from './moment-rows.js';
import { deviceRows, friendRows, presenceRows, userRows } from './people-rows.js';
import type { Row, Rows } from './scene.js';

const services: Readonly<Record<string, Rows>> = {
  CommentService: commentRows,
  ConversationService: conversationRows,
  DeviceService: deviceRows,
  FriendService: friendRows,
  GroupService: groupRows,
  MessageService: messageRows,
  MomentNoticeService: noticeRows,
  MomentService: momentRows,
  PresenceService: presenceRows,
  UserService: userRows,
};

/** By `queqiao.client.v1.Service/Method`. */
export const CLIENT_ROWS: ReadonlyMap<string, Row> = new Map(
  Object.entries(services).flatMap(([service, rows]) =>
    Object.entries(rows).map(([name, row]) => [`queqiao.client.v1.${service}/${name}`, row]),
  ),
);
