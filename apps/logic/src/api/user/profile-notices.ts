import type { ProfileNotices } from '../../usecase/user/ports.js';
import { encodeEntry } from '../encode-entry.js';
import { toProtoSettings, toProtoUser } from './mapper.js';

export const profileNotices: ProfileNotices = {
  profileChanged({ profile, settings, handle }) {
    const user = toProtoUser(profile);
    const value = { user, settings: toProtoSettings(settings), handle };
    return encodeEntry({ $case: 'profileChanged', value });
  },
};
