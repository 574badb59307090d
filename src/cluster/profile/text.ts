import { measuredText, millisecondsText } from '../../base/quantities';
import { CONTRACT_PHASES, type RoundPhase, type RoundProfile } from '../../base/roundProfile';
import { tableLines, wrapped, type TableRow } from './layout';
import type { Advice, Figures, Statistics } from './statistics';

/** What texts are translated with, such as `vscode.l10n`: {0}, {1}, … stand for the values. */
export interface Translator {
  t(message: string, ...args: (string | number | boolean)[]): string;
}

export interface ProfileStyle {
  /** Columns. */
  readonly width: number;
  readonly l10n: Translator;
  /** Puts colour on the bars of the contract's phases. */
  readonly paint?: (bar: string, overBudget: boolean) => string;
}

/** Where the rounds of a node are spent, for people, in lines without colours but those of `paint`. */
export function profileLines(node: number, statistics: Statistics, style: ProfileStyle): string[] {
  const { width, l10n } = style;
  const { advice } = statistics;
  return [
    ...wrapped(headline(node, statistics, l10n), width),
    '',
    ...tableLines(rows(statistics, style), width),
    '',
    ...sentences(statistics, l10n).flatMap((sentence) => wrapped(sentence, width)),
    ...(advice ? ['', ...wrapped(adviceText(advice, statistics, l10n), width)] : []),
  ];
}

function headline(node: number, { rounds, ledgers, roundTime }: Statistics, l10n: Translator): string {
  if (rounds === 1) return l10n.t('Node {0}, ledger {1}: 1 round, round time {2}', node, ledgers.first, millisecondsText(roundTime));
  return l10n.t('Node {0}, ledgers {1} to {2}: {3} rounds, round time {4}', node, ledgers.first, ledgers.last, rounds, millisecondsText(roundTime));
}

function rows({ phases, total, started, advice }: Statistics, { l10n, paint }: ProfileStyle): TableRow[] {
  const cells = ({ medianMs, p95Ms }: Figures, share: number): string[] => [measuredText(medianMs), measuredText(p95Ms), shareText(share)];
  return [
    { label: l10n.t('Phase'), cells: [l10n.t('Median'), l10n.t('95 %'), l10n.t('Share')] },
    ...phases.map((one): TableRow => ({
      label: phaseText(one.phase, started, l10n),
      cells: cells(one, one.share),
      bar: one.share,
      ...(paint && CONTRACT_PHASES.includes(one.phase) && { paint: (bar) => paint(bar, advice !== undefined) }),
    })),
    { label: l10n.t('From ledger to ledger'), cells: cells(total, 1) },
  ];
}

export function phaseText(phase: RoundPhase, started: RoundProfile['started'], l10n: Translator): string {
  switch (phase) {
    case 'commit': return l10n.t('Write the ledger');
    case 'prepare': return l10n.t('Wait until the last state is kept');
    case 'start': return started === 'read' ? l10n.t('Start the program, until it reads') : l10n.t('Start the program');
    case 'run': return l10n.t('The contract runs');
    case 'finish': return l10n.t('End it, read its outputs');
    case 'hash': return l10n.t('Hash the state');
    case 'record': return l10n.t('Write down the run');
    case 'propose': return l10n.t('Propose and vote');
    case 'wait': return l10n.t('Wait for time and votes');
  }
}

function sentences({ contract, files, beside, reads, started }: Statistics, l10n: Translator): string[] {
  if (!files) return [l10n.t('No contract ran in these rounds.')];
  return [
    l10n.t('The contract takes {0} of a round, from waiting for the last state to writing down the run.', measuredText(contract.medianMs)),
    ...(started === 'executed' ? [l10n.t('It does not read its arguments, so that its own start counts as its run.')] : []),
    l10n.t('Files of the state: {0} looked at, {1} hashed again.', Math.round(files.looked), Math.round(files.hashed)),
    l10n.t('Beside the round: {0} to keep the state, {1} to make a snapshot for read requests.', measuredText(beside.keep.medianMs), measuredText(beside.snapshot.medianMs)),
    ...(reads.count > 0 ? [l10n.t('Read requests: {0}, mean {1}, longest {2}.', reads.count, measuredText(reads.meanMs), measuredText(reads.longestMs))] : []),
  ];
}

/** What is wrong, what follows from it, and what to do. */
export function adviceText({ contractMs, budgetMs, dominant, roundTime }: Advice, { total, files, started }: Pick<Statistics, 'total' | 'files' | 'started' | 'roundTime'>, l10n: Translator): string {
  const problem = l10n.t('The contract needs {0}, but a round has room for {1}: ledgers come every {2}.', measuredText(contractMs), measuredText(budgetMs), measuredText(total.medianMs));
  return `${problem} ${causeText(dominant, files?.hashed ?? 0, started, l10n)} ${l10n.t('Or set contract.consensus.roundtime to {0} or more.', roundTime)}`;
}

function causeText(dominant: RoundPhase, hashed: number, started: RoundProfile['started'], l10n: Translator): string {
  switch (dominant) {
    case 'start': return l10n.t('Most of it is the start of its program: have it load less, such as one bundled file.');
    case 'hash': return l10n.t('Most of it is hashing {0} changed files: write fewer or smaller ones.', Math.round(hashed));
    case 'prepare': return l10n.t('Most of it is waiting until what the last run wrote is kept: write less.');
    case 'finish': return l10n.t('Most of it is what follows its exit: processes it leaves, large outputs, post_exec.sh.');
    case 'record': return l10n.t('Most of it is writing down its outputs: send less, or use a faster disk.');
    default: return started === 'executed' ? l10n.t('Most of it is its program: have it start quicker, or do less in a round.') : l10n.t('Most of it is its own work: do less in a round.');
  }
}

const shareText = (share: number): string => `${(share * 100).toFixed(1)} %`;
