import { useEffect, useRef, useState } from 'preact/hooks';
import { useTexts } from '../page-context.js';

interface LightboxProps {
  readonly paths: readonly string[];
  readonly first: number;
  readonly onClose: () => void;
}

/** Pictures of a post, one at a time and large. Arrow keys go on, Escape and a click beside it close it. */
export function Lightbox({ paths, first, onClose }: LightboxProps) {
  const { t } = useTexts();
  const dialog = useRef<HTMLDialogElement>(null);
  const [at, setAt] = useState(first);
  useEffect(() => dialog.current?.showModal(), []);
  const go = (by: number): void => setAt((at + by + paths.length) % paths.length);
  return (
    <dialog
      ref={dialog}
      class="lightbox"
      aria-label={t('picture', at + 1)}
      onClose={onClose}
      onClick={(event) => {
        if (event.target === event.currentTarget) onClose();
      }}
      onKeyDown={(event) => {
        if (event.key === 'ArrowRight') go(1);
        if (event.key === 'ArrowLeft') go(-1);
      }}
    >
      <img src={paths[at]} alt={t('picture', at + 1)} onClick={() => go(1)} />
      <footer>
        <span class="small">{`${at + 1} / ${paths.length}`}</span>
        <button type="button" onClick={onClose}>
          {t('close')}
        </button>
      </footer>
    </dialog>
  );
}
