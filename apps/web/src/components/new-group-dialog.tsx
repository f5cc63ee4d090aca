import { useState } from 'preact/hooks';
import { listIn } from '../text/lists.js';
import { Modal } from './modal.js';
import { useActions, useTexts } from './page-context.js';
import { TextField } from './text-field.js';

/** As the server allows. */
const MAX_GROUP_NAME_LENGTH = 100;
const MAX_MEMBERS_TEXT_LENGTH = 4_000;

export function NewGroupDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTexts();
  const actions = useActions();
  const [name, setName] = useState('');
  const [members, setMembers] = useState('');
  const memberNames = listIn(members);
  return (
    <Modal
      title={t('newGroup')}
      confirm={t('create')}
      ready={name.trim() !== '' && memberNames.length > 0}
      onConfirm={() => actions.createGroup(name.trim(), memberNames)}
      onClose={onClose}
    >
      <TextField
        label={t('groupName')}
        name="group"
        value={name}
        maxLength={MAX_GROUP_NAME_LENGTH}
        autofocus
        onChange={setName}
      />
      <TextField
        label={t('memberNames')}
        name="members"
        value={members}
        maxLength={MAX_MEMBERS_TEXT_LENGTH}
        placeholder="bob, carol"
        onChange={setMembers}
      />
    </Modal>
  );
}
