import { DomainError } from '@queqiao/domain';
import { expect, it } from 'vitest';
import { checkTypes } from './check-webhook.js';

const KNOWN = new Set(['text', 'groupCreated', 'custom']);

function refusal(...types: string[]): unknown {
  try {
    return checkTypes(types, KNOWN, 'types');
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return [error.field, error.message];
  }
}

it('types are named once each, and a wrong one is told how it is written, or what there is', () => {
  expect(refusal('text', 'groupCreated', 'text')).toEqual(['text', 'groupCreated']);
  for (const wrong of ['group_created', 'GROUP_CREATED', 'groupcreated', 'group.created']) {
    const message = 'types[1]: is no type of event; there is groupCreated';
    expect(refusal('text', wrong), wrong).toEqual(['types[1]', message]);
  }
  const message = 'types[0]: is no type of event; there are custom, groupCreated, text';
  expect(refusal('nonsense')).toEqual(['types[0]', message]);
});
