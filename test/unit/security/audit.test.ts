import { expect, it } from 'vitest';
import { judge } from '../../../scripts/audit.mjs';

// Answers as npm gives them (version 2 of its report).
it('an audit tells each weakness, none, or that there was no answer', () => {
  const weak = { vulnerabilities: { ws: { name: 'ws', severity: 'high', range: '<8', via: [{ title: 'It crashes' }, 'other'] } } };
  expect(judge(JSON.stringify(weak))).toEqual({ weaknesses: ['high: ws <8: It crashes'] });
  expect(judge(JSON.stringify({ auditReportVersion: 2, vulnerabilities: {} }))).toEqual({ weaknesses: [] });
  expect(judge(JSON.stringify({ message: '405 Method Not Allowed\nmore', error: { summary: '' } }))).toEqual({ skipped: 'the registry gave no answer (405 Method Not Allowed)' });
  expect(judge('')).toHaveProperty('skipped');
});
