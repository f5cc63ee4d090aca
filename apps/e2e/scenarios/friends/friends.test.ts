import { play } from '../../src/stage/play.js';
import { blocks } from './blocks.js';
import { directChats } from './direct-chats.js';
import { friendLists } from './friend-lists.js';
import { requestEnds } from './request-ends.js';
import { requests } from './requests.js';

play({
  'friend requests': requests,
  'the end of friend requests': requestEnds,
  'friend lists': friendLists,
  blocks,
  'direct chats': directChats,
});
