import { useCallback, useEffect, useState } from 'preact/hooks';
import type { BackEnd, NamedUser } from '../session/back-end.js';
import type { ChatSession } from '../session/chat-session.js';
import type { Person } from '../session/person.js';
import { ChatPage } from './chat-page.js';
import { ProvideActions } from './page-context.js';
import { SignInPage } from './sign-in-page.js';
import { useTask } from './use-task.js';

export interface AppProps {
  readonly backEnd: BackEnd;
  readonly deviceSlot: string;
  /** Who to sign in as at once. */
  readonly initialName: string | undefined;
  /** Who was signed in before a reload: is shown without asking anybody. */
  readonly known: Person | undefined;
  /** Remembers who is signed in, for a reload. */
  readonly remember: (person: Person | undefined) => void;
  /** Without a token the session gets one by itself. */
  readonly openSession: (
    person: Person,
    token: string | undefined,
    onSignOut: () => void,
  ) => ChatSession;
}

export function App(props: AppProps) {
  const { backEnd, deviceSlot, initialName, remember, openSession } = props;
  const [session, setSession] = useState<ChatSession | undefined>(undefined);
  const { busy, problem, run } = useTask(initialName !== undefined);
  const people = usePeople(backEnd, session === undefined);

  const enter = useCallback((person: Person, token: string | undefined): void => {
    remember(person);
    const onSignOut = (): void => {
      remember(undefined);
      setSession(undefined);
    };
    setSession(openSession(person, token, onSignOut));
  }, []);
  const signIn = useCallback(async (name: string): Promise<void> => {
    await run(async () => {
      const { userId, socketUrl, token } = await backEnd.signIn(name);
      enter({ name, userId, socketUrl }, token);
    });
  }, []);
  useEffect(() => {
    const { known } = props;
    if (known !== undefined) void run(async () => enter(known, undefined));
    else if (initialName !== undefined) void signIn(initialName);
  }, []);

  if (session) {
    return (
      <ProvideActions value={session}>
        <ChatPage store={session.store} deviceSlot={deviceSlot} />
      </ProvideActions>
    );
  }
  return (
    <SignInPage
      people={people}
      busy={busy}
      problem={problem}
      onSignIn={(name) => void signIn(name)}
    />
  );
}

function usePeople(backEnd: BackEnd, wanted: boolean): readonly NamedUser[] {
  const [people, setPeople] = useState<readonly NamedUser[]>([]);
  useEffect(() => {
    // Only suggestions: without them one types.
    if (wanted) void backEnd.people().then(setPeople, () => undefined);
  }, [backEnd, wanted]);
  return people;
}
