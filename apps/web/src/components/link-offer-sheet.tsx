import type { LinkOffer } from '../state/group-state.js';
import { useActions, useTexts } from './page-context.js';
import { ProblemText, Sheet } from './sheet.js';
import { useTask } from './use-task.js';

/** Asks whether to come into the group that the address leads to. */
export function LinkOfferSheet({ offer }: { offer: LinkOffer }) {
  const { t } = useTexts();
  const { groups } = useActions();
  const { busy, problem, run } = useTask();
  const { groupName, memberCount } = offer;
  const nowhere = groupName === '';
  return (
    <Sheet title={t('joinGroup')} onClose={() => groups.dropOffer()}>
      <p>{nowhere ? t('linkNowhere') : t('linkOffer', groupName, memberCount)}</p>
      <ProblemText text={problem} />
      {!nowhere && (
        <button
          type="button"
          class="primary"
          disabled={busy}
          onClick={() => void run(() => groups.takeOffer())}
        >
          {t('join')}
        </button>
      )}
    </Sheet>
  );
}
