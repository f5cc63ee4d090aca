import { useState } from 'preact/hooks';
import type { MediaInfo, PostInfo } from '../../state/moments-state.js';
import { useTexts } from '../page-context.js';
import { Lightbox } from './lightbox.js';
import { mediaPath } from './media-path.js';
import { safeUrl } from './post-extras.js';

/** Up to nine pictures in a grid that open large, or a video. */
export function PostMedia({ post: { images, video } }: { post: PostInfo }) {
  const { t } = useTexts();
  const [open, setOpen] = useState<number | undefined>(undefined);
  const path = video && mediaPath(video.url);
  const own = images.flatMap(({ url }) => mediaPath(url) ?? []);
  return (
    <>
      {images.length > 0 && (
        <div class={`pictures count-${Math.min(images.length, 9)}`}>
          {images.map((image, index) => (
            <Picture
              key={`${index} ${image.url}`}
              image={image}
              label={t('picture', index + 1)}
              onOpen={(shown) => setOpen(own.indexOf(shown))}
            />
          ))}
        </div>
      )}
      {path !== undefined && (
        <video class="post-video" src={path} controls preload="metadata" aria-label={t('video')} />
      )}
      {video && path === undefined && <Elsewhere url={video.url} label={t('video')} />}
      {open !== undefined && (
        <Lightbox paths={own} first={open} onClose={() => setOpen(undefined)} />
      )}
    </>
  );
}

interface PictureProps {
  readonly image: MediaInfo;
  readonly label: string;
  readonly onOpen: (path: string) => void;
}

function Picture({ image: { url }, label, onOpen }: PictureProps) {
  const { t } = useTexts();
  const path = mediaPath(url);
  if (path === undefined) return <Elsewhere url={url} label={t('elsewhere')} />;
  return (
    <button type="button" class="picture" aria-label={label} onClick={() => onOpen(path)}>
      <img src={path} alt="" loading="lazy" />
    </button>
  );
}

function Elsewhere({ url, label }: { url: string; label: string }) {
  return (
    <a class="elsewhere small" href={safeUrl(url)} target="_blank" rel="noopener noreferrer">
      {label}
    </a>
  );
}
