import { useState } from 'preact/hooks';
import { useTexts } from './page-context.js';

interface SureButtonProps {
  readonly label: string;
  readonly disabled?: boolean;
  readonly onSure: () => void;
}

/** Asks once more before it does what cannot be undone. */
export function SureButton({ label, disabled = false, onSure }: SureButtonProps) {
  const { t } = useTexts();
  const [asked, setAsked] = useState(false);
  return (
    <button
      type="button"
      class={asked ? 'alarm' : ''}
      disabled={disabled}
      onBlur={() => setAsked(false)}
      onClick={() => (asked ? onSure() : setAsked(true))}
    >
      {asked ? t('sure', label) : label}
    </button>
  );
}
