import type { ChatState } from '../../state/chat-state.js';
import { nameOf } from '../../state/conversation-view.js';
import { hueOf } from '../../text/avatar.js';
import { Avatar } from '../avatar.js';
import { useActions } from '../page-context.js';

/** Whose posts these are; a click shows those of that person alone. */
export function MomentsCover({ state, userId }: { state: ChatState; userId: string }) {
  const { moments } = useActions();
  const name = nameOf(state, userId);
  const isMe = userId === state.meId;
  return (
    <div class={`cover hue-${hueOf(userId)}`}>
      <button
        type="button"
        class="cover-who"
        onClick={() => moments.open({ kind: 'person', userId })}
      >
        <strong>{name}</strong>
        <Avatar
          id={userId}
          name={name}
          square
          picture={isMe ? state.people.profile?.avatarUrl : undefined}
        />
      </button>
    </div>
  );
}
