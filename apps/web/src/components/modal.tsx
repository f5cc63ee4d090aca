import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Problem } from '../session/chat-actions.js';
import { useTexts } from './page-context.js';

interface ModalProps {
  readonly title: string;
  readonly confirm: string;
  readonly ready: boolean;
  /** Closes when it resolves; a Problem is shown. */
  readonly onConfirm: () => Promise<void>;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** A form over the page. Escape and Cancel close it. */
export function Modal({ title, confirm, ready, onConfirm, onClose, children }: ModalProps) {
  const { t } = useTexts();
  const dialog = useRef<HTMLDialogElement>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | undefined>(undefined);
  useEffect(() => dialog.current?.showModal(), []);

  const submit = async (): Promise<void> => {
    setBusy(true);
    setProblem(undefined);
    try {
      await onConfirm();
      onClose();
    } catch (error) {
      const known = error instanceof Problem;
      setProblem(known ? t(error.key, ...error.values) : t('problem', String(error)));
      setBusy(false);
    }
  };
  return (
    <dialog ref={dialog} class="modal" aria-label={title} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (ready && !busy) void submit();
        }}
      >
        <h2>{title}</h2>
        {children}
        {problem !== undefined && (
          <p class="problem" role="alert">
            {problem}
          </p>
        )}
        <div class="modal-buttons">
          <button type="button" onClick={onClose}>
            {t('cancel')}
          </button>
          <button type="submit" class="primary" disabled={!ready || busy}>
            {confirm}
          </button>
        </div>
      </form>
    </dialog>
  );
}
