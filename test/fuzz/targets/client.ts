import { deserialize, serialize } from 'bson';
import fc from 'fast-check';
import type { UserProtocol } from '../../../src/hotpocket/inputs';
import { parseServerMessage } from '../../../src/hotpocket/protocol/parseServerMessages';
import { recordedFrames } from '../../support/recordedFrames';
import { hostileBytes } from '../bytes';
import { target, type FuzzTarget } from '../target';
import { hostileCopies, hostileJson } from '../values';

/** What a client, ours in the extension and the Docker engine's observer, hears from a node. */
function client(protocol: UserProtocol): FuzzTarget {
  const corpus = recordedFrames(protocol).filter(({ dir, bytes }) => dir === 'recv' && !bytes.includes('challenge')).map(({ bytes }) => bytes);
  const documents = corpus.map((bytes) => (protocol === 'json' ? (JSON.parse(bytes.toString()) as unknown) : deserialize(bytes, { promoteValues: false })));
  const values = protocol === 'json' ? hostileJson(documents) : hostileCopies(documents).map((value) => {
    try {
      return Buffer.from(serialize(value as object));
    } catch {
      return Buffer.from('not a document');
    }
  });
  return target<Buffer>({
    name: `client ${protocol.toUpperCase()}`,
    share: 0.03,
    messages: fc.oneof(hostileBytes(corpus), values),
    open: () => ({ take: (message) => (parseServerMessage(protocol, message) ? 'accepted' : 'refused') }),
  });
}

export const clients: readonly FuzzTarget[] = [client('json'), client('bson')];
