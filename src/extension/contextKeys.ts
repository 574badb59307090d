import * as vscode from 'vscode';
import type { Disposable } from '../base/disposables';
import type { ClusterModel, ClusterView } from './model/clusterModel';
import { contextOf, type ContextKeys, type JourneyKeys } from './model/context';

const current = new Map<string, boolean>();

type Keys = ContextKeys & JourneyKeys;

export function setContextKey<K extends keyof Keys>(key: K, value: Keys[K]): void {
  if (current.get(key) === value) return;
  current.set(key, value);
  void vscode.commands.executeCommand('setContext', key, value);
}

/** Keeps the keys true to the cluster. */
export function keepContextKeys(model: ClusterModel): Disposable {
  const update = (view: ClusterView): void => {
    const keys = contextOf(view);
    for (const key of Object.keys(keys) as (keyof ContextKeys)[]) setContextKey(key, keys[key]);
  };
  update(model.view);
  return model.onDidChange(update);
}
