import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Icon } from './icons.js';
import { useTexts } from './page-context.js';

/** Key code that browsers give while an input method composes; Safari reports Enter so, after isComposing has ended. */
const COMPOSING = 229;

interface ComposerProps {
  /** What was written earlier and not sent. */
  readonly draft: string;
  readonly onDraft: (text: string) => void;
  readonly onSend: (text: string) => void;
}

/** Enter sends, Shift+Enter begins a line, and an Enter that picks a word of an input method does neither. */
export function Composer({ draft, onDraft, onSend }: ComposerProps) {
  const { t } = useTexts();
  const [text, setText] = useState(draft);
  const area = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => fitHeight(area.current), [text]);
  useLayoutEffect(() => {
    // On a phone the keyboard would cover what was just opened.
    if (matchMedia('(pointer: fine)').matches) area.current?.focus();
  }, []);

  const change = (value: string): void => {
    setText(value);
    onDraft(value);
  };
  const send = (): void => {
    if (text.trim() === '') return;
    onSend(text.trim());
    change('');
    area.current?.focus();
  };
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <textarea
        ref={area}
        name="message"
        rows={1}
        value={text}
        placeholder={t('writeMessage')}
        aria-label={t('message')}
        onInput={(event) => change(event.currentTarget.value)}
        onKeyDown={(event) => {
          const composing = event.isComposing || event.keyCode === COMPOSING;
          if (event.key !== 'Enter' || event.shiftKey || composing) return;
          event.preventDefault();
          send();
        }}
      />
      <button
        class="primary round"
        type="submit"
        disabled={text.trim() === ''}
        aria-label={t('send')}
      >
        <Icon name="send" />
      </button>
    </form>
  );
}

function fitHeight(area: HTMLTextAreaElement | null): void {
  if (!area) return;
  area.style.height = 'auto';
  area.style.height = `${area.scrollHeight}px`;
}
