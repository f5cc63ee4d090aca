import type { UserContext } from '../caller.js';
import type { BeforeSendQuestion } from './ports.js';

type About = Pick<BeforeSendQuestion, 'conversationId' | 'clientMsgId' | 'content' | 'editOfSeq'>;

/** What the app's back end is asked about something that the caller wants to say. */
export function questionOf(
  { appId, caller, requestId }: UserContext,
  about: About,
): BeforeSendQuestion {
  const { userId, deviceId } = caller;
  return { appId, userId, deviceId, requestId, ...about };
}
