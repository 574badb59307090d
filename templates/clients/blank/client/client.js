'use strict';

// Usage: node client/client.js [port] [text]
const { connect } = require('./connect');

async function main(port, text = 'hello') {
  const node = await connect(port);
  console.log('Read request:', await node.read(text));
  console.log('Input:', await node.submit(text));
  await node.close();
}

main(...process.argv.slice(2)).catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
