import type { ComponentChildren } from 'preact';
import type { ChatState } from '../../state/chat-state.js';
import { nameOf } from '../../state/conversation-view.js';
import type { Presence } from '../../state/people-state.js';
import { Avatar } from '../avatar.js';
import { useTexts, type Texts } from '../page-context.js';

interface PersonRowProps {
  readonly state: ChatState;
  readonly userId: string;
  /** Left out: the name that the state knows. */
  readonly name?: string;
  readonly note: string;
  /** Left out: nothing happens. */
  readonly onOpen?: () => void;
  /** Buttons at its end. */
  readonly children?: ComponentChildren;
}

/** One person of a list. */
export function PersonRow({ state, userId, name, note, onOpen, children }: PersonRowProps) {
  const title = name ?? nameOf(state, userId);
  const presence = state.people.presences.get(userId);
  const text = (
    <>
      <Avatar id={userId} name={title} />
      {presence && <PresenceDot presence={presence} />}
      <span class="row-text">
        <span class="row-title">{title}</span>
        <span class="row-preview">{note}</span>
      </span>
    </>
  );
  return (
    <li class="person" data-person={userId}>
      {onOpen ? (
        <button type="button" class="row" onClick={onOpen}>
          {text}
        </button>
      ) : (
        <div class="row">{text}</div>
      )}
      {children !== undefined && <span class="person-buttons">{children}</span>}
    </li>
  );
}

/** The word beside it says the same: it is for the eye only. */
function PresenceDot({ presence: { online } }: { presence: Presence }) {
  const kind = online ? 'online' : 'offline';
  return <span class={`dot ${kind}`} data-presence={kind} aria-hidden="true" />;
}

/** Online, or since when not; empty when nobody knows. */
export function presenceText(presence: Presence | undefined, { t, times }: Texts): string {
  if (presence === undefined) return '';
  if (presence.online) return t('online');
  return presence.lastSeenMs > 0 ? t('lastSeen', times.short(presence.lastSeenMs)) : t('offline');
}

export function usePresenceText(state: ChatState, userId: string): string {
  return presenceText(state.people.presences.get(userId), useTexts());
}
