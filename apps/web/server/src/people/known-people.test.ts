import { expect, it } from 'vitest';
import { KnownPeople } from './known-people.js';

it('forgets who was not seen for the longest time', () => {
  const people = new KnownPeople(['alice', 'bob'], 3);
  people.add({ userId: 'carol', name: 'Carol' });
  people.add({ userId: 'alice', name: 'Alice' });
  people.add({ userId: 'dave', name: 'Dave' });
  expect(people.list()).toEqual([
    { userId: 'alice', name: 'Alice' },
    { userId: 'carol', name: 'Carol' },
    { userId: 'dave', name: 'Dave' },
  ]);
});
