/**
 * A JSON merge patch of `name=value` and, to go back to the default, `name=`. Names may have parts (`devicePolicy.mode`); values
 * are JSON, or else text. Whether the settings exist and may have these values the service judges.
 */
export function settingsPatch(assignments: readonly string[]): string {
  const patch = new Map<string, unknown>();
  for (const assignment of assignments) {
    const equals = assignment.indexOf('=');
    if (equals < 1) throw new Error(`${assignment}: say name=value`);
    const path = assignment.slice(0, equals).split('.');
    assign(patch, path, valueOf(assignment.slice(equals + 1)));
  }
  return JSON.stringify(toObject(patch));
}

function assign(patch: Map<string, unknown>, [name = '', ...rest]: string[], value: unknown): void {
  if (rest.length === 0) {
    patch.set(name, value);
    return;
  }
  const before = patch.get(name);
  const inner = before instanceof Map ? (before as Map<string, unknown>) : new Map();
  patch.set(name, inner);
  assign(inner as Map<string, unknown>, rest, value);
}

function valueOf(text: string): unknown {
  if (text === '') return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function toObject(patch: ReadonlyMap<string, unknown>): object {
  const entries = [...patch].map(([name, value]) => {
    return [name, value instanceof Map ? toObject(value as Map<string, unknown>) : value];
  });
  return Object.fromEntries(entries) as object;
}
