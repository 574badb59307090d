'use strict';

// Watches a cluster as the extension does, in a process of its own. Arguments: the folder of the built programs, HOTPOCKET_HOME.

const [, , programs, home] = process.argv;
const { EmbeddedEngine } = require(`${programs}/embedded.js`);

const engine = new EmbeddedEngine({ programs, env: { ...process.env, HOTPOCKET_HOME: home } });
engine.onDidChange(() => undefined);
process.on('disconnect', () => process.exit());
