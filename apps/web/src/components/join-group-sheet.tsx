import { useState } from 'preact/hooks';
import { useActions, useTexts } from './page-context.js';
import { ProblemText, Sheet } from './sheet.js';
import { TextField } from './text-field.js';
import { useTask } from './use-task.js';

/** As the server allows. */
const MAX_ID_LENGTH = 64;
const MAX_WORDS_LENGTH = 200;

/** Comes into a public group whose id one knows, or applies. */
export function JoinGroupSheet({ onClose }: { onClose: () => void }) {
  const { t } = useTexts();
  const { groups } = useActions();
  const { busy, problem, run } = useTask();
  const [groupId, setGroupId] = useState('');
  const [words, setWords] = useState('');
  const [waits, setWaits] = useState(false);
  const join = async (): Promise<void> => {
    const joined = await groups.join(groupId.trim(), words.trim());
    if (joined) onClose();
    else setWaits(true);
  };
  return (
    <Sheet title={t('joinGroup')} onClose={onClose}>
      {waits ? (
        <p role="status">{t('applied')}</p>
      ) : (
        <form
          class="stack"
          onSubmit={(event) => {
            event.preventDefault();
            if (groupId.trim() !== '') void run(join);
          }}
        >
          <TextField
            label={t('groupId')}
            name="group-id"
            value={groupId}
            maxLength={MAX_ID_LENGTH}
            autofocus
            onChange={setGroupId}
          />
          <TextField
            label={t('joinWords')}
            name="words"
            value={words}
            maxLength={MAX_WORDS_LENGTH}
            onChange={setWords}
          />
          <ProblemText text={problem} />
          <button type="submit" class="primary" disabled={busy || groupId.trim() === ''}>
            {t('join')}
          </button>
        </form>
      )}
    </Sheet>
  );
}
