import { useEffect, useState } from 'preact/hooks';
import type { ChatState } from '../../state/chat-state.js';
import { useActions, useTexts } from '../page-context.js';
import { PersonRow } from './person-row.js';
import { useTask } from '../use-task.js';

/** As the server allows. */
const MAX_QUERY_LENGTH = 100;

interface FindPeopleProps {
  readonly state: ChatState;
  readonly onPick: (userId: string) => void;
}

/** Looks for people by id, nickname or handle. */
export function FindPeople({ state, onPick }: FindPeopleProps) {
  const { t } = useTexts();
  const { people } = useActions();
  const [query, setQuery] = useState('');
  const { busy, problem, run } = useTask();
  useEffect(() => () => void people.search(''), [people]);
  const { found } = state.people;
  return (
    <section aria-label={t('findPeople')}>
      <form
        class="find"
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          void run(() => people.search(query.trim()));
        }}
      >
        <input
          name="query"
          value={query}
          maxLength={MAX_QUERY_LENGTH}
          autocomplete="off"
          placeholder={t('findPeopleHint')}
          aria-label={t('findPeople')}
          onInput={(event) => setQuery(event.currentTarget.value)}
        />
        <button type="submit" disabled={busy}>
          {t('search')}
        </button>
      </form>
      {problem !== undefined && (
        <p class="problem small" role="alert">
          {problem}
        </p>
      )}
      {found !== undefined && found.people.length === 0 && (
        <p class="muted small found-none">{t('nobodyFound', found.query)}</p>
      )}
      <ul class="people-list found">
        {found?.people.map(({ userId }) => (
          <PersonRow
            key={userId}
            state={state}
            userId={userId}
            note={userId}
            onOpen={() => onPick(userId)}
          />
        ))}
      </ul>
    </section>
  );
}
