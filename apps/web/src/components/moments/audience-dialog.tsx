import { useState } from 'preact/hooks';
import { FOR_FRIENDS, isSendable } from '../../state/moments-state.js';
import { Modal } from '../modal.js';
import { useActions, useTexts } from '../page-context.js';
import { AudiencePicker } from './audience-picker.js';
import type { PostProps } from './post-card.js';

/** For whom an own post is from now on. */
export function AudienceDialog({ state, post, onClose }: PostProps & { onClose: () => void }) {
  const { t } = useTexts();
  const { moments } = useActions();
  const [audience, setAudience] = useState(post.audience ?? FOR_FRIENDS);
  return (
    <Modal
      title={t('whoSees')}
      confirm={t('save')}
      ready={isSendable({ ...post, text: 'x' }, audience)}
      onConfirm={() => moments.setAudience(post.postId, audience)}
      onClose={onClose}
    >
      <AudiencePicker state={state} value={audience} onChange={setAudience} />
    </Modal>
  );
}
