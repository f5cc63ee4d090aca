import { useState } from 'preact/hooks';
import {
  ADD_RULES,
  INVITE_RULES,
  POSTS_RANGES,
  PRESENCE_RULES,
  type Profile,
} from '../../state/people-state.js';
import type { StringKey } from '../../text/strings.js';
import { Modal } from '../modal.js';
import { useActions, useTexts } from '../page-context.js';
import { TextField } from '../text-field.js';

/** As the server allows. */
const MAX_NICKNAME_LENGTH = 200;
const MAX_AVATAR_URL_LENGTH = 2_000;
const MAX_SIGNATURE_LENGTH = 200;
const MAX_HANDLE_LENGTH = 64;

const RULE_NAMES = {
  request: 'ruleRequest',
  anyone: 'ruleAnyone',
  everyone: 'ruleEveryone',
  friends: 'ruleFriends',
  ask: 'ruleAsk',
  nobody: 'ruleNobody',
  all: 'rangeAll',
  sixMonths: 'rangeSixMonths',
  oneMonth: 'rangeOneMonth',
  threeDays: 'rangeThreeDays',
} as const satisfies Record<string, StringKey>;

/** What one says of oneself, and what others may do. */
export function ProfileDialog({ profile, onClose }: { profile: Profile; onClose: () => void }) {
  const { t } = useTexts();
  const { people } = useActions();
  const [now, setNow] = useState(profile);
  const set = (change: Partial<Profile>): void => setNow({ ...now, ...change });
  return (
    <Modal
      title={t('myProfile')}
      confirm={t('save')}
      ready
      onConfirm={() => people.saveProfile(now)}
      onClose={onClose}
    >
      <ProfileTexts profile={now} onChange={set} />
      <RuleField
        label={t('whoMayAdd')}
        name="add-friend"
        rules={ADD_RULES}
        value={now.addFriend}
        onChange={(addFriend) => set({ addFriend })}
      />
      <RuleField
        label={t('whoMayInvite')}
        name="invite"
        rules={INVITE_RULES}
        value={now.invite}
        onChange={(invite) => set({ invite })}
      />
      <RuleField
        label={t('whoSeesPresence')}
        name="presence"
        rules={PRESENCE_RULES}
        value={now.presence}
        onChange={(presence) => set({ presence })}
      />
      <RuleField
        label={t('postsRange')}
        name="posts-range"
        rules={POSTS_RANGES}
        value={now.postsRange}
        onChange={(postsRange) => set({ postsRange })}
      />
    </Modal>
  );
}

function ProfileTexts({
  profile,
  onChange,
}: {
  profile: Profile;
  onChange: (change: Partial<Profile>) => void;
}) {
  const { t } = useTexts();
  const fields = [
    ['nickname', MAX_NICKNAME_LENGTH],
    ['avatarUrl', MAX_AVATAR_URL_LENGTH],
    ['signature', MAX_SIGNATURE_LENGTH],
    ['handle', MAX_HANDLE_LENGTH],
  ] as const;
  return (
    <>
      {fields.map(([name, maxLength]) => (
        <TextField
          key={name}
          label={t(name)}
          name={name}
          value={profile[name]}
          maxLength={maxLength}
          onChange={(value) => onChange({ [name]: value })}
        />
      ))}
    </>
  );
}

interface RuleFieldProps<Rule extends keyof typeof RULE_NAMES> {
  readonly label: string;
  readonly name: string;
  readonly rules: readonly Rule[];
  readonly value: Rule;
  readonly onChange: (rule: Rule) => void;
}

function RuleField<Rule extends keyof typeof RULE_NAMES>(props: RuleFieldProps<Rule>) {
  const { t } = useTexts();
  const { label, name, rules, value, onChange } = props;
  return (
    <label class="field">
      <span>{label}</span>
      <select
        name={name}
        value={value}
        onChange={(event) => onChange(rules[event.currentTarget.selectedIndex] ?? value)}
      >
        {rules.map((rule) => (
          <option key={rule} value={rule}>
            {t(RULE_NAMES[rule])}
          </option>
        ))}
      </select>
    </label>
  );
}
