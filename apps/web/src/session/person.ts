/** Who is signed in in this tab: enough to show what the device has kept before anything can be reached. */
export interface Person {
  readonly name: string;
  readonly userId: string;
  readonly socketUrl: string;
}

/** A place for small texts that a tab keeps over a reload, such as sessionStorage. */
export interface TabStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

const KEY = 'queqiao.person';

export function rememberedPerson(storage: TabStorage): Person | undefined {
  try {
    const known = JSON.parse(storage.getItem(KEY) ?? 'null') as Partial<Person> | null;
    const { name, userId, socketUrl } = known ?? {};
    return name && userId && socketUrl ? { name, userId, socketUrl } : undefined;
  } catch {
    return undefined;
  }
}

export function rememberPerson(storage: TabStorage, person: Person | undefined): void {
  if (person === undefined) storage.removeItem(KEY);
  else storage.setItem(KEY, JSON.stringify(person));
}
