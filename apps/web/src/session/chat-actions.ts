import type { MomentsActions } from './moments-actions.js';
import type { GroupActions } from './group-actions.js';
import type { StringKey } from '../text/strings.js';
import type { PeopleActions } from './people-actions.js';

/** What the page can do. Outcomes come as changes of the state; only what a person has to be told at once is thrown. */
export interface ChatActions {
  readonly people: PeopleActions;
  /** Undefined: back to the list. */
  open(conversationId: string | undefined): void;
  send(conversationId: string, text: string): void;
  /** Sends a failed message once more. */
  retry(conversationId: string, clientMsgId: string): void;
  /** Forgets a failed message. */
  discard(conversationId: string, clientMsgId: string): void;
  /** Resolves when older lines are in the state; false when they could not be loaded. */
  loadOlder(conversationId: string): Promise<boolean>;
  markRead(conversationId: string): void;
  /** Opens the chat with a person. */
  openChat(userId: string): void;
  /** Opens the chat with the person of that name. Throws Problem. */
  startChat(name: string): Promise<void>;
  /** Creates and opens a group. Throws Problem. */
  createGroup(name: string, memberNames: readonly string[]): Promise<void>;
  readonly groups: GroupActions;
  readonly moments: MomentsActions;
  /** Connects again after another window took this device over. */
  useHere(): void;
  signOut(): void;
}

/** Something to be told to the person, in the language of the page. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly key: StringKey;
  readonly values: readonly string[];

  constructor(key: StringKey, ...values: string[]) {
    super(key);
    this.key = key;
    this.values = values;
  }
}
