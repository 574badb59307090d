import type { Command } from '../command';
import { clean } from './clean';
import { deploy } from './deploy';
import { diagnose } from './diagnose';
import { gen } from './gen';
import { list } from './list';
import { logs } from './logs';
import { profile } from './profile';
import { rounds } from './rounds';
import { spawn } from './spawn';
import { start } from './start';
import { status } from './status';
import { stop } from './stop';
import { version } from './version';

/** In the order the help lists them. */
export const commands: readonly Command[] = [gen, list, deploy, start, stop, logs, status, profile, diagnose, spawn, rounds, clean, version];
