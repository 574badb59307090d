import { HotPocketError } from '../base/errors';
import { encodeChallengeResponse, parseChallenge, parseServerChallengeResponse, provesNode } from '../hotpocket/protocol/clientHandshake';
import { newChallenge, type Challenge } from '../hotpocket/protocol/handshake';
import type { ClientOptions, NodeIdentity } from './types';

export type HandshakeOptions = Pick<ClientOptions, 'url' | 'keys' | 'protocol' | 'nodeKeys'>;

/** The user's side of a handshake, message by message (reference 6.3). */
export class Handshake {
  private readonly serverChallenge = newChallenge();
  private challenge: Challenge | undefined;

  constructor(private readonly options: HandshakeOptions) {}

  /** What to answer, or who the node is once it has proved it. Throws CLIENT_CONNECT_FAILED or CLIENT_UNEXPECTED_NODE. */
  next(message: Buffer): { readonly answer: Buffer } | { readonly node: NodeIdentity } {
    return this.challenge ? { node: this.readProof(this.challenge, message) } : { answer: this.answerChallenge(message) };
  }

  private answerChallenge(message: Buffer): Buffer {
    this.challenge = parseChallenge(message);
    if (!this.challenge) throw this.failure('it is not the user port of a HotPocket node');
    return encodeChallengeResponse(this.challenge, this.options.keys, this.options.protocol, this.serverChallenge);
  }

  private readProof(challenge: Challenge, message: Buffer): NodeIdentity {
    const response = parseServerChallengeResponse(message);
    if (!response || !provesNode(response, this.serverChallenge, challenge)) throw this.failure('the node did not prove its key');
    const { publicKey, unl } = response;
    const { url, nodeKeys } = this.options;
    if (nodeKeys && !nodeKeys.includes(publicKey)) throw new HotPocketError('CLIENT_UNEXPECTED_NODE', { url, publicKey });
    const { hpVersion, contractId, contractVersion } = challenge;
    return { hpVersion, contractId, contractVersion, publicKey, unl };
  }

  private failure(problem: string): HotPocketError {
    return new HotPocketError('CLIENT_CONNECT_FAILED', { url: this.options.url, problem });
  }
}
