import type { ChatState } from '../state/chat-state.js';
import { mayDo, type GroupInfo } from '../state/group-state.js';
import { GroupAbout } from './group-about.js';
import { GroupLinks } from './group-links.js';
import { GroupMembers } from './group-members.js';
import { GroupSettings } from './group-settings.js';
import { useActions, useTexts } from './page-context.js';
import { ProblemText, Sheet } from './sheet.js';
import { SureButton } from './sure-button.js';
import { useTask } from './use-task.js';

/** All about the open group. What this person may not do is not offered. */
export function GroupPanel({ state, onClose }: { state: ChatState; onClose: () => void }) {
  const { t } = useTexts();
  const group = state.groups.open;
  return (
    <Sheet title={t('groupPanel')} onClose={onClose}>
      {group === undefined ? (
        <p class="muted">{t(state.groups.gone ? 'groupGone' : 'loading')}</p>
      ) : (
        <>
          <GroupAbout key={group.groupId} group={group} />
          {group.self && <GroupMembers state={state} group={group} />}
          {mayDo(group, 'update-rules') && <GroupSettings group={group} />}
          {mayDo(group, 'manage-links') && <GroupLinks links={state.groups.links} />}
          <Ways group={group} onClose={onClose} />
        </>
      )}
    </Sheet>
  );
}

/** The ways out. */
function Ways({ group, onClose }: { group: GroupInfo; onClose: () => void }) {
  const { t } = useTexts();
  const { groups } = useActions();
  const task = useTask();
  const out = async (work: () => Promise<void>): Promise<void> => {
    if (await task.run(work)) onClose();
  };
  return (
    <section class="buttons">
      {mayDo(group, 'leave') && (
        <SureButton
          label={t('leaveGroup')}
          disabled={task.busy}
          onSure={() => void out(() => groups.leave())}
        />
      )}
      {mayDo(group, 'dissolve') && (
        <SureButton
          label={t('dissolveGroup')}
          disabled={task.busy}
          onSure={() => void out(() => groups.dissolve())}
        />
      )}
      <ProblemText text={task.problem} />
    </section>
  );
}
