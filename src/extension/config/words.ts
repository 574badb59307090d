import * as vscode from 'vscode';
import type { Fix } from './fixes';
import type { Finding } from './problems';

export function findingText(finding: Finding): string {
  switch (finding.kind) {
    case 'unknown':
      if (finding.home === '') return vscode.l10n.t('"{0}" belongs to the top of the file. Here HotPocket ignores it.', finding.name);
      if (finding.home !== undefined) return vscode.l10n.t('"{0}" belongs to the section "{1}". Here HotPocket ignores it.', finding.name, finding.home);
      if (finding.meant !== undefined) return vscode.l10n.t('HotPocket does not know "{0}" and ignores it. Is "{1}" meant?', finding.name, finding.meant);
      return vscode.l10n.t('HotPocket does not know "{0}" and ignores it.', finding.name);
    case 'perNode':
      return vscode.l10n.t('Every node has a "{0}" of its own. A deployment would give this one to all of them.', finding.name);
    case 'refused':
      return vscode.l10n.t('HotPocket refuses this: {0}', finding.message);
  }
}

export function fixTitle({ kind, to = '' }: Fix): string {
  switch (kind) {
    case 'move':
      return to === '' ? vscode.l10n.t('Move to the top of the file') : vscode.l10n.t('Move to "{0}"', to);
    case 'rename':
      return vscode.l10n.t('Rename to "{0}"', to);
    case 'remove':
      return vscode.l10n.t('Remove');
    case 'retype':
      return vscode.l10n.t('Change to {0}', to);
  }
}
