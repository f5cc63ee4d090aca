import { useEffect, useState } from 'preact/hooks';
import { joinHashOf } from '../session/launch.js';
import type { LinkInfo } from '../state/group-state.js';
import { useActions, useTexts } from './page-context.js';
import { ProblemText } from './sheet.js';
import { useTask } from './use-task.js';

/** Links that let anybody in who has them. */
export function GroupLinks({ links }: { links: readonly LinkInfo[] }) {
  const { t } = useTexts();
  const { groups } = useActions();
  const { busy, problem, run } = useTask();
  const [copied, setCopied] = useState('');
  useEffect(() => void run(() => groups.showLinks()), []);
  const copy = async (token: string): Promise<void> => {
    await navigator.clipboard.writeText(addressOf(token));
    setCopied(token);
  };
  return (
    <section class="stack">
      <h3>{t('joinLinks')}</h3>
      <ul class="links">
        {links.map(({ token, uses }) => (
          <li key={token} data-link={token}>
            <input readOnly value={addressOf(token)} aria-label={t('joinLinks')} />
            <span class="muted small">{t('linkUses', uses)}</span>
            {/* Without a secure origin a browser lets no page copy: then one copies by hand. */}
            {'clipboard' in navigator && (
              <button type="button" onClick={() => void run(() => copy(token))}>
                {t(copied === token ? 'copied' : 'copyLink')}
              </button>
            )}
            <button
              type="button"
              disabled={busy}
              onClick={() => void run(() => groups.revokeLink(token))}
            >
              {t('revokeLink')}
            </button>
          </li>
        ))}
      </ul>
      <button type="button" disabled={busy} onClick={() => void run(() => groups.createLink())}>
        {t('createLink')}
      </button>
      <ProblemText text={problem} />
    </section>
  );
}

function addressOf(token: string): string {
  return `${location.origin}${location.pathname}${joinHashOf(token)}`;
}
