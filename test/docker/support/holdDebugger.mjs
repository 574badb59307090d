// `node holdDebugger.mjs PROGRAMS REQUEST`: debugs a node of the cluster of DOCKER_HOST, in a process that can be killed, and prints each event as a line of JSON.
// PROGRAMS: the folder of docker.js. REQUEST: a DebugRequest as JSON.
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [programs, request] = process.argv.slice(2);
const { DockerEngine } = createRequire(import.meta.url)(join(programs, 'docker.js'));
await new DockerEngine().debug(JSON.parse(request), (event) => console.log(JSON.stringify(event)));
