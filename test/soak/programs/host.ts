import { readdirSync } from 'node:fs';
import { EmbeddedEngine } from '../../../src/cluster/embedded/engine';
import { MergedLogView } from '../../../src/extension/logs/logViews';
import { ClusterModel } from '../../../src/extension/model/clusterModel';
import { Steering } from '../../../src/extension/model/steering';
import { NodeRounds } from '../../../src/extension/profile/nodeRounds';
import { IncidentWatch } from '../../../src/extension/status/incidents';
import { NoticeFilter } from '../../../src/extension/status/noticeFilter';

/** What the extension's code uses, as it answers each message of its parent. */
export interface HostUse {
  /** What is left on the heap after a collection, bytes. */
  readonly heap: number;
  readonly files: number;
  /** Events of the engine so far: that it was not asleep. */
  readonly events: number;
}

// The extension's code without VS Code, in a process of its own: the engine's client, the model, the rounds, the watch for incidents and the merged log, as
// `openServices` and `announce` put them together. Arguments: the folder of the built programs.

const [, , programs = ''] = process.argv;
const engine = new EmbeddedEngine({ programs });
const model = new ClusterModel(engine);
const rounds = new NodeRounds(engine, model);
const [watch, notices, steering] = [new IncidentWatch(), new NoticeFilter(), new Steering()];
let events = 0;
// As VS Code keeps it, which holds the text that is shown.
let shown = '';
const log = new MergedLogView({
  engine, lines: 10_000,
  sink: { append: (text) => (shown += text), replace: (text) => (shown = text) },
  header: (leftOut) => `${leftOut} lines before\n`, failed: () => undefined,
});

model.onDidChange(() => watch.look(model.status, steering.quietUntil(model.status?.roundTime ?? 0), Date.now()));
model.onEvent((change) => {
  events++;
  if (change.type === 'notice') notices.isNew(change);
});
rounds.onDidChange((node) => void rounds.of(node));
void model.refresh().then(() => log.setNodes(model.status?.nodes.map(({ node }) => node) ?? []));

process.on('disconnect', () => process.exit());
process.on('message', () => {
  globalThis.gc?.();
  const use: HostUse = { heap: process.memoryUsage().heapUsed - shown.length, files: readdirSync('/proc/self/fd').length, events };
  process.send?.(use);
});
