import type { ComponentChildren } from 'preact';
import type { ChatState } from '../state/chat-state.js';
import { nameOf } from '../state/conversation-view.js';
import { mayDo, mayDoTo, type GroupInfo, type MemberInfo } from '../state/group-state.js';
import { Avatar } from './avatar.js';
import { useActions, useTexts } from './page-context.js';
import { SureButton } from './sure-button.js';
import type { Task } from './use-task.js';

const HOUR_MS = 3_600_000;

interface RowProps {
  readonly state: ChatState;
  readonly group: GroupInfo;
  readonly member: MemberInfo;
  readonly task: Task;
}

const ROLE_NAMES = { owner: 'roleOwner', admin: 'roleAdmin', member: 'roleMember' } as const;

/** One member, and what this person may do to that one. */
export function GroupMemberRow({ state, group, member, task }: RowProps) {
  const { t } = useTexts();
  const { userId, role, mutedUntilMs } = member;
  const nickname = nameOf(state, userId);
  const name = member.name || nickname;
  const muted = mutedUntilMs > Date.now();
  return (
    <li data-member={userId}>
      <Avatar id={userId} name={name} size="small" />
      <span class="member-text">
        <span>
          {name}
          {member.name !== '' && <span class="muted small"> {nickname}</span>}
        </span>
        <span class="muted small">
          {t(ROLE_NAMES[role])}
          {muted && ` · ${t('mutedMark')}`}
        </span>
      </span>
      <Deeds group={group} member={member} muted={muted} task={task} />
    </li>
  );
}

function Deeds({
  group,
  member,
  muted,
  task,
}: Omit<RowProps, 'state'> & { readonly muted: boolean }) {
  const { groups } = useActions();
  const { t } = useTexts();
  const { userId, role } = member;
  if (userId === group.self?.userId) return null;
  const button = (label: string, work: () => Promise<void>): ComponentChildren => (
    <button type="button" disabled={task.busy} onClick={() => void task.run(work)}>
      {label}
    </button>
  );
  const sure = (label: string, work: () => Promise<void>): ComponentChildren => (
    <SureButton label={label} disabled={task.busy} onSure={() => void task.run(work)} />
  );
  const maySetRole = mayDo(group, 'set-role') && role !== 'owner';
  const mayMute = mayDoTo(group, 'mute-member', member);
  return (
    <span class="deeds">
      {maySetRole &&
        (role === 'admin'
          ? button(t('makeMember'), () => groups.setRole(userId, 'member'))
          : button(t('makeAdmin'), () => groups.setRole(userId, 'admin')))}
      {mayMute && muted && button(t('unmute'), () => groups.mute(userId, 0))}
      {mayMute && !muted && button(t('muteHour'), () => groups.mute(userId, HOUR_MS))}
      {mayMute && !muted && button(t('muteForever'), () => groups.mute(userId, undefined))}
      {mayDo(group, 'transfer') && sure(t('makeOwner'), () => groups.transfer(userId))}
      {mayDoTo(group, 'remove-member', member) &&
        sure(t('removeFromGroup'), () => groups.removeMember(userId))}
    </span>
  );
}
