import * as vscode from 'vscode';
import type { RunKind } from '../../base/debugLink';

export const DEBUG_TYPE = 'hotpocket';

/** A configuration of type `hotpocket` as package.json describes it; a test compares the two. */
export interface HotPocketAttributes {
  /** Number of the node, or `pick`. */
  readonly node?: number | 'pick';
  /** The folder that is deployed, or was. */
  readonly contract?: string;
  readonly runs?: RunKind | 'both';
  readonly rounds?: 'all' | 'withInputs';
  readonly stopOnEntry?: boolean;
  readonly pauseCluster?: boolean;
  readonly sourceMaps?: boolean;
  readonly outFiles?: readonly string[];
  readonly resolveSourceMapLocations?: readonly string[] | null;
  readonly skipFiles?: readonly string[];
}

export type HotPocketConfiguration = vscode.DebugConfiguration & HotPocketAttributes;

/** One that was resolved: nothing is left to be asked. */
export type ResolvedConfiguration = HotPocketConfiguration & { readonly node: number; readonly contract: string; readonly project: string };

/** What is offered where there is no launch.json. */
export function offeredConfigurations(): HotPocketConfiguration[] {
  return [
    { type: DEBUG_TYPE, request: 'launch', name: vscode.l10n.t('HotPocket: deploy and debug') },
    { type: DEBUG_TYPE, request: 'attach', name: vscode.l10n.t('HotPocket: debug the running contract') },
  ];
}

/** A node of the running cluster, debugged at once. */
export function nodeConfiguration(node: number): HotPocketConfiguration {
  return { type: DEBUG_TYPE, request: 'attach', name: vscode.l10n.t('HotPocket: node {0}', node), node };
}
