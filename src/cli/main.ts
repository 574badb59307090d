#!/usr/bin/env node
import { constants } from 'node:os';
import { systemCode } from '../base/errors';
import type { ClusterEngine } from '../cluster/engine';
import { Output } from './output';
import { run, type EngineKind } from './run';

// A reader such as head has enough and closed the pipe.
process.stdout.on('error', (error) => process.exit(systemCode(error) === 'EPIPE' ? 0 : 1));

const interruption = new AbortController();
let interruptedBy: 'SIGINT' | 'SIGTERM' | undefined;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // The second time there is no waiting for an orderly end.
    if (interruptedBy) process.exit(128 + constants.signals[signal]);
    interruptedBy = signal;
    interruption.abort();
  });
}

const output = new Output(process.stdout, process.stderr, process.env);

/** Each engine is a file of its own, loaded when it is used. */
async function openEngine(kind: EngineKind): Promise<ClusterEngine> {
  if (kind === 'docker') return new (await import('../cluster/docker/engine')).DockerEngine();
  return new (await import('../cluster/embedded/engine')).EmbeddedEngine({ programs: __dirname });
}

void run(process.argv.slice(2), { env: process.env, output, signal: interruption.signal, openEngine }).then((code) => {
  process.exitCode = interruptedBy ? 128 + constants.signals[interruptedBy] : code;
});
