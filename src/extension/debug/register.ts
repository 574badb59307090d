import * as vscode from 'vscode';
import { join } from 'node:path';
import { debugProviders, providerFor } from '../../debug/providers';
import type { Services } from '../services';
import { DEBUG_TYPE, type ResolvedConfiguration } from './configuration';
import { ConfigurationProvider } from './configurationProvider';
import { ParentSession } from './parentSession';

/** The debug type `hotpocket`. */
export function registerDebugging(context: vscode.ExtensionContext, services: Promise<Services>, log: vscode.LogOutputChannel): void {
  const hook = join(context.extensionPath, 'dist', 'debugHook.js');
  const configurations = new ConfigurationProvider(services, log, hook);
  const adapters: vscode.DebugAdapterDescriptorFactory = {
    async createDebugAdapterDescriptor(session) {
      const { engine, model } = await services;
      const program = model.status?.program ?? { binPath: '', binArgs: '' };
      const provider = providerFor(program, debugProviders(hook));
      return new vscode.DebugAdapterInlineImplementation(new ParentSession(session, session.configuration as ResolvedConfiguration, engine, provider));
    },
  };
  context.subscriptions.push(
    vscode.debug.registerDebugConfigurationProvider(DEBUG_TYPE, configurations, vscode.DebugConfigurationProviderTriggerKind.Initial),
    vscode.debug.registerDebugConfigurationProvider(DEBUG_TYPE, { provideDebugConfigurations: () => configurations.provideDebugConfigurations() }, vscode.DebugConfigurationProviderTriggerKind.Dynamic),
    vscode.debug.registerDebugAdapterDescriptorFactory(DEBUG_TYPE, adapters),
  );
}
