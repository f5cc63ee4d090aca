import { useEffect, useState } from 'preact/hooks';
import type { Connection } from '../state/chat-state.js';
import { useActions, useTexts } from './page-context.js';

/** Close code of a session whose device signed in elsewhere. */
const REPLACED = 4203;

/** Says what is wrong with the connection; nothing while all is well. */
export function ConnectionBanner({ connection }: { connection: Connection }) {
  const { t } = useTexts();
  const actions = useActions();
  if (connection.kind === 'waiting') return <Waiting retryAtMs={connection.retryAtMs} />;
  if (connection.kind === 'connecting' || connection.kind === 'syncing') {
    return (
      <p class="banner calm" role="status">
        {t(connection.kind)}
      </p>
    );
  }
  if (connection.kind !== 'signed-out') return null;
  const replaced = connection.code === REPLACED;
  return (
    <p class="banner alarm" role="alert">
      <span>{replaced ? t('replaced') : t('signedOut', connection.reason)}</span>
      <button type="button" onClick={() => (replaced ? actions.useHere() : actions.signOut())}>
        {t(replaced ? 'useHere' : 'signInAgain')}
      </button>
    </p>
  );
}

function Waiting({ retryAtMs }: { retryAtMs: number }) {
  const { t } = useTexts();
  const [nowMs, setNowMs] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), 500);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.ceil((retryAtMs - nowMs) / 1_000);
  return (
    <p class="banner warning" role="status">
      {seconds > 0 ? t('reconnecting', seconds) : t('reconnectingNow')}
    </p>
  );
}
