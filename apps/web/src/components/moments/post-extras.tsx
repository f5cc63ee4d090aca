import { nameOf } from '../../state/conversation-view.js';
import { Icon } from '../icons.js';
import { useTexts } from '../page-context.js';
import type { PostProps } from './post-card.js';

/** Link card, place, and who is mentioned. */
export function PostExtras({ state, post }: PostProps) {
  const { t } = useTexts();
  const { link, location, mentionedIds } = post;
  const names = mentionedIds.map((id) => `@${nameOf(state, id)}`).join(' ');
  return (
    <>
      {link && (
        <a class="link-card" href={safeUrl(link.url)} target="_blank" rel="noopener noreferrer">
          <strong>{link.title || link.url}</strong>
          {link.description !== '' && <span class="muted small">{link.description}</span>}
        </a>
      )}
      {location && (
        <p class="small place">
          <Icon name="place" size={14} /> {location.name}
        </p>
      )}
      {names !== '' && <p class="small mentioned">{t('mentions', names)}</p>}
    </>
  );
}

/** What others wrote leads to a page or nowhere. */
export function safeUrl(url: string): string | undefined {
  return /^https?:\/\//i.test(url) ? url : undefined;
}
