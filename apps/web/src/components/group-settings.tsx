import type { GroupPatch } from '../state/group-notice.js';
import type { GroupInfo } from '../state/group-state.js';
import { Choice } from './choice.js';
import { useActions, useTexts } from './page-context.js';
import { ProblemText } from './sheet.js';
import { useTask } from './use-task.js';

/** How the group works: each choice is made at once. */
export function GroupSettings({ group }: { group: GroupInfo }) {
  const { t } = useTexts();
  const { groups } = useActions();
  const { busy, problem, run } = useTask();
  const update = (patch: GroupPatch): void => void run(() => groups.update(patch));
  const { joinMode, visibility, history, inviteRight, allMuted } = group;
  return (
    <section class="stack">
      <h3>{t('settings')}</h3>
      <Choice
        label={t('visibility')}
        value={visibility}
        options={[
          ['private', t('visibilityPrivate')],
          ['public', t('visibilityPublic')],
        ]}
        disabled={busy}
        onChange={(value) => update({ visibility: value })}
      />
      <Choice
        label={t('joinMode')}
        value={joinMode}
        options={[
          ['invitation', t('joinInvitation')],
          ['approval', t('joinApproval')],
          ['free', t('joinFree')],
        ]}
        disabled={busy}
        onChange={(value) => update({ joinMode: value })}
      />
      <Choice
        label={t('inviteRight')}
        value={inviteRight}
        options={[
          ['everyone', t('inviteEveryone')],
          ['admins', t('inviteAdmins')],
        ]}
        disabled={busy}
        onChange={(value) => update({ inviteRight: value })}
      />
      <Choice
        label={t('history')}
        value={history}
        options={[
          ['since-join', t('historySinceJoin')],
          ['all', t('historyAll')],
        ]}
        disabled={busy}
        onChange={(value) => update({ history: value })}
      />
      <MuteAll checked={allMuted} disabled={busy} onChange={(all) => update({ allMuted: all })} />
      <ProblemText text={problem} />
    </section>
  );
}

interface MuteAllProps {
  readonly checked: boolean;
  readonly disabled: boolean;
  readonly onChange: (allMuted: boolean) => void;
}

function MuteAll({ checked, disabled, onChange }: MuteAllProps) {
  const { t } = useTexts();
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={checked}
        disabled={disabled}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      {t('muteAll')}
    </label>
  );
}
