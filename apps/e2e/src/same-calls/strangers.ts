import type { JsonObject } from '@queqiao/testkit';
import type { Scene } from './scene.js';

/** A request about one app's own, and the same about what no app has. */
export interface Swapped {
  readonly request: JsonObject;
  /** How to speak of either alike: by what is named in the one request, and in the other. */
  readonly names: {
    readonly foreign: ReadonlyMap<string, string>;
    readonly nobodys: ReadonlyMap<string, string>;
  };
}

/** Every name of the scene's users, groups and conversations, and every id that was made up for it, by one that nobody has. */
export function swapped(request: JsonObject, scene: Scene, number: number): Swapped {
  // A token is a place in a list, and names nothing.
  const madeUp = [...scene.madeUp].filter(([, name]) => !name.startsWith('<token'));
  const swaps: (readonly [string, string])[] = [
    [`-${scene.number}`, `-${number}`],
    [`"${1_000 + scene.number}`, `"${1_000 + number}`],
    ...madeUp.map(([id]) => [`"${id}"`, `"${another(id)}"`] as const),
  ];
  const text = JSON.stringify(request);
  const used = swaps.filter(([foreign]) => text.includes(foreign));
  const other = used.reduce((said, [foreign, nobodys]) => said.replaceAll(foreign, nobodys), text);
  const named = (which: 0 | 1) =>
    new Map(used.map((swap, at) => [swap[which].replaceAll('"', ''), `<strange ${at}>`]));
  return {
    request: JSON.parse(other) as JsonObject,
    names: { foreign: named(0), nobodys: named(1) },
  };
}

/** Of the same alphabet and length. */
function another(id: string): string {
  const [, code = '', rest = id] = /^(\d{4}-)(.*)$/.exec(id) ?? [];
  return code + rest.split('').reverse().join('');
}
