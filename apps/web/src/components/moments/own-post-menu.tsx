import { useState } from 'preact/hooks';
import { useActions, useTexts } from '../page-context.js';
import { ProblemText } from '../sheet.js';
import { SureButton } from '../sure-button.js';
import { useTask } from '../use-task.js';
import { AudienceDialog } from './audience-dialog.js';
import type { PostProps } from './post-card.js';
import { PostComposer } from './post-composer.js';

/** What its author may do with a post. */
export function OwnPostMenu({ state, post }: PostProps) {
  const { t } = useTexts();
  const { moments } = useActions();
  const { busy, problem, run } = useTask();
  const [open, setOpen] = useState<'edit' | 'audience' | undefined>(undefined);
  const close = (): void => setOpen(undefined);
  return (
    <span class="post-menu">
      <button type="button" class="plain" onClick={() => setOpen('edit')}>
        {t('edit')}
      </button>
      <button type="button" class="plain" onClick={() => setOpen('audience')}>
        {t('changeAudience')}
      </button>
      <SureButton
        label={t('remove')}
        disabled={busy}
        onSure={() => void run(() => moments.remove(post.postId))}
      />
      <ProblemText text={problem} />
      {open === 'edit' && <PostComposer state={state} edited={post} onClose={close} />}
      {open === 'audience' && <AudienceDialog state={state} post={post} onClose={close} />}
    </span>
  );
}
