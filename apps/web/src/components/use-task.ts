import { useState } from 'preact/hooks';
import { Problem } from '../session/chat-actions.js';
import { useTexts } from './page-context.js';

export interface Task {
  readonly busy: boolean;
  /** Why the last one did not work, in the language of the page. */
  readonly problem: string | undefined;
  /** Runs something that may throw a Problem; resolves with whether it worked. */
  readonly run: (work: () => Promise<unknown>) => Promise<boolean>;
}

/**
 * One thing at a time that a person waits for.
 *
 * @param busyAtFirst something will be run at once.
 */
export function useTask(busyAtFirst = false): Task {
  const { t } = useTexts();
  const [busy, setBusy] = useState(busyAtFirst);
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const run = async (work: () => Promise<unknown>): Promise<boolean> => {
    setBusy(true);
    setProblem(undefined);
    try {
      await work();
      return true;
    } catch (error) {
      const known = error instanceof Problem;
      setProblem(known ? t(error.key, ...error.values) : t('problem', String(error)));
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { busy, problem, run };
}
