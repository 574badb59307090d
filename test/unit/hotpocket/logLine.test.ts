import { expect, test } from 'vitest';
import { formatLogLine, isLogged, parseLedgerCreated, parseLogLine, parseNotEnoughPeers } from '../../../src/hotpocket/logLine';

test("a line has hpcore's form, in local time", () => {
  const time = new Date(2023, 4, 7, 0, 8, 6, 50);
  expect(formatLogLine(time, 'inf', 'HotPocket 0.6.4')).toBe('20230507 00:08:06.050 [inf][hpc] HotPocket 0.6.4');
});

test('a line is read as it was written', () => {
  const time = new Date(2026, 10, 23, 0, 18, 55, 409);
  const message = 'Contract: id [x] (1.0) ünï';
  expect(parseLogLine(formatLogLine(time, 'wrn', message))).toEqual({ time, level: 'wrn', subsystem: 'hpc', message });
});

test('lines of hpfs have no milliseconds', () => {
  expect(parseLogLine('20230527 00:58:46 [wrn][fs] Session started')).toEqual({ time: new Date(2023, 4, 27, 0, 58, 46), level: 'wrn', subsystem: 'fs', message: 'Session started' });
});

test('everything else is not a line of the log', () => {
  for (const line of [
    '', 'Contract output', '[HPWS.C PID+0000001F] GOTO client_closed, ERROR: client closed connection',
    ' 20261123 00:18:55.409 [inf][hpc] indented', '20261123 00:18:55.409 [fat][hpc] x', '20261123 00:18:55.409 [inf][abc] x', '2026-11-23 00:18:55.409 [inf][hpc] x',
  ]) expect(parseLogLine(line)).toBeUndefined();
});

test('what a contract printed without a newline stands in front of a line of the node', () => {
  const line = '20261123 00:19:37.957 [inf][hpc] ****Ledger created**** (lcl:18-4db307c1 state:7ab89d6b patch:7d5cda27)';
  for (const printed of ['Working...', 'a\tb ', '1']) expect(parseLogLine(printed + line)).toEqual(parseLogLine(line));
  expect(parseLogLine(`quoted: ${line.replace('[hpc]', '[fs]')}`)).toBeUndefined();
});

test('levels are thresholds', () => {
  expect([isLogged('inf', 'inf'), isLogged('err', 'inf'), isLogged('dbg', 'inf'), isLogged('wrn', 'err')]).toEqual([true, true, false, false]);
});

test('a created ledger', () => {
  const line = parseLogLine('20261123 00:19:37.957 [inf][hpc] ****Ledger created**** (lcl:18-4db307c1 state:7ab89d6b patch:7d5cda27)');
  expect(parseLedgerCreated(line?.message ?? '')).toEqual({ seqNo: 18, hash: '4db307c1', state: '7ab89d6b', patch: '7d5cda27' });
  expect(parseLedgerCreated('Ledger created (lcl:18-4db307c1 state:7ab89d6b patch:7d5cda27)')).toBeUndefined();
});

test('missing votes', () => {
  expect(parseNotEnoughPeers('Not enough peers proposing to perform consensus. votes:1 needed:3')).toEqual({ votes: 1, needed: 3 });
  expect(parseNotEnoughPeers('Cannot close ledger. Possible fork condition. won:1 needed:3')).toBeUndefined();
});
