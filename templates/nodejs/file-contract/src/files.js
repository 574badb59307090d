'use strict';

const fs = require('node:fs');
const path = require('node:path');

const FOLDER = 'files';

/** Nothing that could lead out of the folder. */
exports.isName = (name) => typeof name === 'string' && /^[\w-][\w.-]{0,99}$/.test(name);

const at = (name) => path.join(FOLDER, name);
exports.has = (name) => fs.existsSync(at(name));
exports.list = () => (fs.existsSync(FOLDER) ? fs.readdirSync(FOLDER).sort() : []);
exports.read = (name) => fs.readFileSync(at(name));
exports.write = (name, content) => {
  fs.mkdirSync(FOLDER, { recursive: true });
  fs.writeFileSync(at(name), content);
};
exports.remove = (name) => {
  const there = exports.has(name);
  if (there) fs.rmSync(at(name));
  return there;
};
