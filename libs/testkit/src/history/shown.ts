import { createHash } from 'node:crypto';
import { Content, type Entry } from '@queqiao/protocol/client';

/** One message as a device shows it. */
export interface ShownMessage {
  readonly seq: number;
  readonly state: 'shown' | 'recalled' | 'deleted';
  /** Empty: it has none. */
  readonly contentDigest: string;
  /** Emoji with those who reacted by it, in any order. */
  readonly reactions: readonly { readonly emoji: string; readonly userIds: readonly string[] }[];
  readonly pinned: boolean;
}

/** One line of the log as a device keeps it over restarts. */
export interface KeptEntry {
  readonly seq: number;
  readonly state: Entry['state'];
  readonly contentDigest: string;
}

/** One conversation as a device shows it. */
export interface ShownConversation {
  readonly settings: {
    readonly pinned: boolean;
    readonly muted: boolean;
    readonly hidden: boolean;
    readonly markedUnread: boolean;
    readonly draft: string;
    readonly remark: string;
  };
  readonly readSeq: number;
  /** Newest unread entry that mentions the user; 0: none. */
  readonly mentionedSeq: number;
  /** Ascending, and complete from the first on. */
  readonly messages: readonly ShownMessage[];
  readonly kept: readonly KeptEntry[];
}

/** Contents are never changed in place, and what is shown is looked at again and again. */
const digests = new WeakMap<Content, string>();

/** The same for two contents exactly if they say the same; empty for none. */
export function contentDigestOf(content: Content | undefined): string {
  if (content === undefined) return '';
  const known = digests.get(content);
  if (known !== undefined) return known;
  const hash = createHash('sha1').update(Content.encode(content).finish());
  const digest = hash.digest('base64').slice(0, 20);
  digests.set(content, digest);
  return digest;
}
