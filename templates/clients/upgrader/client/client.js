'use strict';

// Usage: node client/client.js [port] [new program]. The owner's keys are kept in owner.key.
const HotPocket = require('hotpocket-js-client');
const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const { connect } = require('./connect');

const KEY_FILE = 'owner.key';

async function ownerKeys() {
  if (existsSync(KEY_FILE)) return HotPocket.generateKeys(readFileSync(KEY_FILE, 'utf8'));
  const keys = await HotPocket.generateKeys();
  writeFileSync(KEY_FILE, Buffer.from(keys.privateKey).toString('hex'), { mode: 0o600 });
  return keys;
}

async function main(port, program = 'dist/index.js') {
  const node = await connect(port, await ownerKeys());
  console.log('Before:', await node.read(JSON.stringify({ type: 'version' })));
  console.log('Claim:', await node.submit(JSON.stringify({ type: 'claim' })));
  console.log('Upgrade:', await node.submit(JSON.stringify({ type: 'upgrade', program: readFileSync(program).toString('base64') })));
  console.log('After:', await node.read(JSON.stringify({ type: 'version' })));
  await node.close();
}

main(...process.argv.slice(2)).catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
