import { useState } from 'preact/hooks';
import type { ChatState } from '../../state/chat-state.js';
import {
  draftOf,
  FOR_FRIENDS,
  isSendable,
  NO_DRAFT,
  type PostDraft,
  type PostInfo,
} from '../../state/moments-state.js';
import { Modal } from '../modal.js';
import { useActions, useTexts } from '../page-context.js';
import { AudiencePicker } from './audience-picker.js';
import { ExtrasPicker } from './extras-picker.js';
import { MediaPicker } from './media-picker.js';
import { PeoplePicker } from './people-picker.js';

/** Characters; the server counts bytes and says so when it is too much. */
const MAX_TEXT_LENGTH = 16_384;

interface PostComposerProps {
  readonly state: ChatState;
  /** An own post that gets other words; left out: a new one. */
  readonly edited?: PostInfo;
  readonly onClose: () => void;
}

/** Where a post is written. */
export function PostComposer({ state, edited, onClose }: PostComposerProps) {
  const { t } = useTexts();
  const { moments } = useActions();
  const [draft, setDraft] = useState<PostDraft>(edited ? draftOf(edited) : NO_DRAFT);
  const [audience, setAudience] = useState(FOR_FRIENDS);
  const [uploading, setUploading] = useState(false);
  /** Uploads end while other things are written. */
  const set = (change: Partial<PostDraft>): void => setDraft((now) => ({ ...now, ...change }));
  const save = (): Promise<void> =>
    edited ? moments.edit(edited.postId, draft) : moments.publish(draft, audience);
  return (
    <Modal
      title={t(edited ? 'editPost' : 'newPost')}
      confirm={t(edited ? 'save' : 'publish')}
      ready={isSendable(draft, audience) && !uploading}
      onConfirm={save}
      onClose={onClose}
    >
      <textarea
        class="post-field"
        name="post"
        rows={4}
        value={draft.text}
        maxLength={MAX_TEXT_LENGTH}
        placeholder={t('postText')}
        aria-label={t('postText')}
        onInput={(event) => set({ text: event.currentTarget.value })}
      />
      <MediaPicker
        images={draft.images}
        video={draft.video}
        onImages={(change) => setDraft((now) => ({ ...now, images: change(now.images) }))}
        onVideo={(video) => set({ video })}
        onBusy={setUploading}
      />
      <ExtrasPicker draft={draft} onChange={set} />
      <details>
        <summary>{t('mentionPeople')}</summary>
        <PeoplePicker
          state={state}
          label={t('mentionPeople')}
          chosen={draft.mentionedIds}
          onChange={(mentionedIds) => set({ mentionedIds })}
        />
      </details>
      {!edited && <AudiencePicker state={state} value={audience} onChange={setAudience} />}
    </Modal>
  );
}
