import { useEffect } from 'preact/hooks';
import type { ChatState } from '../state/chat-state.js';
import { nameOf } from '../state/conversation-view.js';
import { useActions, useTexts } from './page-context.js';
import { ProblemText, Sheet } from './sheet.js';
import { useTask } from './use-task.js';

interface RequestsSheetProps {
  readonly state: ChatState;
  readonly onClose: () => void;
}

/** Invitations to answer, and applications to decide on. Looking at them makes them seen. */
export function RequestsSheet({ state, onClose }: RequestsSheetProps) {
  const { t } = useTexts();
  const { groups } = useActions();
  const task = useTask();
  const { applications, invitations } = state.groups;
  const unread = applications.unread + invitations.unread;
  useEffect(() => {
    if (unread > 0) void task.run(() => groups.requestsSeen());
  }, [unread]);
  return (
    <Sheet title={t('requests')} onClose={onClose}>
      {applications.rows.length + invitations.rows.length === 0 && (
        <p class="muted">{t('noRequests')}</p>
      )}
      {invitations.rows.length > 0 && <h3>{t('invitations')}</h3>}
      {invitations.rows.map(({ groupId, groupName, inviterId, text }) => (
        <Request
          key={groupId}
          title={t('invitedYou', nameOf(state, inviterId), groupName)}
          text={text}
          answers={[t('accept'), t('decline')]}
          busy={task.busy}
          onAnswer={async (accept) => {
            const done = await task.run(() => groups.answerInvitation(groupId, accept));
            if (done && accept) onClose();
          }}
        />
      ))}
      {applications.rows.length > 0 && <h3>{t('applications')}</h3>}
      {applications.rows.map(({ groupId, groupName, userId, text }) => (
        <Request
          key={`${groupId} ${userId}`}
          title={t('appliesTo', nameOf(state, userId), groupName)}
          text={text}
          answers={[t('approve'), t('reject')]}
          busy={task.busy}
          onAnswer={(accept) => task.run(() => groups.handleApplication(groupId, userId, accept))}
        />
      ))}
      <ProblemText text={task.problem} />
    </Sheet>
  );
}

interface RequestProps {
  readonly title: string;
  readonly text: string;
  readonly answers: readonly [yes: string, no: string];
  readonly busy: boolean;
  readonly onAnswer: (accept: boolean) => Promise<unknown>;
}

function Request({ title, text, answers, busy, onAnswer }: RequestProps) {
  const [yes, no] = answers;
  return (
    <div class="request">
      <p>{title}</p>
      {text !== '' && <p class="muted small">{text}</p>}
      <div class="buttons">
        <button type="button" disabled={busy} onClick={() => void onAnswer(false)}>
          {no}
        </button>
        <button type="button" class="primary" disabled={busy} onClick={() => void onAnswer(true)}>
          {yes}
        </button>
      </div>
    </div>
  );
}
