'use strict';

const fs = require('fs');

// Files in the working folder are the contract's state: all nodes must end up with the same ones.
const FILE = 'datafile.txt';

exports.read = () => (fs.existsSync(FILE) ? fs.readFileSync(FILE, 'utf8') : '');
exports.write = (text) => fs.writeFileSync(FILE, text);
