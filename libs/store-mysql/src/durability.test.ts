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

it('names what loses or damages what was acknowledged, and tells it from what is only weak', () => {
  const of = (setting: string, value: string) => judge({ [setting]: value });
  expect({
    flush: of('innodb_flush_log_at_trx_commit', '2'),
    doublewrite: of('innodb_doublewrite', 'OFF'),
    packet: of('max_allowed_packet', '1048576'),
    sync: of('sync_binlog', '0'),
    format: of('binlog_format', 'STATEMENT'),
    without: judge({ log_bin: 'OFF', sync_binlog: '0' }),
  }).toEqual({
    flush: ['innodb_flush_log_at_trx_commit broken'],
    doublewrite: ['innodb_doublewrite broken'],
    packet: ['max_allowed_packet broken'],
    sync: ['sync_binlog broken'],
    format: ['binlog_format broken'],
    without: ['log_bin weak'],
  });
  expect(judgeDurability(new Map())).toHaveLength(4);
});
