'use strict';

// A user in a process of its own, with the published client library: hands in inputs at a steady pace and tells what becomes of each.
// Arguments, as JSON: { name, servers, privateKey, trusted, first, everyMs, protocol }. What it tells: { type: 'submitted' | 'status' | 'output' | 'said', … }.
// Told 'stop' it hands in nothing more, and 'close' it ends.

const HotPocket = require('hotpocket-js-client');

const { name, servers, privateKey, trusted, first, everyMs, protocol } = JSON.parse(process.argv[2]);
const tell = (message) => process.connected && process.send(message);
let count = first;
let nonce = 0;
let stopped = false;

async function submit(client) {
  const text = `${name}-${count++}`;
  tell({ type: 'submitted', text });
  try {
    // Never with the nonce of an earlier one.
    nonce = Math.max(Date.now(), nonce + 1);
    const handed = await client.submitContractInput(text, nonce);
    if (!handed) return tell({ type: 'status', text, status: 'unsent' });
    const { status, reason, ledgerSeqNo, ledgerHash } = await handed.submissionStatus;
    tell({ type: 'status', text, status, reason, ledgerSeqNo, ledgerHash: ledgerHash === undefined ? undefined : asHex(ledgerHash) });
  } catch (error) {
    tell({ type: 'status', text, status: 'unsent', reason: String(error) });
  }
}

const asHex = (value) => (typeof value === 'string' ? value : Buffer.from(value).toString('hex'));
// Text over JSON, bytes over BSON.
const asText = (value) => (typeof value === 'string' ? value : Buffer.from(value).toString());

async function main() {
  HotPocket.setLogLevel(1);
  console.log = (...words) => tell({ type: 'said', text: words.map(String).join(' ') });
  const keys = await HotPocket.generateKeys(privateKey);
  let client;
  // The library gives up when it had no connection for a while; a user does not.
  const connect = async () => {
    const next = await HotPocket.createClient(servers, keys, { protocol, trustedServerKeys: trusted });
    next.on(HotPocket.events.contractOutput, ({ ledgerSeqNo, outputs }) => tell({ type: 'output', ledgerSeqNo, outputs: outputs.map(asText) }));
    next.on(HotPocket.events.disconnect, () => void connect());
    client = next;
    if (!(await next.connect())) await connect();
  };
  process.on('message', (message) => {
    if (message === 'stop') stopped = true;
    if (message === 'close') void client.close().then(() => process.exit());
  });
  process.on('disconnect', () => process.exit());
  await connect();
  setInterval(() => stopped || void submit(client), everyMs);
}

void main();
