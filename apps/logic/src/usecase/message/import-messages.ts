import { parseConversationId, type DomainError, type UserId } from '@queqiao/domain';

import { activeState } from '../app/active-app.js';
import type { Apps } from '../app/ports.js';
import { overQuota } from '../app/quotas.js';
import type { BusinessContext } from '../caller.js';
import { noUser, type UserLookup } from '../must-exist.js';
import { checkImport, ofMessage, type ImportedMessage } from './check-import.js';
import type { ImportDraft, ImportLog, ImportOutcome } from './import-ports.js';

const NOT_OF_ONE: ReadonlySet<string> = new Set(['', 'conversation_id', 'maxEntries']);

export interface ImportInput {
  readonly conversationId: string;
  /** 1 to IMPORT_MAX_MESSAGES, in the order of their times. */
  readonly messages: readonly ImportedMessage[];
  readonly emitEvents: boolean;
}

export interface ImportedPlace {
  readonly seq: number;
  readonly createdMs: number;
  readonly alreadyStored: boolean;
}

/**
 * Puts messages of another system at the end of a log, with the times at which they were said. A repeated batch changes nothing.
 * Errors: INVALID_ARGUMENT, LIMIT_EXCEEDED, NOT_FOUND (conversation, sender, entry replied to), DISSOLVED, APP_SUSPENDED.
 */
export class ImportMessages {
  constructor(
    readonly deps: { readonly apps: Apps; readonly users: UserLookup; readonly log: ImportLog },
  ) {}

  async run({ appId, signal }: BusinessContext, input: ImportInput): Promise<ImportedPlace[]> {
    const { apps, users, log } = this.deps;
    const app = await activeState(apps, appId);
    const conversationId = parseConversationId(input.conversationId);
    const refusal = overQuota(app, 'maxEntries');
    const checked = checkImport(input.messages, { appId, conversationId }, app.settings);
    const authors = usersOf(checked);
    const existing = await users.existing(appId, [...authors.keys()]);
    const missing = [...authors.keys()].find((id) => !existing.has(id));
    // Of a batch that is repeated one may have been erased since; if it is none, nothing of it is stored.
    const unknown =
      missing === undefined
        ? undefined
        : noUser(missing, `messages[${authors.get(missing) ?? 0}].sender.id`);
    const refused = unknown ?? refusal;
    const drafts = refused ? checked.map((draft) => ({ ...draft, refusal: refused })) : checked;
    const outcomes = await log.append(drafts, { events: input.emitEvents, signal });
    return outcomes.map((outcome, index) => placeOf(outcome, index, unknown));
  }
}

/** Users who said something, each with the place of the first message. */
function usersOf(drafts: readonly ImportDraft[]): Map<UserId, number> {
  const users = new Map<UserId, number>();
  drafts.forEach(({ sender }, index) => {
    const id = sender.id as UserId;
    if (sender.kind === 'user' && !users.has(id)) users.set(id, index);
  });
  return users;
}

function placeOf(outcome: ImportOutcome, index: number, unknown?: DomainError): ImportedPlace {
  if (outcome.status === 'refused') throw unknown ?? refusalOf(outcome.error, index);
  const { seq, createdMs, status } = outcome;
  return { seq, createdMs, alreadyStored: status === 'duplicate' };
}

/** What is about the conversation, or the app, is about no message. */
function refusalOf(error: DomainError, index: number): DomainError {
  return NOT_OF_ONE.has(error.field) ? error : ofMessage(index, error);
}
