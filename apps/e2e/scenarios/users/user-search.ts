import { FoundUser_By as By, UserServiceDefinition as Users } from '@queqiao/protocol/client';
import type { TestCluster } from '@queqiao/testkit';
import { expect, it } from 'vitest';
import { useStage } from '../../src/stage/stage.js';

export function userSearch(cluster: () => TestCluster): void {
  const stage = useStage(cluster, 'user-search');

  async function find(query: string): Promise<[string | undefined, By][]> {
    const { users } = await stage().person('alice').reads(Users, 'searchUsers', { query });
    return users.map(({ user, by }) => [user?.userId, by]);
  }

  async function becomeBob(): Promise<void> {
    const bob = stage().person('bob');
    const profile = { nickname: 'Robert', handle: 'bob@example.com' };
    await bob.does(Users, 'updateMe', profile);
    await bob.hears('s:bob', { profileChanged: { user: { nickname: 'Robert' } } });
  }

  async function hide(settings: object): Promise<void> {
    const bob = stage().person('bob');
    await bob.does(Users, 'updateMySettings', settings);
    await bob.hears('s:bob', { by: 'bob', profileChanged: { settings } });
  }

  it('finds by the whole id, the whole handle, and the beginning of a nickname', async () => {
    await becomeBob();
    expect(await find('bob')).toEqual([['bob', By.ID]]);
    expect(await find('bob@example.com')).toEqual([['bob', By.HANDLE]]);
    expect(await find('rob')).toEqual([['bob', By.NICKNAME]]);
    for (const part of ['bo', 'bob@example', 'obert']) expect(await find(part)).toEqual([]);
  });

  it('finds nobody by a way that the user does not allow', async () => {
    await hide({ hideFromHandleSearch: true });
    expect(await find('bob@example.com')).toEqual([]);
    expect(await find('bob')).toEqual([['bob', By.ID]]);
    await hide({ hideFromNicknameSearch: true });
    expect(await find('rob')).toEqual([]);
    await hide({ hideFromIdSearch: true });
    expect(await find('bob')).toEqual([]);
    await hide({ hideFromHandleSearch: false, hideFromNicknameSearch: false });
    expect(await find('bob@example.com')).toEqual([['bob', By.HANDLE]]);
    expect(await find('rob')).toEqual([['bob', By.NICKNAME]]);
  });

  it('goes page by page', async () => {
    const { users, options } = stage().backEnd;
    const crowd = Array.from({ length: 5 }, (_, n) => ({
      userId: `n${n}`,
      nickname: `Paged ${n}`,
    }));
    await users.upsertUsers({ users: crowd }, options);
    const seen: (string | undefined)[] = [];
    let pageToken = '';
    do {
      const request = { query: 'paged', limit: 2, pageToken };
      const page = await stage().person('carol').reads(Users, 'searchUsers', request);
      seen.push(...page.users.map(({ user }) => user?.userId));
      ({ nextPageToken: pageToken } = page);
    } while (pageToken !== '');
    expect(seen).toEqual(crowd.map(({ userId }) => userId));
  });
}
