import { useState } from 'preact/hooks';
import type { GroupPatch } from '../state/group-notice.js';
import { mayDo, type GroupInfo } from '../state/group-state.js';
import { useActions, useTexts } from './page-context.js';
import { ProblemText } from './sheet.js';
import { TextField } from './text-field.js';
import { useTask } from './use-task.js';

/** As the server allows. */
const MAX_LENGTHS = {
  name: 100,
  avatarUrl: 2_000,
  introduction: 500,
  announcement: 2_000,
} as const;
const LABELS = {
  name: 'groupNameNow',
  avatarUrl: 'groupAvatar',
  introduction: 'groupIntroduction',
  announcement: 'groupAnnouncement',
} as const;
const FIELDS = ['name', 'avatarUrl', 'introduction', 'announcement'] as const;

/** What a group says about itself; its owner and admins change it. */
export function GroupAbout({ group }: { group: GroupInfo }) {
  const { t } = useTexts();
  return (
    <section class="about">
      <p class="muted small">
        {t('groupId')}: <code data-group-id>{group.groupId}</code> ·{' '}
        {t('groupMembersCount', group.memberCount)}
      </p>
      {mayDo(group, 'update-profile') ? <AboutForm group={group} /> : <AboutText group={group} />}
    </section>
  );
}

function AboutText({ group }: { group: GroupInfo }) {
  const { t } = useTexts();
  return (
    <dl>
      {FIELDS.filter((field) => field !== 'avatarUrl' && group[field] !== '').map((field) => (
        <div key={field}>
          <dt class="muted small">{t(LABELS[field])}</dt>
          <dd>{group[field]}</dd>
        </div>
      ))}
    </dl>
  );
}

function AboutForm({ group }: { group: GroupInfo }) {
  const { t } = useTexts();
  const { groups } = useActions();
  const task = useTask();
  /** What was typed and not saved; the rest is as it is now, also when others change it. */
  const [typed, setTyped] = useState<Pick<GroupPatch, (typeof FIELDS)[number]>>({});
  const changed = FIELDS.filter((field) => (typed[field] ?? group[field]) !== group[field]);
  const save = async (): Promise<void> => {
    const patch = Object.fromEntries(changed.map((field) => [field, typed[field]]));
    if (await task.run(() => groups.update(patch))) setTyped({});
  };
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      {FIELDS.map((field) => (
        <TextField
          key={field}
          label={t(LABELS[field])}
          name={field}
          value={typed[field] ?? group[field]}
          maxLength={MAX_LENGTHS[field]}
          onChange={(value) => setTyped({ ...typed, [field]: value })}
        />
      ))}
      <ProblemText text={task.problem} />
      {changed.length > 0 && (
        <button type="submit" class="primary" disabled={task.busy || typed.name?.trim() === ''}>
          {t('save')}
        </button>
      )}
    </form>
  );
}
