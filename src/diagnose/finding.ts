import type { HotPocketError } from '../base/errors';
import type { Bundle } from '../cluster/bundle';
import type { ClusterDefaults, ClusterEngine } from '../cluster/engine';
import type { Translator } from '../cluster/profile/text';
import type { ContractProject } from '../project/contractFolders';

/** `problem`: something does not work. `warning`: something may not. `note`: worth knowing. */
export type Severity = 'problem' | 'warning' | 'note';

/** Something that a check found: an error of the catalogue that has not happened yet, or stands. */
export interface Finding {
  readonly severity: Severity;
  readonly error: Pick<HotPocketError, 'code' | 'message' | 'remedy'> & { readonly details: object };
}

/** What one check has to say. */
export interface CheckResult {
  readonly title: string;
  /** What is so, in words, whether good or bad. */
  readonly facts: readonly string[];
  readonly findings: readonly Finding[];
}

/** What checks look at. */
export interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly engine: ClusterEngine;
  /** The folder of the built programs, from where nodes load native modules. */
  readonly programs: string;
  /** How a new cluster would be made. Throws INVALID_CLUSTER_SIZE, INVALID_PORT. */
  readonly defaults: () => ClusterDefaults;
  /** The contract in question; undefined if none is known. */
  readonly contract: ContractProject | undefined;
  /** Its folder looked through; rejects with BUNDLE_NOT_FOUND, BUNDLE_INVALID. */
  readonly bundle: Promise<Bundle> | undefined;
  readonly l10n: Translator;
  readonly signal: AbortSignal;
}

/** Collects what a check says. */
export class Notes {
  readonly facts: string[] = [];
  readonly findings: Finding[] = [];

  fact(text: string): void {
    this.facts.push(text);
  }

  found(severity: Severity, error: Finding['error']): void {
    this.findings.push({ severity, error });
  }
}

export interface Check {
  readonly title: (l10n: Translator) => string;
  /** An error that it throws is one more finding. */
  run(surroundings: Surroundings, notes: Notes): Promise<void>;
}
