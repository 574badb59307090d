import * as vscode from 'vscode';
import { join } from 'node:path';
import type { ClusterEngine } from '../cluster/engine';
import { ClientTerminals } from './client/clientTerminals';
import type { Ledgers } from './ledgers/ledgers';
import { LogChannels } from './logs/logChannels';
import { ClusterModel } from './model/clusterModel';
import { Steering } from './model/steering';
import { NodeRounds } from './profile/nodeRounds';
import { RoundTimes } from './profile/roundTimes';
import { ProfileDocuments } from './profile/profileDocuments';
import { Troubles } from './status/troubles';
import { engineEnvironment, onDidChangeSettings, setting } from './settings';

/** What every part of the extension works with. */
export interface Services {
  readonly context: vscode.ExtensionContext;
  /** The extension's own log, shown in the output view as "HotPocket". */
  readonly log: vscode.LogOutputChannel;
  readonly engine: ClusterEngine;
  readonly model: ClusterModel;
  readonly steering: Steering;
  readonly logs: LogChannels;
  readonly clients: ClientTerminals;
  readonly nodeRounds: NodeRounds;
  readonly roundTimes: RoundTimes;
  readonly profiles: ProfileDocuments;
  /** Loaded when the cluster is shown. */
  readonly ledgers: () => Promise<Ledgers>;
  readonly troubles: Troubles;
}

/**
 * Loads the engine and begins to watch the cluster. Each engine is a bundle of its own (dist/embedded.js, dist/docker.js) that
 * activation must not wait for; whoever needs it awaits this.
 */
export async function openServices(context: vscode.ExtensionContext, log: vscode.LogOutputChannel): Promise<Services> {
  const engine = await openEngine(context);
  const model = new ClusterModel(engine);
  context.subscriptions.push(engine, model, onDidChangeSettings(['engine', 'nodePath', 'home', 'docker.instanceImage', 'docker.devkitImage', 'docker.observer'], () => void offerReload()));
  await model.refresh();
  const logs = new LogChannels({ context, log, engine, model });
  const clients = new ClientTerminals({ context, model });
  const nodeRounds = new NodeRounds(engine, model);
  const roundTimes = new RoundTimes(nodeRounds, model);
  const profiles = new ProfileDocuments(nodeRounds, model);
  const troubles = new Troubles(engine, model, nodeRounds);
  context.subscriptions.push(logs, clients, nodeRounds, roundTimes, profiles, troubles);
  const ledgers = once(async () => {
    const opened = new (await import('./ledgers/ledgers')).Ledgers({ engine, model, log });
    context.subscriptions.push(opened);
    return opened;
  });
  return { context, log, engine, model, steering: new Steering(), logs, clients, nodeRounds, roundTimes, profiles, ledgers, troubles };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

async function openEngine(context: vscode.ExtensionContext): Promise<ClusterEngine> {
  const env = engineEnvironment();
  if (setting('engine') === 'docker') return new (await import('../cluster/docker/engine')).DockerEngine({ env });
  return new (await import('../cluster/embedded/engine')).EmbeddedEngine({ programs: join(context.extensionPath, 'dist'), env });
}

async function offerReload(): Promise<void> {
  const reload = vscode.l10n.t('Reload Window');
  const answer = await vscode.window.showInformationMessage(vscode.l10n.t('The changed HotPocket setting takes effect when the window is reloaded.'), reload);
  if (answer === reload) await vscode.commands.executeCommand('workbench.action.reloadWindow');
}
