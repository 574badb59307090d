import fc, { type Arbitrary } from 'fast-check';
import { strictEqual } from 'node:assert';
import { LogFrames, sinceText } from '../../../src/cluster/docker/logs/frames';
import { NO_FACTS, withText, type NodeFacts } from '../../../src/cluster/docker/watch/facts';
import { wholeLogPath } from '../../../src/extension/logs/wholeLog';
import { LogMerger } from '../../../src/extension/logs/logMerger';
import { ShownText } from '../../../src/extension/logs/shownText';
import { findFrames } from '../../../src/extension/logs/stackFrames';
import { formatLogLine, parseLedgerCreated, parseLogLine, parseNotEnoughPeers } from '../../../src/hotpocket/logLine';
import { DebuggerLines } from '../../../src/node/debug/debuggerLines';
import { NodeJsProvider } from '../../../src/debug/nodejs';
import { hostileBytes } from '../bytes';
import { target, type FuzzTarget } from '../target';

const NOW = new Date(2026, 0, 2, 3, 4, 5, 6);
const LINES = [
  ...['****Ledger created**** (lcl:12-0123abcd state:0123abcd patch:0123abcd)', 'Not enough peers proposing to perform consensus. votes:1 needed:3', 'HotPocket 0.6.4',
    'Cannot close ledger. Possible fork condition. won:1 needed:3', 'Became weakly connected.', 'Started listening for user connections on 8081',
    'Hpfs cont sync: Target added. Hash:0123abcd /state'].map((message) => formatLogLine(NOW, 'inf', message)),
  '20260102 03:04:05 [wrn][fs ] old', 'contract output', '',
  '    at Object.<anonymous> (/tmp/contract/index.js:1:23)', '    at async file:///a%20b/c.mjs:10:5', 'node 3 |     at run (index.ts:7:1)', '/contract/index.js:12',
  '⋯ 100 lines left out /home/u/.hotpocket/clusters/default/node1/log/console.log',
  'Debugger listening on ws://127.0.0.1:9229/0f2c936f-b1cd-4ac9-aab3-f63b0f33d55e', 'For help, see: https://nodejs.org/en/docs/inspector',
];
/** What makes careless patterns take for ever: long runs of what they look for. */
const runs = fc.record({ piece: fc.constantFrom(' ', '\t', 'at ', ' at (', ':1', ':1:1', '(', '/', ' /', 'a', '1', '....', '%', '\u001b[', '⋯ ', 'file://', '.log', 'node 1 | '), times: fc.integer({ min: 1, max: 3_000 }), before: fc.constantFrom('', ...LINES), after: fc.constantFrom('', ...LINES) })
  .map(({ piece, times, before, after }) => Buffer.from(`${before}${piece.repeat(times)}${after}`));
const texts: Arbitrary<Buffer> = fc.oneof({ weight: 6, arbitrary: hostileBytes(LINES.map((line) => Buffer.from(`${line}\n`))) }, { weight: 1, arbitrary: runs });

const lines = target<Buffer>({
  name: 'log lines',
  share: 0.08,
  messages: texts,
  open: () => {
    let facts: NodeFacts = NO_FACTS;
    const limits = { lines: 1_000, chars: 1_000_000 };
    const merger = new LogMerger(limits, 0);
    const shown = new ShownText(limits, (leftOut) => `${leftOut}\n`);
    let now = 0;
    return {
      take: (message) => {
        const text = message.toString();
        let accepted = false;
        for (const line of text.split('\n')) {
          const parsed = parseLogLine(line);
          accepted ||= parsed !== undefined;
          if (parsed && (parseLedgerCreated(parsed.message) || parseNotEnoughPeers(parsed.message))) accepted = true;
        }
        facts = withText(facts, text);
        for (const { start, end, line } of findFrames(text)) if (start < 0 || end > text.length || start >= end || line < 0) throw new Error('A frame that is not in the text.');
        wholeLogPath(text.split('\n')[0] ?? '');
        merger.push(1 + (now % 3), text, ++now);
        for (const { line } of merger.take(now).lines) shown.push(`${line}\n`);
        shown.take(now % 7 === 0);
        return accepted ? 'accepted' : 'refused';
      },
    };
  },
});

const record = (stream: number, text: string): Buffer => {
  const header = Buffer.alloc(8);
  header[0] = stream;
  const payload = Buffer.from(`2026-01-02T03:04:05.123456789Z ${text}`);
  header.writeUInt32BE(payload.length, 4);
  return Buffer.concat([header, payload]);
};

/** Docker's stream of log records is trusted with its lengths; nothing more than what came may be kept. */
const docker = target<Buffer>({
  name: "Docker's log records",
  share: 0.01,
  messages: hostileBytes([record(1, 'a line\n'), Buffer.concat([record(2, 'x\n'), record(1, 'y')])]),
  open: () => ({
    take: (message) => {
      const frames = new LogFrames();
      const whole = frames.push(message);
      const parted = new LogFrames();
      const pieces = [message.subarray(0, 5), message.subarray(5, 11), message.subarray(11)].flatMap((piece) => parted.push(piece));
      strictEqual(JSON.stringify(pieces), JSON.stringify(whole));
      for (const { time } of whole) sinceText(time, 2);
      return whole.length > 0 ? 'accepted' : 'refused';
    },
  }),
});

const { announcement } = new NodeJsProvider('/hook.js').recipe();

/** Whatever a debugged contract prints comes out as it was, but for the debugger's own lines. */
const debugger_ = target<readonly Buffer[]>({
  name: "debuggers' lines",
  share: 0.02,
  messages: fc.array(texts, { maxLength: 3 }),
  open: () => ({
    take: (pieces) => {
      let passed = 0;
      let announced = 0;
      const parted = new DebuggerLines(announcement, (bytes) => (passed += bytes.length), () => announced++);
      for (const piece of pieces) parted.push(piece);
      parted.end();
      const came = pieces.reduce((sum, { length }) => sum + length, 0);
      if (passed > came) throw new Error('More came out than went in.');
      if (passed < came && !pieces.some((piece) => /Debugger|inspector|help/.test(piece.toString()))) throw new Error('Output was lost.');
      return announced > 0 ? 'accepted' : 'refused';
    },
  }),
});

export const logs: readonly FuzzTarget[] = [lines, docker, debugger_];
