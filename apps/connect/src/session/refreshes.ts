import { CLOSE_CODES } from '@queqiao/domain';
import type { Refresh } from '@queqiao/protocol/client';
import { toProtoError } from '@queqiao/protocol/common';
import type { Clock } from '@queqiao/runtime';
import type { Closer } from './closer.js';
import { checkToken } from './connect-request.js';
import type { LogicCaller } from './logic-caller.js';
import type { Session } from './session.js';
import type { SignIn } from './sign-in.js';

/** Asks for the token again after logic could not be reached. */
const RETRY_MS = 5_000;

/** Exchanges a live session's token. A refused token ends the session; an unreachable logic only postpones the matter. */
export class Refreshes {
  constructor(
    private readonly deps: {
      readonly logic: LogicCaller;
      readonly signIn: SignIn;
      readonly closer: Closer;
      readonly clock: Clock;
    },
  ) {}

  /** A refresh while another is being verified is dropped: the answer to the first one answers both. */
  begin(session: Session, { token }: Refresh): void {
    try {
      checkToken(token);
    } catch (thrown) {
      const error = toProtoError(thrown, '');
      const reason = 'malformed refresh';
      this.deps.closer.close(session, { code: CLOSE_CODES.PROTOCOL_ERROR, reason, error });
      return;
    }
    if (session.refreshing) return;
    session.refreshing = true;
    void this.#verify(session, token).finally(() => {
      session.refreshing = false;
    });
  }

  async #verify(session: Session, token: string): Promise<void> {
    const { appId, userId, deviceId } = session;
    const answer = await this.deps.logic.refresh(deviceId, { token, appId, userId, deviceId });
    if (session.state !== 'connected') return;
    if ('value' in answer) {
      const { tokenExpiresMs, tokenIssuedMs } = answer.value;
      this.deps.signIn.setToken(session, tokenExpiresMs, tokenIssuedMs);
      this.deps.signIn.answer(session, answer.value.logEpoch);
    } else if (answer.cause.row.retryable) {
      session.warnAtMs = this.deps.clock.now() + RETRY_MS;
    } else this.deps.signIn.refuse(session, answer.error, answer.cause);
  }
}
