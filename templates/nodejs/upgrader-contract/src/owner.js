'use strict';

const fs = require('node:fs');

// In the state, so that all nodes know the same owner.
const FILE = 'owner.txt';

exports.is = (publicKey) => fs.existsSync(FILE) && fs.readFileSync(FILE, 'utf8') === publicKey;
exports.claim = (publicKey) => {
  if (fs.existsSync(FILE)) return exports.is(publicKey);
  fs.writeFileSync(FILE, publicKey);
  return true;
};
