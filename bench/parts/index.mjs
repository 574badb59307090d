import { commands } from './commands.mjs';
import { docker } from './docker.mjs';
import { eager } from './eager.mjs';
import { extension } from './extension.mjs';
import { files } from './files.mjs';
import { rounds } from './rounds.mjs';
import { simulation } from './simulation.mjs';
import { sixteen } from './sixteen.mjs';
import { users } from './users.mjs';

/** In the order in which they are measured. @type {Readonly<Record<string, import('../figure.mjs').Part>>} */
export const parts = { commands, users, eager, rounds, sixteen, files, simulation, docker, extension };
