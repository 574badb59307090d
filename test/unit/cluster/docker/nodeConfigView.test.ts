import { describe, expect, it } from 'vitest';
import { nodeConfigView, tellsInLog } from '../../../../src/cluster/docker/nodeConfigView';

const CFG = {
  hp_version: '0.6.5',
  node: { public_key: 'edab', private_key: 'x', role: 'observer' },
  contract: { id: 'an id', unl: ['edab'], bin_path: '/usr/bin/node', bin_args: 'index.js', consensus: { mode: 'public', roundtime: 2000, threshold: 80 }, round_limits: { exec_timeout: 300_000 } },
  mesh: { port: 22_861 },
  user: { port: 8081, listen: true },
  log: { log_level: 'inf', loggers: ['console', 'file'] },
};
const view = (change: object): ReturnType<typeof nodeConfigView> => nodeConfigView(JSON.stringify({ ...CFG, ...change }));

describe("what is shown of a node's hp.cfg", () => {
  it('is what the file says', () => {
    const { hp_version: _, ...rest } = CFG;
    expect(view({})).toMatchObject({ ...rest, node: { public_key: 'edab', role: 'observer' }, contract: { consensus: { roundtime: 2000 } } });
  });

  it('are numbers where the file has text, as for hpcore', () => {
    expect(view({ user: { port: '8081' } }).user.port).toBe(8081);
  });

  it('is as much as can be understood', () => {
    const broken = view({ contract: { id: 7 }, log: undefined });
    expect(broken).toMatchObject({ contract: { id: '', unl: [] }, node: { public_key: 'edab' }, user: { port: 8081, listen: true } });
    expect(nodeConfigView('{')).toEqual(nodeConfigView(undefined));
    expect(nodeConfigView('null').user.port).toBe(0);
  });
});

it('is known of a node whether its log says that it came up', () => {
  const tells = (log: object): boolean => tellsInLog(view({ log: { ...CFG.log, ...log } }));
  expect([tells({}), tells({ log_level: 'dbg' }), tells({ log_level: 'wrn' }), tells({ log_level: 'err' }), tells({ loggers: ['file'] })]).toEqual([true, true, false, false, false]);
  expect(tellsInLog(nodeConfigView(undefined))).toBe(true);
});
