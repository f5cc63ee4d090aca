import type { MomentsState } from '../../state/moments-state.js';
import { Icon } from '../icons.js';
import { useActions, useTexts } from '../page-context.js';

/** Opens the posts: with how many notices were not read, else with a dot for posts that were not looked at. */
export function MomentsButton({ moments }: { moments: MomentsState }) {
  const { t } = useTexts();
  const actions = useActions();
  const { view, unreadNotices, hasNew } = moments;
  return (
    <button
      type="button"
      class="plain with-dot"
      title={t('moments')}
      aria-label={t('moments')}
      aria-current={view !== undefined}
      onClick={() => actions.moments.open({ kind: 'timeline' })}
    >
      <Icon name="aperture" />
      <NewsMark unread={unreadNotices} hasNew={hasNew} />
    </button>
  );
}

export function NewsMark({ unread, hasNew }: { unread: number; hasNew: boolean }) {
  const { t } = useTexts();
  if (unread > 0) {
    return (
      <span class="badge red" role="status" aria-label={t('newNotices', unread)}>
        {unread > 99 ? '99+' : unread}
      </span>
    );
  }
  return hasNew ? <span class="red-dot" role="status" aria-label={t('newPosts')} /> : null;
}
