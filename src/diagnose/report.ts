import type { Translator } from '../cluster/profile/text';
import type { CheckResult, Finding, Severity } from './finding';

const SEVERITIES: readonly Severity[] = ['problem', 'warning', 'note'];

/** What all checks found, the worst first. */
export function allFindings(results: readonly CheckResult[]): Finding[] {
  const all = results.flatMap(({ findings }) => findings);
  return SEVERITIES.flatMap((severity) => all.filter((finding) => finding.severity === severity));
}

export const count = (results: readonly CheckResult[], severity: Severity): number => allFindings(results).filter((finding) => finding.severity === severity).length;

/** How it looks, in one sentence. */
export function summaryText(results: readonly CheckResult[], l10n: Translator): string {
  const [problems, warnings] = [count(results, 'problem'), count(results, 'warning')];
  if (problems > 0) return problems === 1 ? l10n.t('1 problem was found.') : l10n.t('{0} problems were found.', problems);
  if (warnings > 0) return warnings === 1 ? l10n.t('1 thing may go wrong.') : l10n.t('{0} things may go wrong.', warnings);
  return l10n.t('Nothing is wrong.');
}

export function severityWord(severity: Severity, l10n: Translator): string {
  switch (severity) {
    case 'problem': return l10n.t('problem');
    case 'warning': return l10n.t('warning');
    case 'note': return l10n.t('note');
  }
}

/** The report for people, line by line. `paint` puts colour on the word that says how bad something is. */
export function reportLines(results: readonly CheckResult[], l10n: Translator, paint: (severity: Severity, text: string) => string = (_, text) => text): string[] {
  const parts = results.filter(({ facts, findings }) => facts.length + findings.length > 0).flatMap(({ title, facts, findings }) => [
    title,
    ...facts.map((fact) => `  ${fact}`),
    ...findings.flatMap(({ severity, error: { code, message, remedy } }) => [`  ${paint(severity, severityWord(severity, l10n))}: ${message} [${code}]`, `    ${remedy}`]),
    '',
  ]);
  return [...parts, summaryText(results, l10n)];
}
