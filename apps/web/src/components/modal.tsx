import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { useTexts } from './page-context.js';
import { ProblemText } from './sheet.js';
import { useTask } from './use-task.js';

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
  const { busy, problem, run } = useTask();
  useEffect(() => dialog.current?.showModal(), []);

  const submit = async (): Promise<void> => {
    if (await run(onConfirm)) onClose();
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
        <ProblemText text={problem} />
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
