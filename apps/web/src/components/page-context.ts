import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { ChatActions } from '../session/chat-actions.js';
import type { Language, Translate } from '../text/strings.js';
import type { Times } from '../text/times.js';

export interface Texts {
  readonly language: Language;
  readonly t: Translate;
  readonly times: Times;
}

const TextsContext = createContext<Texts | undefined>(undefined);
const ActionsContext = createContext<ChatActions | undefined>(undefined);

export const ProvideTexts = TextsContext.Provider;
export const ProvideActions = ActionsContext.Provider;

export function useTexts(): Texts {
  const texts = useContext(TextsContext);
  if (!texts) throw new Error('ProvideTexts is missing');
  return texts;
}

export function useActions(): ChatActions {
  const actions = useContext(ActionsContext);
  if (!actions) throw new Error('ProvideActions is missing');
  return actions;
}
