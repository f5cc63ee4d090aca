import { useState } from 'preact/hooks';
import { Avatar } from './avatar.js';
import { Icon } from './icons.js';
import { useTexts } from './page-context.js';

interface SignInPageProps {
  readonly people: readonly { readonly userId: string; readonly name: string }[];
  readonly busy: boolean;
  /** Why the last attempt failed. */
  readonly problem: string | undefined;
  readonly onSignIn: (name: string) => void;
}

export function SignInPage({ people, busy, problem, onSignIn }: SignInPageProps) {
  const { t } = useTexts();
  const [name, setName] = useState('');
  return (
    <main class="sign-in">
      <form
        class="card"
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim() !== '') onSignIn(name);
        }}
      >
        <div class="logo">
          <Icon name="bridge" size={40} />
        </div>
        <h1>{t('appName')}</h1>
        <p class="muted">{t('tagline')}</p>
        <label class="field">
          <span>{t('yourName')}</span>
          <input
            name="name"
            value={name}
            maxLength={40}
            autocomplete="off"
            autofocus
            onInput={(event) => setName(event.currentTarget.value)}
          />
        </label>
        <button class="primary" type="submit" disabled={busy || name.trim() === ''}>
          {t(busy ? 'signingIn' : 'signIn')}
        </button>
        {problem !== undefined && (
          <p class="problem" role="alert">
            {problem}
          </p>
        )}
        <People people={people} busy={busy} onSignIn={onSignIn} />
        <p class="muted small">{t('demoNote')}</p>
      </form>
    </main>
  );
}

function People({ people, busy, onSignIn }: Omit<SignInPageProps, 'problem'>) {
  const { t } = useTexts();
  if (people.length === 0) return null;
  return (
    <section class="people" aria-label={t('suggestions')}>
      <p class="muted small">{t('suggestions')}</p>
      <div class="chips">
        {people.map(({ userId, name }) => (
          <button
            key={userId}
            class="chip"
            type="button"
            disabled={busy}
            onClick={() => onSignIn(name)}
          >
            <Avatar id={userId} name={name} size="small" />
            {name}
          </button>
        ))}
      </div>
    </section>
  );
}
