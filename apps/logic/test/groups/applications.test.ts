import {
  GroupApplication_State as Application,
  GroupRole,
  GroupServiceDefinition as Groups,
  GroupVisibility,
  JoinMode,
} from '@queqiao/protocol/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failureOf, newId } from '../rig/api-rig.js';
import { encodePage } from '../../src/usecase/paging.js';
import { GroupRig, ids } from './group-rig.js';

let rig: GroupRig;

beforeAll(async () => {
  rig = await GroupRig.start({}, 'ann', 'bob', 'carl', 'dora', 'eve', 'fay', 'gil', 'hal');
});
afterAll(() => rig.stop());

const open = { visibility: GroupVisibility.PUBLIC };
const free = { ...open, joinMode: JoinMode.FREE };
const approval = { ...open, joinMode: JoinMode.APPROVAL };

const join = async (who: string, groupId: string, text = '') =>
  rig.call(who, 'joinGroup', { ...ids(groupId), text });
const handle = async (who: string, groupId: string, userId: string, accept: boolean, answer = '') =>
  rig.call(who, 'handleApplication', { ...ids(groupId), userId, accept, answer });
const admin = async (groupId: string, userId: string) =>
  rig.call('ann', 'setRole', {
    ...ids(groupId),
    userIds: [userId],
    role: GroupRole.ADMIN,
  });

describe('joining', () => {
  it('is free in public groups that say so, and told with its way', async () => {
    const groupId = await rig.group(['ann'], free);
    const joined = await join('bob', groupId);
    expect(joined).toMatchObject({ joined: true, conversationId: `g:${groupId}` });
    expect(joined.application).toBeUndefined();
    expect(await join('bob', groupId)).toMatchObject({ joined: true });
    expect(await rig.said(`g:${groupId}`, 'ann', 'membersJoined')).toEqual([
      { userIds: ['bob'], way: 1, inviterId: '' },
    ]);
    await rig.call('bob', 'leaveGroup', ids(groupId));
    expect(await join('bob', groupId)).toMatchObject({ joined: true });
    await rig.mustBeSound(groupId);
  });

  it('is refused where strangers have no way in', async () => {
    const hidden = await rig.group(['ann', 'bob'], { joinMode: JoinMode.FREE });
    const invited = await rig.group(['ann'], open);
    expect(await failureOf(join('eve', hidden))).toEqual({ code: 'NOT_FOUND', field: 'group_id' });
    expect((await failureOf(join('eve', invited))).code).toBe('PERMISSION_DENIED');
    await rig.call('bob', 'leaveGroup', ids(hidden));
    expect((await failureOf(join('bob', hidden))).code).toBe('NOT_A_MEMBER');
    const ended = await rig.group(['ann'], free);
    await rig.call('ann', 'dissolveGroup', ids(ended));
    expect((await failureOf(join('eve', ended))).code).toBe('DISSOLVED');
    const long = failureOf(join('eve', invited, 'x'.repeat(201)));
    expect(await long).toEqual({ code: 'INVALID_ARGUMENT', field: 'text' });
  });
});

