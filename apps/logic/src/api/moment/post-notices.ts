import type { PostNotices } from '../../usecase/moment/ports.js';
import { encodeEntry } from '../encode-entry.js';

export const postNotices: PostNotices = {
  postChanged(postId, removed) {
    return encodeEntry({ $case: 'postChanged', value: { postId, removed } });
  },
};
