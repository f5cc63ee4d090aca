import { play } from '../../src/stage/play.js';
import { memberRaces } from './member-races.js';
import { messageRaces } from './message-races.js';
import { ownerRaces } from './owner-races.js';
import { requestRaces } from './request-races.js';

play({
  'members and the group': memberRaces,
  'the owner': ownerRaces,
  requests: requestRaces,
  messages: messageRaces,
});
