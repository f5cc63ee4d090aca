import { play } from '../../src/stage/play.js';
import { faceToFace } from './face-to-face.js';
import { governing } from './governing.js';
import { groupLife } from './group-life.js';
import { groupLimits } from './group-limits.js';
import { invitations } from './invitations.js';
import { joinLinks } from './join-links.js';
import { joining } from './joining.js';
import { members } from './members.js';
import { newcomers } from './newcomers.js';
import { voices } from './voices.js';

play({
  'the life of a group': groupLife,
  'the members of a group': members,
  'those who govern a group': governing,
  'joining a group': joining,
  'invitations to a group': invitations,
  'join links': joinLinks,
  'people who meet': faceToFace,
  newcomers,
  'who may speak in a group': voices,
  'the limits of an app': groupLimits,
});
