import type { ChatState } from '../../state/chat-state.js';
import { nameOf } from '../../state/conversation-view.js';
import { Icon } from '../icons.js';
import { useActions, useTexts } from '../page-context.js';
import { PersonRow, presenceText } from './person-row.js';

interface PeopleListProps {
  readonly state: ChatState;
  readonly onDetails: (userId: string) => void;
}

/** Friends by name; one opens the chat with them. */
export function FriendList({ state, onDetails }: PeopleListProps) {
  const texts = useTexts();
  const { t } = texts;
  const actions = useActions();
  const { friends, loaded, presences } = state.people;
  const byName = [...friends.values()].sort((a, b) =>
    nameOf(state, a.userId).localeCompare(nameOf(state, b.userId)),
  );
  return (
    <section aria-label={t('friends')}>
      <h2 class="people-title">{t('friends')}</h2>
      {byName.length === 0 && (
        <p class="muted small people-none">{t(loaded ? 'noFriends' : 'loading')}</p>
      )}
      <ul class="people-list friends">
        {byName.map(({ userId, tags }) => (
          <PersonRow
            key={userId}
            state={state}
            userId={userId}
            note={[presenceText(presences.get(userId), texts), ...tags].filter(Boolean).join(' · ')}
            onOpen={() => actions.openChat(userId)}
          >
            <DetailsButton
              label={t('details', nameOf(state, userId))}
              onClick={() => onDetails(userId)}
            />
          </PersonRow>
        ))}
      </ul>
    </section>
  );
}

/** Whom the person has blocked. */
export function BlockedList({ state, onDetails }: PeopleListProps) {
  const { t } = useTexts();
  const blocked = [...state.people.blocked].sort();
  if (blocked.length === 0) return null;
  return (
    <section aria-label={t('blockedPeople')}>
      <h2 class="people-title">{t('blockedPeople')}</h2>
      <ul class="people-list">
        {blocked.map((userId) => (
          <PersonRow
            key={userId}
            state={state}
            userId={userId}
            note={userId}
            onOpen={() => onDetails(userId)}
          />
        ))}
      </ul>
    </section>
  );
}

function DetailsButton({ label, onClick }: { label: string; onClick: () => void }) {
  return (
    <button type="button" class="plain" title={label} aria-label={label} onClick={onClick}>
      <Icon name="person" />
    </button>
  );
}
