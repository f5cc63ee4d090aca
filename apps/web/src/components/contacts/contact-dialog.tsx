import { useState } from 'preact/hooks';
import type { ChatState } from '../../state/chat-state.js';
import { nameOf } from '../../state/conversation-view.js';
import { waitingRequests } from '../../state/people-state.js';
import { listIn } from '../../text/lists.js';
import { Modal } from '../modal.js';
import { useActions, useTexts } from '../page-context.js';
import { ProblemText } from '../sheet.js';
import { Tick } from '../tick.js';
import { TextField } from '../text-field.js';
import { usePresenceText } from './person-row.js';
import { useTask } from '../use-task.js';

/** As the server allows. */
const MAX_REMARK_LENGTH = 100;
const MAX_TAGS_TEXT_LENGTH = 680;
const MAX_REQUEST_TEXT_LENGTH = 200;

interface ContactDialogProps {
  readonly state: ChatState;
  readonly userId: string;
  readonly onClose: () => void;
}

/** About one other person: what a friend is called and tagged, or how to become one; and blocking. */
export function ContactDialog(props: ContactDialogProps) {
  const isFriend = props.state.people.friends.has(props.userId);
  return isFriend ? <FriendDialog {...props} /> : <StrangerDialog {...props} />;
}

function FriendDialog({ state, userId, onClose }: ContactDialogProps) {
  const { t } = useTexts();
  const { people } = useActions();
  const friend = state.people.friends.get(userId);
  const [remark, setRemark] = useState(friend?.remark ?? '');
  const [tags, setTags] = useState(friend?.tags.join(', ') ?? '');
  const [hideMine, setHideMine] = useState(friend?.hideMine ?? false);
  const [hideTheirs, setHideTheirs] = useState(friend?.hideTheirs ?? false);
  const wish = { remark: remark.trim(), tags: listIn(tags), hideMine, hideTheirs };
  return (
    <Modal
      title={nameOf(state, userId)}
      confirm={t('save')}
      ready
      onConfirm={() => people.decide(userId, wish)}
      onClose={onClose}
    >
      <About state={state} userId={userId} />
      <TextField
        label={t('remark')}
        name="remark"
        value={remark}
        maxLength={MAX_REMARK_LENGTH}
        onChange={setRemark}
      />
      <TextField
        label={t('tags')}
        name="tags"
        value={tags}
        maxLength={MAX_TAGS_TEXT_LENGTH}
        onChange={setTags}
      />
      <Tick label={t('hideMine')} checked={hideMine} onChange={setHideMine} />
      <Tick label={t('hideTheirs')} checked={hideTheirs} onChange={setHideTheirs} />
      <Apart state={state} userId={userId} onClose={onClose} />
    </Modal>
  );
}

function StrangerDialog({ state, userId, onClose }: ContactDialogProps) {
  const { t } = useTexts();
  const { people } = useActions();
  const [text, setText] = useState('');
  const outgoing = waitingRequests(state.people, state.meId, 'outgoing');
  const asked = outgoing.some(({ toId }) => toId === userId);
  return (
    <Modal
      title={nameOf(state, userId)}
      confirm={t(asked ? 'requestSent' : 'sendRequest')}
      ready={!asked && userId !== state.meId}
      onConfirm={() => people.ask(userId, text.trim())}
      onClose={onClose}
    >
      <About state={state} userId={userId} />
      <TextField
        label={t('requestText')}
        name="request"
        value={text}
        maxLength={MAX_REQUEST_TEXT_LENGTH}
        autofocus
        onChange={setText}
      />
      <Apart state={state} userId={userId} onClose={onClose} />
    </Modal>
  );
}

function About({ state, userId }: { state: ChatState; userId: string }) {
  const presence = usePresenceText(state, userId);
  return <p class="muted small">{[userId, presence].filter(Boolean).join(' · ')}</p>;
}

/** The ways to part. */
function Apart({ state, userId, onClose }: ContactDialogProps) {
  const { t } = useTexts();
  const actions = useActions();
  const { people } = actions;
  const { busy, problem, run } = useTask();
  const blocked = state.people.blocked.has(userId);
  if (userId === state.meId) return null;
  const leaving = (work: Promise<void>): Promise<void> => work.then(onClose);
  return (
    <div class="apart">
      <button
        type="button"
        onClick={() => {
          actions.openChat(userId);
          onClose();
        }}
      >
        {t('start')}
      </button>
      <button
        type="button"
        onClick={() => {
          actions.moments.open({ kind: 'person', userId });
          onClose();
        }}
      >
        {t('moments')}
      </button>
      {state.people.friends.has(userId) && (
        <button
          type="button"
          class="danger"
          disabled={busy}
          onClick={() => void run(() => leaving(people.remove(userId)))}
        >
          {t('removeFriend')}
        </button>
      )}
      <button
        type="button"
        class={blocked ? '' : 'danger'}
        disabled={busy}
        onClick={() => void run(() => leaving(people.block(userId, !blocked)))}
      >
        {t(blocked ? 'unblock' : 'block')}
      </button>
      <ProblemText text={problem} />
    </div>
  );
}