describe('applications', () => {
  const told = async (who: string, groupId: string) =>
    (await rig.said(`s:${who}`, who, 'applicationChanged'))
      .map(({ application }) => application)
      .filter((application) => application?.groupId === groupId)
      .map((application) => `${application?.userId} ${application?.state}`);

  it('go to those who govern, and let the applicant in or not', async () => {
    const groupId = await rig.group(['ann', 'bob', 'carl'], approval);
    await admin(groupId, 'bob');
    const asked = await join('dora', groupId, 'Please');
    expect(asked).toMatchObject({
      joined: false,
      application: { groupId, userId: 'dora', text: 'Please', state: Application.PENDING },
    });
    // Waiting already: nothing is told twice.
    expect((await join('dora', groupId, 'Again')).application).toMatchObject({ text: 'Please' });
    await join('eve', groupId);
    expect((await failureOf(handle('carl', groupId, 'dora', true))).code).toBe('PERMISSION_DENIED');
    const accepted = await handle('bob', groupId, 'dora', true, 'Welcome');
    expect(accepted.application).toMatchObject({
      state: Application.ACCEPTED,
      handledBy: 'bob',
      answer: 'Welcome',
      text: 'Please',
    });
    await handle('ann', groupId, 'eve', false, 'Sorry');
    expect(await failureOf(handle('ann', groupId, 'eve', true))).toEqual({
      code: 'CONFLICT',
      field: 'user_id',
    });
    expect(await failureOf(handle('ann', groupId, 'fay', true))).toEqual({
      code: 'NOT_FOUND',
      field: 'user_id',
    });
    const entries = await rig.entries(`g:${groupId}`, 'carl');
    expect(entries.at(-1)).toMatchObject({
      sender: { id: 'bob' },
      content: {
        body: { $case: 'membersJoined', value: { userIds: ['dora'], way: 3, inviterId: '' } },
      },
    });
    const every = ['dora 1', 'eve 1', 'dora 2', 'eve 3'];
    expect(await told('ann', groupId)).toEqual(every);
    expect(await told('bob', groupId)).toEqual(every);
    expect(await told('carl', groupId)).toEqual([]);
    expect(await told('eve', groupId)).toEqual(['eve 1', 'eve 3']);
    const [first] = await rig.entries('s:eve', 'eve');
    expect(first).toMatchObject({ ordinal: 0, sender: { id: 'eve' } });
    await rig.mustBeSound(groupId);
    // After a refusal one may ask again.
    expect((await join('eve', groupId, 'Now?')).application).toMatchObject({
      text: 'Now?',
      state: Application.PENDING,
      handledBy: '',
      answer: '',
    });
  });

  it('are taken back by who made them', async () => {
    const groupId = await rig.group(['ann'], approval);
    const cancel = async (who: string) => rig.call(who, 'cancelApplication', ids(groupId));
    expect(await failureOf(cancel('dora'))).toEqual({ code: 'NOT_FOUND', field: 'group_id' });
    await join('dora', groupId);
    expect((await cancel('dora')).application).toMatchObject({ state: Application.CANCELLED });
    expect(await failureOf(cancel('dora'))).toEqual({ code: 'CONFLICT', field: 'group_id' });
    expect((await failureOf(handle('ann', groupId, 'dora', true))).code).toBe('CONFLICT');
    expect(await told('ann', groupId)).toEqual(['dora 1', 'dora 4']);
  });

  it('are settled when the applicant comes in by another way, with no entry of their own', async () => {
    const groupId = await rig.group(['ann'], approval);
    await join('dora', groupId, 'Please');
    await rig.call('ann', 'addMembers', { ...ids(groupId), userIds: ['dora'] });
    const { applications } = await rig.call('ann', 'listApplications', { groupId });
    expect(applications).toMatchObject([
      { userId: 'dora', text: 'Please', state: Application.ACCEPTED, handledBy: 'ann' },
    ]);
    expect(await told('dora', groupId)).toEqual(['dora 1']);
    expect((await failureOf(handle('ann', groupId, 'dora', true))).code).toBe('CONFLICT');
  });

  it('are listed, counted while nobody saw them, and marked', async () => {
    const [one, two] = [await rig.group(['gil'], approval), await rig.group(['gil'], approval)];
    const foreign = await rig.group(['ann', 'gil'], approval);
    for (const [who, groupId] of [
      ['dora', one],
      ['eve', two],
      ['fay', one],
      ['fay', foreign],
    ] as const) {
      await join(who, groupId);
    }
    const gil = await rig.as('gil');
    const list = (more: object) => gil(Groups, 'listApplications', more);
    const walk = async (groupId = '') => {
      const found: string[] = [];
      for (let pageToken = ''; ;) {
        const page = await list({ groupId, pageToken, limit: 1 });
        found.push(...page.applications.map((each) => `${each.userId} ${each.groupId}`));
        pageToken = page.nextPageToken;
        if (pageToken === '') return found;
      }
    };
    expect(await walk()).toEqual([`fay ${one}`, `eve ${two}`, `dora ${one}`]);
    expect(await walk(one)).toEqual([`fay ${one}`, `dora ${one}`]);
    expect((await list({})).unreadCount).toBe(3);
    expect((await list({ groupId: one })).unreadCount).toBe(2);
    await handle('gil', one, 'dora', false);
    expect(await walk()).toEqual([`dora ${one}`, `fay ${one}`, `eve ${two}`]);
    expect((await list({})).unreadCount).toBe(2);
    const mark = () => gil(Groups, 'markApplicationsRead', { clientRequestId: newId() });
    await mark();
    await mark();
    expect((await list({})).unreadCount).toBe(0);
    expect(await rig.said('s:gil', 'gil', 'requestsRead')).toEqual([{ list: 3 }]);
    await join('hal', two);
    expect((await list({})).unreadCount).toBe(1);
    const mine = await rig.call('fay', 'listMyApplications', { limit: 2 });
    expect(mine.applications.map(({ groupId }) => groupId)).toEqual([foreign, one]);
    expect((await failureOf(list({ groupId: foreign }))).code).toBe('PERMISSION_DENIED');
    const forged = [encodePage([1, 'ä', 'b']), encodePage([1, 'a']), encodePage(['1', 'a', 'b'])];
    for (const pageToken of ['x', ...forged]) {
      expect(await failureOf(list({ pageToken }))).toMatchObject({ field: 'page_token' });
    }
  });
});
