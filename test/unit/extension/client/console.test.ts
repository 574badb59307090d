import { afterEach, describe, expect, it } from 'vitest';
import { ClientConsole } from '../../../../src/extension/client/clientConsole';
import { KeyStore } from '../../../../src/extension/client/keyStore';
import { blake3Hex, fromHex, type Hex } from '../../../../src/hotpocket/hash';
import { inputHash } from '../../../../src/hotpocket/inputs';
import { generateKeyPair, sign } from '../../../../src/hotpocket/keys';
import { hashTreeFor, outputRoot, userOutputHash } from '../../../../src/hotpocket/outputs';
import type { UserPortHandlers } from '../../../../src/node/users/types';
import { openUserPort, type TestPort } from '../../../support/userPort';
import { l10n } from '../support';
import { Screen } from './screen';

const HASH = blake3Hex(Buffer.from('x'));
const NODE = generateKeyPair();
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function openPort(handlers: Partial<UserPortHandlers> = {}, settings: { port?: number; contractId?: string } = {}): Promise<TestPort> {
  const port = await openUserPort({ ...settings, keys: NODE, handlers: { unl: () => [NODE.publicKey], ...handlers } });
  closers.push(() => port.server.close());
  return port;
}

class Secrets {
  readonly kept = new Map<string, string>();
  get = (key: string): Promise<string | undefined> => Promise.resolve(this.kept.get(key));
  store = (key: string, value: string): Promise<void> => Promise.resolve(void this.kept.set(key, value));
}

interface Opened { readonly console: ClientConsole; readonly screen: Screen; readonly remembered: string[]; readonly ended: () => boolean; readonly accepted: () => number; readonly type: (text: string) => void; readonly shows: (text: string) => Promise<void> }

interface Settings { readonly secrets?: Secrets; readonly beginsKept?: boolean; readonly history?: readonly string[]; readonly contractId?: () => string }

function openConsole(url: string, { secrets = new Secrets(), beginsKept = true, history = [], contractId = () => 'a contract' }: Settings = {}): Opened {
  const screen = new Screen(110, 1000);
  const remembered: string[] = [];
  let ended = false;
  let accepted = 0;
  const console = new ClientConsole({
    node: 1, l10n, keys: new KeyStore(secrets), beginsKept, history,
    remember: (line) => void remembered.push(line),
    find: () => Promise.resolve({ url, contractId: contractId(), unl: [NODE.publicKey] }),
    accepted: () => void accepted++,
    loadClient: () => import('../../../../src/client/client'),
    write: (data) => screen.write(data),
    end: () => (ended = true),
  });
  console.open({ columns: 110, rows: 1000 });
  closers.push(() => console.close());
  return {
    console, screen, remembered, ended: () => ended, accepted: () => accepted,
    type: (text) => console.input(text),
    shows: (text) => expect.poll(() => screen.text).toContain(text),
  };
}

