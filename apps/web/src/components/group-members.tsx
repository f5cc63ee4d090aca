import type { GroupRole } from '@queqiao/domain';
import { useState } from 'preact/hooks';
import type { ChatState } from '../state/chat-state.js';
import { mayDo, type GroupInfo } from '../state/group-state.js';
import { listIn } from '../text/lists.js';
import { Choice } from './choice.js';
import { GroupMemberRow } from './group-member-row.js';
import { useActions, useTexts } from './page-context.js';
import { ProblemText } from './sheet.js';
import { TextField } from './text-field.js';
import { useTask, type Task } from './use-task.js';

const MAX_QUERY_LENGTH = 100;
const MAX_NAMES_LENGTH = 4_000;

/** The members of the open group, to look through, and what may be done to them. */
export function GroupMembers({ state, group }: { state: ChatState; group: GroupInfo }) {
  const { t } = useTexts();
  const { groups } = useActions();
  const task = useTask();
  const { found } = state.groups;
  const members = found?.members ?? group.members;
  const hasMore = found === undefined ? !group.complete : found.pageToken !== '';
  return (
    <section class="stack">
      <h3>{t('members')}</h3>
      <Search task={task} />
      <ul class="members" aria-label={t('members')}>
        {members.map((member) => (
          <GroupMemberRow
            key={member.userId}
            state={state}
            group={group}
            member={member}
            task={task}
          />
        ))}
      </ul>
      {members.length === 0 && <p class="muted small">{t('nobodyFound')}</p>}
      {hasMore && (
        <button
          type="button"
          disabled={task.busy}
          onClick={() => void task.run(() => groups.moreMembers())}
        >
          {t('moreMembers')}
        </button>
      )}
      <ProblemText text={task.problem} />
      {mayDo(group, 'add-members') && <AddMembers task={task} />}
      {mayDo(group, 'rename-self') && <NameHere group={group} task={task} />}
    </section>
  );
}

function Search({ task }: { task: Task }) {
  const { t } = useTexts();
  const { groups } = useActions();
  const [query, setQuery] = useState('');
  const [role, setRole] = useState<GroupRole | 'any'>('any');
  const search = (words: string, which: GroupRole | 'any'): void => {
    setQuery(words);
    setRole(which);
    void task.run(() => groups.search(words.trim(), which === 'any' ? undefined : which));
  };
  return (
    <div class="search">
      <TextField
        label={t('searchMembers')}
        name="search"
        value={query}
        maxLength={MAX_QUERY_LENGTH}
        onChange={(words) => search(words, role)}
      />
      <Choice
        label={t('memberRole')}
        value={role}
        options={[
          ['any', t('anyRole')],
          ['owner', t('roleOwner')],
          ['admin', t('roleAdmin')],
          ['member', t('roleMember')],
        ]}
        onChange={(which) => search(query, which)}
      />
    </div>
  );
}

function AddMembers({ task }: { task: Task }) {
  const { t } = useTexts();
  const { groups } = useActions();
  const [names, setNames] = useState('');
  const wanted = listIn(names);
  const add = async (): Promise<void> => {
    if (await task.run(() => groups.addMembers(wanted, ''))) setNames('');
  };
  return (
    <form
      class="line"
      onSubmit={(event) => {
        event.preventDefault();
        if (wanted.length > 0) void add();
      }}
    >
      <TextField
        label={t('addMembers')}
        name="add"
        value={names}
        maxLength={MAX_NAMES_LENGTH}
        placeholder="dave, erin"
        onChange={setNames}
      />
      <button type="submit" disabled={task.busy || wanted.length === 0}>
        {t('add')}
      </button>
    </form>
  );
}

function NameHere({ group, task }: { group: GroupInfo; task: Task }) {
  const { t } = useTexts();
  const { groups } = useActions();
  const { userId = '', name: known = '' } = group.self ?? {};
  const [typed, setTyped] = useState<string | undefined>(undefined);
  const name = typed ?? known;
  const save = async (): Promise<void> => {
    if (await task.run(() => groups.rename(userId, name.trim()))) setTyped(undefined);
  };
  return (
    <form
      class="line"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <TextField
        label={t('nameHere')}
        name="name-here"
        value={name}
        maxLength={100}
        onChange={setTyped}
      />
      <button type="submit" disabled={task.busy || name === known}>
        {t('save')}
      </button>
    </form>
  );
}
