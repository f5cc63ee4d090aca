import type { ChatState } from '../../state/chat-state.js';
import { nameOf } from '../../state/conversation-view.js';
import { useTexts } from '../page-context.js';
import { Tick } from '../tick.js';

interface PeoplePickerProps {
  readonly state: ChatState;
  readonly label: string;
  readonly chosen: readonly string[];
  readonly onChange: (userIds: readonly string[]) => void;
}

/** Some of the friends, and whoever was chosen while a friend. */
export function PeoplePicker({ state, label, chosen, onChange }: PeoplePickerProps) {
  const { t } = useTexts();
  const ids = [...new Set([...state.people.friends.keys(), ...chosen])].sort((a, b) =>
    nameOf(state, a).localeCompare(nameOf(state, b)),
  );
  return (
    <div class="people-picker" role="group" aria-label={label}>
      {ids.length === 0 && <span class="muted small">{t('noFriends')}</span>}
      {ids.map((id) => (
        <Tick
          key={id}
          label={nameOf(state, id)}
          checked={chosen.includes(id)}
          onChange={(on) => onChange(on ? [...chosen, id] : chosen.filter((one) => one !== id))}
        />
      ))}
    </div>
  );
}
