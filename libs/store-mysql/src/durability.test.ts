import { expect, it } from 'vitest';
import { judgeDurability } from './durability.js';

const good = {
  innodb_flush_log_at_trx_commit: '1',
  innodb_doublewrite: 'ON',
  max_allowed_packet: '16777216',
  log_bin: 'ON',
  sync_binlog: '1',
  binlog_format: 'ROW',
};
const judge = (changes: Record<string, string>) =>
  judgeDurability(new Map(Object.entries({ ...good, ...changes }))).map(
    ({ setting, severity }) => `${setting} ${severity}`,
  );

it('finds nothing on a server as it should be', () => {
  expect(judge({})).toEqual([]);
  expect(judge({ innodb_doublewrite: 'DETECT_AND_RECOVER' })).toEqual([]);
});

it.each([
  [{ innodb_flush_log_at_trx_commit: '2' }, ['innodb_flush_log_at_trx_commit broken']],
  [{ sync_binlog: '0' }, ['sync_binlog broken']],
  [{ binlog_format: 'STATEMENT' }, ['binlog_format broken']],
  [{ max_allowed_packet: '1048576' }, ['max_allowed_packet broken']],
  [{ innodb_doublewrite: 'OFF' }, ['innodb_doublewrite broken']],
  [{ log_bin: 'OFF', sync_binlog: '0' }, ['log_bin weak']],
])('%j', (changes, findings) => {
  expect(judge(changes)).toEqual(findings);
});
