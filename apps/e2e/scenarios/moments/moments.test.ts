import { play } from '../../src/stage/play.js';
import { appEvents } from './app-events.js';
import { audiences } from './audiences.js';
import { badInput } from './bad-input.js';
import { exports } from './exports.js';
import { grpc } from './grpc.js';
import { moderation } from './moderation.js';
import { notices } from './notices.js';
import { posts } from './posts.js';
import { reactions } from './reactions.js';
import { timelines } from './timelines.js';

play({
  posts,
  audiences,
  timelines,
  'likes and comments': reactions,
  notices,
  'bad input': badInput,
  'Moments by gRPC': grpc,
  'a back end': moderation,
  exports,
  'events of posts': appEvents,
});