describe('the console', () => {
  it('sends inputs and tells what becomes of them', async () => {
    const hashes: Hex[] = [];
    const { server, url } = await openPort({
      submit: ({ signature }, { input }) => {
        hashes.push(inputHash(signature));
        return input.toString() === 'too late' ? 'max_ledger_expired' : undefined;
      },
    });
    const { type, shows, screen, accepted } = openConsole(url);
    await shows(`Connected to ${url} as user ed`);
    expect(screen.text).toContain('HotPocket client: node 1');
    const [user] = server.connectedUsers();
    type('{"type":"set","data":"x"}\r');
    await expect.poll(() => hashes.length).toBe(1);
    expect(screen.text).toContain('[1] {"type":"set","data":"x"}\n>');
    server.inputStatus(user!, { status: 'accepted', inputHash: hashes[0]!, ledgerSeqNo: 43, ledgerHash: HASH });
    await shows(`[1] accepted in ledger 43-${HASH.slice(0, 8)}`);
    type('too late\r');
    await shows('[2] rejected: the last ledger that it might go into has passed (max_ledger_expired)');
    expect(accepted()).toBe(1);
  });

  it('shows outputs above the line that is being typed', async () => {
    const { server, url } = await openPort();
    const { type, shows, screen } = openConsole(url);
    await shows('Connected');
    type('half a li');
    const own = { pubkey: server.connectedUsers()[0]!, messages: [Buffer.from('{"type":"dataResult","data":"success"}')] };
    const outputHash = userOutputHash(own);
    const root = fromHex(outputRoot([own], HASH));
    server.output(own.pubkey, { ledgerSeqNo: 44, ledgerHash: HASH, messages: own.messages, outputHash, hashTree: hashTreeFor([own], HASH, outputHash), unlSignatures: [[NODE.publicKey, sign(root, NODE.privateKey)]] });
    await shows('output ledger 44, signed by 1 of 1 nodes { "type": "dataResult", "data": "success" }\n> half a li');
    type('ne');
    expect(screen.text.split('\n').at(-1)).toBe('> half a line');
    server.output(own.pubkey, { ledgerSeqNo: 45, ledgerHash: HASH, messages: [], outputHash, hashTree: [null, HASH], unlSignatures: [] });
    await shows('not verified: its hash is another');
  });

  it('reads, and shows every answer', async () => {
    const { url } = await openPort({ read: (_pubkey, _protocol, content) => Promise.resolve([Buffer.from(content), Buffer.from('{"more":true}')]) });
    const { type, shows } = openConsole(url);
    await shows('Connected');
    type('? hello\r');
    await shows('[1] ? hello\n[1] answer hello\n[1] answer { "more": true }');
    type('/read again\r');
    await shows('[2] answer again');
  });

  it('sends a paste of many lines as one input', async () => {
    const inputs: string[] = [];
    const { url } = await openPort({ submit: (_input, { input }) => void inputs.push(input.toString()) });
    const { type, shows } = openConsole(url);
    await shows('Connected');
    type('\u001b[200~{\r\n  "a": "日本"\r\n}\u001b[201~');
    await shows('> {⏎  "a": "日本"⏎}');
    type('\r');
    await expect.poll(() => inputs).toEqual(['{\n  "a": "日本"\n}']);
  });

  it('knows its commands', async () => {
    const { server, url } = await openPort();
    const { type, shows, ended, screen } = openConsole(url);
    await shows('Connected');
    type('/help\r');
    await shows('/protocol json|bson');
    type('/status\r');
    await shows('Vote status');
    await shows('unknown');
    type('/ledger 7\r');
    await shows('The node has no ledger 7.');
    type('/ledger x\r');
    await shows('Usage: /ledger [number]');
    type('/key\r');
    await shows(server.connectedUsers()[0]!);
    type('/nothing\r');
    await shows('There is no command /nothing.');
    type('/protocol\r');
    await shows('The protocol is JSON.');
    type('/protocol bson\r');
    await shows('over BSON');
    type('/clear\r');
    await expect.poll(() => screen.text).toBe('>');
    type('/quit\r');
    await expect.poll(ended).toBe(true);
  });

  it('keeps a key for each contract, and takes a fresh one when asked', async () => {
    const { server, url } = await openPort();
    const secrets = new Secrets();
    const one = openConsole(url, { secrets });
    await one.shows('Connected');
    const [kept] = server.connectedUsers();
    one.type('/key new\r');
    await expect.poll(() => server.connectedUsers().filter((key) => key !== kept).length).toBe(1);
    one.type('/key\r');
    await one.shows('of this console only');
    one.type('/key kept\r');
    await expect.poll(() => server.connectedUsers()).toEqual([kept]);
    await one.console.close();
    await expect.poll(() => server.connectedUsers()).toEqual([]);
    const two = openConsole(url, { secrets });
    await two.shows('Connected');
    expect(server.connectedUsers()).toEqual([kept]);
    const other = openConsole(url, { secrets, beginsKept: false });
    await other.shows('Connected');
    expect(new Set(server.connectedUsers()).size).toBe(2);
    expect(secrets.kept.size).toBe(1);
    const clash = openConsole(url, { secrets });
    await clash.shows('is connected to it already');
    const elsewhere = openConsole(url, { secrets, contractId: () => 'another contract' });
    await elsewhere.shows('Connected');
    expect(secrets.kept.size).toBe(2);
  });

  it('says when the node goes away, and when it is back', async () => {
    let inputs = 0;
    const first = await openPort({ submit: () => void inputs++ });
    const { type, shows } = openConsole(first.url);
    await shows('Connected');
    type('x\r');
    await expect.poll(() => inputs).toBe(1);
    const [user] = first.server.connectedUsers();
    await first.server.close();
    await shows('Trying again every second.');
    await shows('[1] unknown: the connection ended before the node said what became of it');
    type('y\r');
    await shows('[2] Not connected to');
    const second = await openPort({}, { port: Number(new URL(first.url).port) });
    await expect.poll(() => second.server.connectedUsers()).toEqual([user]);
  });

  it('becomes another user when the cluster is another one', async () => {
    const first = await openPort();
    let contractId = 'a contract';
    const { shows } = openConsole(first.url, { contractId: () => contractId });
    await shows('Connected');
    const [user] = first.server.connectedUsers();
    await first.server.close();
    contractId = 'a newer contract';
    const second = await openPort({}, { port: Number(new URL(first.url).port), contractId });
    await expect.poll(() => second.server.connectedUsers().filter((key) => key !== user).length).toBe(1);
  });

  it('tries again on demand where nothing listened', async () => {
    const closed = await openPort();
    await closed.server.close();
    const { type, shows } = openConsole(closed.url);
    await shows('nothing listens there. Trying again every second.');
    await openPort({}, { port: Number(new URL(closed.url).port) });
    type('/reconnect\r');
    await shows('Connected');
  });

  it('finds lines of earlier consoles, and keeps its own', async () => {
    const { url } = await openPort();
    const { type, screen, remembered } = openConsole(url, { history: ['one', 'two'] });
    type('\u001b[A\u001b[A');
    expect(screen.text.split('\n').at(-1)).toBe('> one');
    type('\u001b[B!\r');
    expect(remembered).toEqual(['two!']);
  });

  it('clears the line on Ctrl+C and ends on Ctrl+D', async () => {
    const { url } = await openPort();
    const { type, screen, ended } = openConsole(url);
    type('abc\u0003');
    expect(screen.text.split('\n').at(-1)).toBe('>');
    expect(ended()).toBe(false);
    type('\u0004');
    expect(ended()).toBe(true);
  });
});
