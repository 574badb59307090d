import { asHotPocketError } from '../../base/errors';
import { durationText } from '../../base/quantities';
import type { CheckedOutput, InputOutcome, NodeIdentity, NodeStatus, OutputProof, PublishedLedger, PublishedView, UserProtocol } from '../../client/types';
import { ledgerText, type L10n } from '../model/words';
import { bold, cyan, dim, green, red, visible, yellow } from './ansi';
import { rejectionWords } from './rejections';
import { shownContent, shownText } from './shownContent';

/** Everything that the client's console says, as text with styles and `\n` between lines. */
export class Transcript {
  constructor(private readonly l10n: L10n) {}

  greeting(node: number): string {
    const { l10n } = this;
    const hint = l10n.t('What you type is sent to the contract as an input, after ? as a read request. /help lists the commands.');
    return `${bold(l10n.t('HotPocket client: node {0}', node))}\n${dim(hint)}`;
  }

  help(): string {
    const { l10n } = this;
    const lines: [string, string][] = [
      [l10n.t('text'), l10n.t('send an input')],
      [`?${l10n.t('text')}`, l10n.t('send a read request (also /read text)')],
      [`/send ${l10n.t('text')}`, l10n.t('send an input that begins with ? or /')],
      ['/status', l10n.t('what the node says of itself')],
      [`/ledger [${l10n.t('number')}]`, l10n.t('the last ledger, or the one with that number')],
      ['/key', l10n.t('the public key of this user')],
      ['/key new', l10n.t('become another user, with a fresh key')],
      ['/key kept', l10n.t('become the user again whose key is kept for this contract')],
      ['/protocol json|bson', l10n.t('speak the other protocol')],
      ['/reconnect', l10n.t('connect again')],
      ['/clear', l10n.t('clear the screen')],
      ['/quit', l10n.t('close this console (also Ctrl+D)')],
    ];
    const width = Math.max(...lines.map(([command]) => command.length)) + 2;
    return lines.map(([command, meaning]) => `  ${cyan(command.padEnd(width))}${meaning}`).join('\n');
  }

  connecting(url: string): string {
    return dim(this.l10n.t('Connecting to {0} …', url));
  }

  connected(url: string, key: string, protocol: UserProtocol, node: NodeIdentity, status: NodeStatus): string {
    const { l10n } = this;
    const told = l10n.t('HotPocket {0}, vote status {1}, ledger {2}', visible(node.hpVersion), status.voteStatus, status.ledgerSeqNo);
    return `${green(l10n.t('Connected to {0} as user {1} over {2}.', url, shortKey(key), protocol.toUpperCase()))} ${dim(told)}`;
  }

  lost(error: unknown, retrying: boolean): string {
    const { l10n } = this;
    const next = retrying ? l10n.t('Trying again every second.') : l10n.t('/reconnect tries again.');
    return `${yellow(visible(asHotPocketError(error).message))} ${dim(next)}`;
  }

  gaveUp(): string {
    return yellow(this.l10n.t('Still no connection; this is no longer tried. /reconnect tries again.'));
  }

  /** `number` is that of the line that it is about. */
  failed(error: unknown, number?: number): string {
    const { message, remedy } = asHotPocketError(error);
    return `${number === undefined ? '' : `${tag(number)} `}${red(visible(message))} ${dim(visible(remedy))}`;
  }

  /** A line as it was entered, with the number that later lines about it begin with. */
  entered(number: number, text: string): string {
    return `${tag(number)} ${bold(shownText(text, this.l10n))}`;
  }

  command(line: string): string {
    return dim(visible(line));
  }

  outcome(number: number, outcome: InputOutcome): string {
    const { l10n } = this;
    switch (outcome.status) {
      case 'accepted':
        return `${tag(number)} ${green(l10n.t('accepted'))} ${dim(l10n.t('in ledger {0}', ledgerText({ seqNo: outcome.ledgerSeqNo, hash: outcome.ledgerHash })))}`;
      case 'rejected':
        return `${tag(number)} ${red(l10n.t('rejected'))}: ${rejectionWords(outcome.reason, l10n)} ${dim(`(${visible(outcome.reason)})`)}`;
      case 'failed':
        return `${tag(number)} ${yellow(l10n.t('unknown'))}: ${silenceWords(outcome.reason, l10n)}`;
    }
  }

  /** A rejection of what this console did not send as an input, or does not know any more. */
  stray(outcome: InputOutcome): string {
    const what = outcome.status === 'rejected' ? rejectionWords(outcome.reason, this.l10n) : outcome.status;
    return yellow(this.l10n.t('About an earlier message: {0}', what));
  }

  response(number: number, content: Buffer): string {
    return joined(`${tag(number)} ${cyan(this.l10n.t('answer'))}`, shownContent(content, this.l10n));
  }

  lateResponse(content: Buffer): string {
    return joined(cyan(this.l10n.t('late answer')), shownContent(content, this.l10n));
  }

