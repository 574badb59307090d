import { keysMatch } from '../keys';
import { MIN_CONFIG_VERSION } from '../version';
import { ConfigError } from './configError';
import type { HpConfig } from './types';

const broken = (path: string, line: string): ConfigError => new ConfigError('rule', [line], path);

/** The rules of reference 1.4 that look at more than one field's bounds, except those about signing keys. */
export function checkRules(config: HpConfig): void {
  checkVersion(config.hp_version);
  const { node, contract, mesh } = config;
  if (node.history === 'custom' && node.history_config.max_primary_shards === 0) {
    throw broken('node.history_config.max_primary_shards', "'max_primary_shards' cannot be zero in history=custom mode.");
  }
  if (contract.run_as !== '' && !parseRunAs(contract.run_as)) {
    throw broken('contract.run_as', 'Invalid format for contract run as config ("uid>0:gid>0" expected).');
  }
  if (contract.log.enable && contract.log.max_mbytes_per_file === 0) {
    throw broken('contract.log.max_mbytes_per_file', 'Contract log max mbytes per file must be greater than 0 to enable contract logging.');
  }
  if (contract.log.enable && contract.log.max_file_count === 0) {
    throw broken('contract.log.max_file_count', 'Contract log file count must be greater than 0 to enable contract logging.');
  }
  if (mesh.max_connections > 0 && (mesh.max_known_connections === 0 || mesh.max_known_connections > mesh.max_connections)) {
    throw broken('mesh.max_known_connections', 'Invalid configuration values: mesh max_known_connections count should not exceed mesh max_connections.');
  }
}

export function checkSigningKeys({ node }: HpConfig): void {
  if (node.public_key === '' || node.private_key === '') throw broken('node', "Signing keys missing. Run with 'rekey' to generate new keys.");
  if (!keysMatch({ publicKey: node.public_key, privateKey: node.private_key })) throw broken('node', "Invalid signing keys. Run with 'rekey' to generate new keys.");
}

function checkVersion(version: string): void {
  const found = parseVersion(version);
  const oldest = parseVersion(MIN_CONFIG_VERSION);
  if (!found || !oldest) throw broken('hp_version', 'Malformed version string.');
  const difference = found.map((part, i) => part - (oldest[i] ?? 0)).find((d) => d !== 0) ?? 0;
  if (difference < 0) throw broken('hp_version', `Config version too old. Minimum ${MIN_CONFIG_VERSION} required. ${version} found.`);
}

const parseVersion = (text: string): number[] | undefined => (/^\d+\.\d+\.\d+$/.test(text) ? text.split('.').map(Number) : undefined);

/** The two ids of `contract.run_as`, "uid:gid"; undefined if that is empty or malformed. Neither can be root's. */
export function parseRunAs(text: string): { readonly uid: number; readonly gid: number } | undefined {
  const [, uid, gid] = /^(\d+):(\d+)$/.exec(text) ?? [];
  const isId = (id: number): boolean => id > 0 && id <= 0xffff_ffff;
  return isId(Number(uid)) && isId(Number(gid)) ? { uid: Number(uid), gid: Number(gid) } : undefined;
}
