import type { Kind, Range } from './plain-moments.js';

export const PEOPLE = ['ann', 'bob', 'carol', 'dave', 'eve', 'frank', 'gina', 'hal'] as const;
/** Whatever number a program names. */
export function personAt(place: number): string {
  return PEOPLE[place % PEOPLE.length] ?? '';
}

export const TAGS = ['work', 'family'] as const;

/** People and posts by places in lists, which are as long as they are by then: so every part of a program is one too. */
export interface AudiencePick {
  readonly kind: Kind;
  readonly people: readonly number[];
  readonly tags: readonly string[];
}

export const LISTS = [
  'timeline',
  'new posts',
  'person',
  'post',
  'likes',
  'comments',
  'notices',
] as const;

export type Step =
  | {
      readonly do: 'post';
      readonly who: number;
      readonly audience: AudiencePick;
      readonly mentions: readonly number[];
    }
  | {
      readonly do: 'edit';
      readonly post: number;
      readonly by: number;
      readonly mentions: readonly number[];
    }
  | {
      readonly do: 'set audience';
      readonly post: number;
      readonly by: number;
      readonly audience: AudiencePick;
    }
  | { readonly do: 'delete'; readonly post: number; readonly by: number }
  /** As if it had been made so many days before. */
  | { readonly do: 'age'; readonly post: number; readonly days: number }
  | {
      readonly do: 'befriend' | 'part' | 'block' | 'unblock';
      readonly who: number;
      readonly whom: number;
    }
  | {
      readonly do: 'note';
      readonly who: number;
      readonly whom: number;
      readonly change: {
        readonly tags?: readonly string[];
        readonly hideMine?: boolean;
        readonly hideTheirs?: boolean;
      };
    }
  | { readonly do: 'set range'; readonly who: number; readonly range: Range }
  | { readonly do: 'like' | 'unlike'; readonly who: number; readonly post: number }
  | { readonly do: 'share'; readonly who: number; readonly post: number }
  | {
      readonly do: 'comment';
      readonly who: number;
      readonly post: number;
      /** Null: none. */
      readonly answers: number | null;
    }
  | {
      readonly do: 'delete comment';
      readonly comment: number;
      readonly by: 'writer' | 'author' | 'somebody';
      readonly who: number;
    }
  /** As read, up to one of them. */
  | { readonly do: 'mark'; readonly who: number; readonly pick: number }
  /** All jobs that wait. */
  | { readonly do: 'work' }
  | {
      readonly do: 'read';
      readonly list: (typeof LISTS)[number];
      readonly who: number;
      readonly pick: number;
      readonly limit: number;
    };

export type StepOf<Name extends Step['do']> = Extract<Step, { do: Name }>;

export interface Program {
  readonly friends: readonly (readonly [number, number])[];
  readonly steps: readonly Step[];
}
