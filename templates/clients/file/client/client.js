'use strict';

// Usage: node client/client.js [port] [file to upload]
const { readFileSync } = require('node:fs');
const { basename } = require('node:path');
const { connect } = require('./connect');

async function main(port, file = __filename) {
  const node = await connect(port);
  const name = basename(file);
  console.log('Upload:', await node.submit(JSON.stringify({ type: 'upload', name, content: readFileSync(file).toString('base64') })));
  console.log('Files:', await node.read(JSON.stringify({ type: 'list' })));
  const { content } = JSON.parse(await node.read(JSON.stringify({ type: 'download', name })));
  console.log('Downloaded as it was:', Buffer.from(content, 'base64').equals(readFileSync(file)));
  await node.close();
}

main(...process.argv.slice(2)).catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
