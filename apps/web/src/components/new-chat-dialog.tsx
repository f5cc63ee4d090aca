import { useState } from 'preact/hooks';
import { Modal } from './modal.js';
import { useActions, useTexts } from './page-context.js';
import { TextField } from './text-field.js';

export function NewChatDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTexts();
  const actions = useActions();
  const [name, setName] = useState('');
  return (
    <Modal
      title={t('newChat')}
      confirm={t('start')}
      ready={name.trim() !== ''}
      onConfirm={() => actions.startChat(name)}
      onClose={onClose}
    >
      <TextField
        label={t('personName')}
        name="person"
        value={name}
        maxLength={40}
        placeholder="bob"
        autofocus
        onChange={setName}
      />
    </Modal>
  );
}
