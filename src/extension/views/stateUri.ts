import * as vscode from 'vscode';

export const STATE_SCHEME = 'hotpocket-state';

/** A file of a node's state as a read-only document. `path` is relative to the state, with slashes. */
export function stateUri(cluster: string, node: number, path: string): vscode.Uri {
  return vscode.Uri.from({ scheme: STATE_SCHEME, path: `/${cluster}/node${node}/${path}` });
}

/** The other way round; undefined for what is no such address. */
export function parseStateUri({ path }: vscode.Uri): { readonly node: number; readonly path: string } | undefined {
  const [, node, inside] = /^\/[^/]+\/node(\d+)(?:\/(.*))?$/.exec(path) ?? [];
  return node === undefined ? undefined : { node: Number(node), path: inside ?? '' };
}
