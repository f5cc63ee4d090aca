import { useEffect } from 'preact/hooks';
import type { ChatState } from '../../state/chat-state.js';
import { waitingRequests } from '../../state/people-state.js';
import { useActions, useTexts } from '../page-context.js';
import { useVisible } from '../use-visible.js';
import { PersonRow } from './person-row.js';
import { useTask } from '../use-task.js';

/** Requests that wait, in both directions. Seeing them marks them as seen. */
export function RequestList({ state }: { state: ChatState }) {
  const { t } = useTexts();
  const { people } = useActions();
  const { busy, problem, run } = useTask();
  const incoming = waitingRequests(state.people, state.meId, 'incoming');
  const outgoing = waitingRequests(state.people, state.meId, 'outgoing');
  const unread = state.people.unreadRequests;
  const visible = useVisible();
  useEffect(() => {
    if (visible && unread > 0) people.seeRequests();
  }, [visible, unread, people]);
  if (incoming.length + outgoing.length === 0 && problem === undefined) return null;
  return (
    <section aria-label={t('friendRequests')}>
      <h2 class="people-title">{t('friendRequests')}</h2>
      {problem !== undefined && (
        <p class="problem small" role="alert">
          {problem}
        </p>
      )}
      <ul class="people-list">
        {incoming.map(({ fromId, text }) => (
          <PersonRow key={fromId} state={state} userId={fromId} note={text}>
            <button
              type="button"
              class="primary"
              disabled={busy}
              onClick={() => void run(() => people.accept(fromId))}
            >
              {t('accept')}
            </button>
            <button
              type="button"
              disabled={busy}
              onClick={() => void run(() => people.reject(fromId))}
            >
              {t('reject')}
            </button>
          </PersonRow>
        ))}
        {outgoing.map(({ toId, text }) => (
          <PersonRow key={`to-${toId}`} state={state} userId={toId} note={text || t('requestSent')}>
            <button
              type="button"
              disabled={busy}
              onClick={() => void run(() => people.cancel(toId))}
            >
              {t('takeBack')}
            </button>
          </PersonRow>
        ))}
      </ul>
    </section>
  );
}
