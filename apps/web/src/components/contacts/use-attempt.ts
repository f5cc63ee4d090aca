import { useState } from 'preact/hooks';
import { Problem } from '../../session/chat-actions.js';
import { useTexts } from '../page-context.js';

/** Something that a person tries with a button: what went wrong is told until the next attempt. */
export function useAttempt(): {
  readonly busy: boolean;
  readonly problem: string | undefined;
  readonly attempt: (work: () => Promise<void>) => void;
} {
  const { t } = useTexts();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const run = async (work: () => Promise<void>): Promise<void> => {
    setBusy(true);
    setProblem(undefined);
    try {
      await work();
    } catch (error) {
      const known = error instanceof Problem;
      setProblem(known ? t(error.key, ...error.values) : t('problem', String(error)));
    }
    setBusy(false);
  };
  return { busy, problem, attempt: (work) => void run(work) };
}
