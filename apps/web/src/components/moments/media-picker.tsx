import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { Problem } from '../../session/chat-actions.js';
import { MAX_IMAGES, type MediaInfo, type VideoInfo } from '../../state/moments-state.js';
import { useActions, useTexts } from '../page-context.js';
import { ProblemText } from '../sheet.js';
import { useTask } from '../use-task.js';
import { mediaPath } from './media-path.js';

const PICTURES = 'image/jpeg,image/png,image/gif,image/webp';
const VIDEOS = 'video/mp4,video/webm';

interface MediaPickerProps {
  readonly images: readonly MediaInfo[];
  readonly video: VideoInfo | undefined;
  readonly onImages: (change: (images: readonly MediaInfo[]) => readonly MediaInfo[]) => void;
  readonly onVideo: (video: VideoInfo | undefined) => void;
  readonly onBusy: (busy: boolean) => void;
}

/** Pictures or a video, which are uploaded as soon as they are chosen. */
export function MediaPicker({ images, video, onImages, onVideo, onBusy }: MediaPickerProps) {
  const { t } = useTexts();
  const { moments } = useActions();
  const { busy, problem, run } = useTask();
  useEffect(() => onBusy(busy), [busy]);
  const addPictures = async (files: readonly File[]): Promise<void> => {
    if (images.length + files.length > MAX_IMAGES) {
      throw new Problem('tooManyPictures', String(MAX_IMAGES));
    }
    for (const file of files) {
      const image = await moments.uploadImage(file);
      onImages((now) => [...now, image]);
    }
  };
  const addVideo = async ([file]: readonly File[]): Promise<void> => {
    if (file) onVideo(await moments.uploadVideo(file));
  };
  return (
    <div class="media-picker">
      <div class="chosen">
        {images.map((image, index) => (
          <Chosen
            key={image.url}
            onRemove={() => onImages((now) => now.filter((_, at) => at !== index))}
          >
            <img src={mediaPath(image.url)} alt={t('picture', index + 1)} />
          </Chosen>
        ))}
        {video && (
          <Chosen onRemove={() => onVideo(undefined)}>
            <video src={mediaPath(video.url)} preload="metadata" aria-label={t('video')} />
          </Chosen>
        )}
      </div>
      {!video && images.length < MAX_IMAGES && (
        <FileButton
          label={t('addPictures')}
          accept={PICTURES}
          multiple
          disabled={busy}
          onFiles={(files) => void run(() => addPictures(files))}
        />
      )}
      {!video && images.length === 0 && (
        <FileButton
          label={t('addVideo')}
          accept={VIDEOS}
          multiple={false}
          disabled={busy}
          onFiles={(files) => void run(() => addVideo(files))}
        />
      )}
      {busy && <span class="muted small">{t('uploading')}</span>}
      <ProblemText text={problem} />
    </div>
  );
}

function Chosen({ children, onRemove }: { children: ComponentChildren; onRemove: () => void }) {
  const { t } = useTexts();
  return (
    <span class="picture">
      {children}
      <button
        type="button"
        title={t('removeMedia')}
        aria-label={t('removeMedia')}
        onClick={onRemove}
      >
        ×
      </button>
    </span>
  );
}

interface FileButtonProps {
  readonly label: string;
  readonly accept: string;
  readonly multiple: boolean;
  readonly disabled: boolean;
  readonly onFiles: (files: readonly File[]) => void;
}

function FileButton({ label, accept, multiple, disabled, onFiles }: FileButtonProps) {
  return (
    <label class="file-button">
      <span>{label}</span>
      <input
        type="file"
        accept={accept}
        multiple={multiple}
        disabled={disabled}
        onChange={(event) => {
          const input = event.currentTarget;
          onFiles([...(input.files ?? [])]);
          // So that the same file can be chosen again.
          input.value = '';
        }}
      />
    </label>
  );
}
