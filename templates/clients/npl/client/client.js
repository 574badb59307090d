'use strict';

// Usage: node client/client.js [port]
const { connect } = require('./connect');

async function main(port) {
  const node = await connect(port);
  console.log('Agreed upon:', await node.submit('a number, please'));
  await node.close();
}

main(...process.argv.slice(2)).catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
