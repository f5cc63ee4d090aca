import { appSettingsSchema, type AppSettingsInput } from '@queqiao/store-mysql';

/**
 * Applies `name=value` and, to go back to the default, `name=`. Names may have parts (`devicePolicy.mode`); values are JSON, or
 * else text. Throws with every problem that the schema finds.
 */
export function editSettings(
  stored: AppSettingsInput,
  assignments: readonly string[],
): AppSettingsInput {
  const edited: Record<string, unknown> = structuredClone({ ...stored });
  for (const assignment of assignments) assign(edited, assignment);
  const checked = appSettingsSchema.safeParse(edited);
  if (checked.success) return edited;
  const problems = checked.error.issues.map(
    ({ path, message }) => `${path.map(String).join('.') || 'settings'}: ${message}`,
  );
  throw new Error(problems.join('\n'));
}

function assign(settings: Record<string, unknown>, assignment: string): void {
  const equals = assignment.indexOf('=');
  if (equals < 1) throw new Error(`${assignment}: say name=value`);
  const path = assignment.slice(0, equals).split('.');
  const last = path.pop() ?? '';
  let place = settings;
  for (const part of path) {
    const next = Object.hasOwn(place, part) ? place[part] : {};
    if (typeof next !== 'object' || next === null || part === '__proto__') {
      throw new Error(`${assignment}: ${part} has no parts`);
    }
    place[part] = next;
    place = next as Record<string, unknown>;
  }
  const text = assignment.slice(equals + 1);
  if (text === '') delete place[last];
  else place[last] = valueOf(text);
}

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
