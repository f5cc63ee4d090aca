import { expect, it } from 'vitest';
import type { AdminDoor } from './admin-door.js';
import { runAdmin, USAGE } from './commands.js';
import { checkWords } from './command-words.js';

/** Nothing is asked of it. */
const door = new Proxy({} as AdminDoor, {
  get: () => {
    throw new Error('the door was used');
  },
});

function complaint(line: string, flags = {}): Promise<string> {
  const words = line.split(' ').filter((word) => word !== '');
  return runAdmin(door, { words, ...flags }).then(
    () => 'done',
    (error: Error) => error.message,
  );
}

it('what is wrong with a command is named, with what its kind may be, and nothing is done', async () => {
  expect(await complaint('app crate shop')).toMatch(
    /^there is no command "app crate"\n {2}app create /,
  );
  expect(await complaint('app crate shop')).not.toContain('key add');
  expect(await complaint('ap create shop')).toBe(`there is no command "ap create"\n${USAGE}`);
  expect(await complaint('app toString')).toContain('there is no command');
  expect(await complaint('app delete')).toMatch(
    /^app delete: something is missing\n {2}app delete /,
  );
  expect(await complaint('credential revoke shop')).toContain('something is missing');
});

it.each([
  ['key retire shop k1 2030-01-31', {}, 'key retire: nothing is known of "2030-01-31"'],
  ['credential revoke shop c-1 c-2', {}, 'credential revoke: nothing is known of "c-2"'],
  ['app create shop A shop', {}, 'app create: nothing is known of "A shop"'],
  ['app suspend shop', { at: '2030-01-31' }, 'app suspend takes no --at'],
  ['credential revoke shop c-1', { at: '2030-01-31' }, 'credential revoke takes no --at'],
  ['key add shop', { scopes: 'read' }, 'key add takes no --scopes'],
  ['app settings shop get events', {}, 'app settings shop: get, or set <name>=<value> ...'],
])('%s %j is not taken for something else', async (line, flags, message) => {
  expect((await complaint(line, flags)).split('\n')[0]).toBe(message);
});

it('every command that the help names is one', () => {
  const named = USAGE.split('\n')
    .slice(2)
    .flatMap((line) => line.split(' | '));
  for (const line of named) {
    const command = line
      .trim()
      .replace(/ {2,}.*/, '')
      .replaceAll(/ \[[^\]]*\]/g, '');
    const words = command.replaceAll(/<[^>]+>|\.\.\./g, 'x').split(' ');
    expect(() => checkWords({ words }, USAGE), command).not.toThrow();
  }
});
