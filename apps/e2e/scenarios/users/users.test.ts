import { play } from '../../src/stage/play.js';
import { profiles } from './profiles.js';
import { userRules } from './user-rules.js';
import { userSearch } from './user-search.js';

play({
  profiles,
  'a search for users': userSearch,
  'what users decide': userRules,
});
