import { nameOf } from '../../state/conversation-view.js';
import { FOR_FRIENDS } from '../../state/moments-state.js';
import { Icon } from '../icons.js';
import { useTexts } from '../page-context.js';
import { AUDIENCE_NAMES } from './audience-picker.js';
import type { PostProps } from './post-card.js';

/** For whom an own post is; nothing when it is for all friends. */
export function AudienceMark({ state, post }: PostProps) {
  const { t } = useTexts();
  const { kind, userIds, tags } = post.audience ?? FOR_FRIENDS;
  if (kind === 'friends') return null;
  const names = [...userIds.map((id) => nameOf(state, id)), ...tags];
  const words = [t(AUDIENCE_NAMES[kind]), names.join(', ')].filter(Boolean).join(': ');
  return (
    <span class="audience" title={words} data-audience={kind}>
      <Icon name={kind === 'private' ? 'lock' : 'group'} size={13} /> {t(AUDIENCE_NAMES[kind])}
    </span>
  );
}
