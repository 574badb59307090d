import fc from 'fast-check';
import { deepStrictEqual } from 'node:assert';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { applyPatch, ConfigError, formatConfig, formatPatch, isJsonObject, mergeOverride, newConfig, parseConfig, parsePatch, readConfig, toPatch, type HpConfig, type Json } from '../../../src/hotpocket/config';
import { generateKeyPair } from '../../../src/hotpocket/keys';
import { consensusPatch } from '../../../src/node/patches';
import { hostileBytes } from '../bytes';
import { target, type Verdict } from '../target';
import { hostileCopies, hostileJson } from '../values';

const recorded = (name: string): Buffer => readFileSync(join(__dirname, '../../unit/hotpocket/recorded', name));
/** A member that the corpus has none of. */
const environment = { environment: { A: '1', B: '' } };

function whole(): { readonly config: HpConfig; readonly files: readonly Buffer[] } {
  const fresh = newConfig(generateKeyPair(), 'a-contract');
  const config = { ...fresh, contract: { ...fresh.contract, ...environment } };
  return { config, files: [Buffer.from(formatConfig(config)), recorded('hpcore-new.hp.cfg'), recorded('spawned-node6.hp.cfg')] };
}
const { config, files } = whole();

/** Refused with what hpcore would say; whatever is accepted must be written as it is read. */
function judge(read: () => void): Verdict {
  try {
    read();
    return 'accepted';
  } catch (error) {
    if (!(error instanceof ConfigError) || error.lines.length === 0) throw error;
    return 'refused';
  }
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

export const hpCfg = target({
  name: 'hp.cfg',
  share: 0.1,
  messages: fc.oneof(hostileBytes(files), hostileJson(files.map((file) => JSON.parse(text(file)) as unknown))),
  open: () => ({
    take: (message) => judge(() => {
      const read = parseConfig(text(message), 'hp.cfg');
      deepStrictEqual(parseConfig(formatConfig(read), 'hp.cfg'), read);
      consensusPatch(read.contract);
    }),
  }),
});

const patches = [Buffer.from(formatPatch(toPatch(config.contract))), recorded('patch.cfg')];

export const patchCfg = target({
  name: 'patch.cfg',
  share: 0.1,
  messages: fc.oneof(hostileBytes(patches), hostileJson(patches.map((file) => JSON.parse(text(file)) as unknown))),
  open: () => ({
    take: (message) => judge(() => {
      const patch = parsePatch(text(message));
      deepStrictEqual(parsePatch(formatPatch(patch)), patch);
      // What a node does with one that was agreed on.
      const after = applyPatch(config, patch);
      deepStrictEqual(parseConfig(formatConfig(after), 'hp.cfg'), after);
    }),
  }),
});

const overrides = [{ contract: { bin_path: '/usr/bin/node', bin_args: 'index.js', consensus: { roundtime: 1000 } } }, { mesh: { port: 1 }, user: { port: 2 } }, config];

export const override = target({
  name: 'hp.cfg.override',
  share: 0.05,
  messages: hostileCopies(overrides),
  open: () => ({
    take: (message) => judge(() => {
      const layer = JSON.parse(JSON.stringify(message) ?? 'null') as Json;
      if (!isJsonObject(layer)) throw new ConfigError('file', ['it is not a JSON object.']);
      readConfig(mergeOverride(JSON.parse(JSON.stringify(config)) as Record<string, Json>, layer), 'hp.cfg.override');
      if (({} as { a?: unknown }).a !== undefined) throw new Error('Object.prototype was changed.');
    }),
  }),
});