  output({ ledgerSeqNo, messages, proof }: CheckedOutput): string {
    const head = `${cyan(this.l10n.t('output'))} ${dim(this.l10n.t('ledger {0},', ledgerSeqNo))} ${this.proof(proof)}`;
    const shown = messages.map((message) => shownContent(message, this.l10n));
    return shown.length === 1 ? joined(head, shown.join()) : [head, ...shown].join('\n');
  }

  unreadable(message: Buffer): string {
    const { l10n } = this;
    const explanation = l10n.t('The node sent a message that nobody can read. An output that only looks like JSON does that; the BSON protocol carries any.');
    return `${yellow(explanation)}\n${shownText(message.toString(), l10n)}`;
  }

  unlChanged(count: number): string {
    return dim(this.l10n.t('The UNL changed; it has {0} nodes now.', count));
  }

  status(status: NodeStatus, key: string): string {
    const { l10n } = this;
    const yes = (flag: boolean): string => (flag ? l10n.t('yes') : l10n.t('no'));
    return table([
      [l10n.t('Vote status'), status.voteStatus],
      [l10n.t('Ledger'), ledgerText({ seqNo: status.ledgerSeqNo, hash: status.ledgerHash })],
      [l10n.t('Round time'), durationText(status.roundTime)],
      [l10n.t('HotPocket'), visible(status.hpVersion)],
      [l10n.t('Nodes in the UNL'), String(status.currentUnl.length)],
      [l10n.t('Peers'), status.peers.map(visible).join(', ') || '–'],
      [l10n.t('Weakly connected'), yes(status.weaklyConnected)],
      [l10n.t('Contract runs'), yes(status.contractExecutionEnabled)],
      [l10n.t('Read requests'), yes(status.readRequestsEnabled)],
      [l10n.t('This user'), key],
    ]);
  }

  ledger({ ledger, inputs = [], outputs = [] }: PublishedView): string {
    const { l10n } = this;
    const facts = table(ledgerRows(ledger, l10n));
    const sent = inputs.map(({ pubkey, blob }) => joined(`${cyan(l10n.t('input'))} ${dim(shortKey(pubkey))}`, shownContent(Buffer.from(blob), l10n)));
    const got = outputs.flatMap(({ pubkey, blobs }) => blobs.map((blob) => joined(`${cyan(l10n.t('output'))} ${dim(shortKey(pubkey))}`, shownContent(Buffer.from(blob), l10n))));
    return [facts, ...sent, ...got].join('\n');
  }

  noLedger(seqNo: string): string {
    return this.l10n.t('The node has no ledger {0}.', seqNo);
  }

  key(publicKey: string, kept: boolean): string {
    return `${publicKey}\n${dim(kept ? this.l10n.t('kept for this contract, and used by every console that is opened for it') : this.l10n.t('of this console only'))}`;
  }

  protocol(protocol: UserProtocol): string {
    return this.l10n.t('The protocol is {0}. /protocol json and /protocol bson change it.', protocol.toUpperCase());
  }

  usage(usage: string): string {
    return yellow(this.l10n.t('Usage: {0}', usage));
  }

  unknownCommand(name: string): string {
    return yellow(this.l10n.t('There is no command /{0}. /help lists them; /send {1} sends the text.', visible(name), '…'));
  }

  private proof(proof: OutputProof): string {
    const { l10n } = this;
    switch (proof.kind) {
      case 'verified':
        return dim(l10n.t('signed by {0} of {1} nodes', proof.signed, proof.of));
      case 'unsigned':
        return dim(l10n.t('signatures not checked'));
      case 'wrong_hash':
        return red(l10n.t('not verified: its hash is another'));
      case 'wrong_tree':
        return red(l10n.t('not verified: its hash tree is wrong'));
      case 'too_few_signatures':
        return red(l10n.t('not verified: signed by {0} of {1} nodes only', proof.signed, proof.of));
    }
  }
}

function silenceWords(reason: 'disconnected' | 'not_answered', l10n: L10n): string {
  if (reason === 'disconnected') return l10n.t('the connection ended before the node said what became of it');
  return l10n.t('its last ledger has passed, and the node said nothing');
}

const shortKey = (key: string): string => `${key.slice(0, 10)}…`;

const tag = (number: number): string => dim(`[${number}]`);

/** On the line of its heading, if it is one line. */
const joined = (heading: string, content: string): string => `${heading}${content.includes('\n') ? '\n' : ' '}${content}`;

function table(rows: readonly (readonly [name: string, value: string])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length)) + 2;
  return rows.map(([name, value]) => `  ${dim(name.padEnd(width))}${value}`).join('\n');
}

function ledgerRows(ledger: PublishedLedger, l10n: L10n): [string, string][] {
  return [
    [l10n.t('Ledger'), String(ledger.seqNo)],
    [l10n.t('Time'), ledger.time === 0 ? '–' : new Date(ledger.time).toISOString()],
    [l10n.t('Hash'), ledger.hash],
    [l10n.t('Previous hash'), ledger.prevHash],
    [l10n.t('State hash'), ledger.stateHash],
    [l10n.t('Config hash'), ledger.configHash],
    [l10n.t('User hash'), ledger.userHash],
    [l10n.t('Input hash'), ledger.inputHash],
    [l10n.t('Output hash'), ledger.outputHash],
  ];
}
