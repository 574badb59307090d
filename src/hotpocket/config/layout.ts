import { join } from 'node:path';

/** Where everything is in a node's folder, its contract directory (reference 1.2). */
export function contractPaths(dir: string) {
  const seed = join(dir, 'contract_fs', 'seed');
  return {
    dir,
    cfg: join(dir, 'cfg'),
    hpCfg: join(dir, 'cfg', 'hp.cfg'),
    tlsKey: join(dir, 'cfg', 'tlskey.pem'),
    tlsCert: join(dir, 'cfg', 'tlscert.pem'),
    contractFs: join(dir, 'contract_fs'),
    contractMount: join(dir, 'contract_fs', 'mnt'),
    seed,
    /** The contract's working folder. */
    state: join(seed, 'state'),
    patchCfg: join(seed, 'patch.cfg'),
    ledgerFs: join(dir, 'ledger_fs'),
    ledgerMount: join(dir, 'ledger_fs', 'mnt'),
    primaryShards: join(dir, 'ledger_fs', 'seed', 'primary'),
    rawShards: join(dir, 'ledger_fs', 'seed', 'raw'),
    log: join(dir, 'log'),
    contractLog: join(dir, 'log', 'contract'),
  } as const;
}

export type ContractPaths = ReturnType<typeof contractPaths>;
