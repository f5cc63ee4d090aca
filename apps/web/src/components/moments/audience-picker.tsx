import type { ChatState } from '../../state/chat-state.js';
import { AUDIENCES, type AudienceInfo } from '../../state/moments-state.js';
import type { StringKey } from '../../text/strings.js';
import { Choice } from '../choice.js';
import { useTexts } from '../page-context.js';
import { Tick } from '../tick.js';
import { PeoplePicker } from './people-picker.js';

export const AUDIENCE_NAMES = {
  friends: 'forFriends',
  private: 'forPrivate',
  only: 'forOnly',
  except: 'forExcept',
} as const satisfies Record<AudienceInfo['kind'], StringKey>;

interface AudiencePickerProps {
  readonly state: ChatState;
  readonly value: AudienceInfo;
  readonly onChange: (audience: AudienceInfo) => void;
}

/** For whom a post is: by kind, and with some kinds by friends and by the person's own tags. */
export function AudiencePicker({ state, value, onChange }: AudiencePickerProps) {
  const { t } = useTexts();
  const { kind, userIds, tags } = value;
  const names = kind === 'only' || kind === 'except';
  const friends = [...state.people.friends.values()];
  // One that no friend has any more can still be taken out.
  const known = [...new Set([...friends.flatMap((friend) => friend.tags), ...tags])].sort();
  return (
    <fieldset class="audience-picker">
      <Choice
        label={t('whoSees')}
        value={kind}
        options={AUDIENCES.map((each) => [each, t(AUDIENCE_NAMES[each])] as const)}
        onChange={(chosen) => onChange({ ...value, kind: chosen })}
      />
      {names && (
        <>
          <PeoplePicker
            state={state}
            label={t('friends')}
            chosen={userIds}
            onChange={(chosen) => onChange({ ...value, userIds: chosen })}
          />
          <div class="tags" role="group" aria-label={t('tags')}>
            {known.length === 0 && <span class="muted small">{t('noTags')}</span>}
            {known.map((tag) => (
              <Tick
                key={tag}
                label={`# ${tag}`}
                checked={tags.includes(tag)}
                onChange={(on) =>
                  onChange({
                    ...value,
                    tags: on ? [...tags, tag] : tags.filter((one) => one !== tag),
                  })
                }
              />
            ))}
          </div>
        </>
      )}
    </fieldset>
  );
}
