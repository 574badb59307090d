import fc from 'fast-check';
import { generateKeyPair } from '../../../src/hotpocket/keys';
import { decodeMessage } from '../../../src/node/mesh/messages';
import { InsideNode, memberKeys } from '../insideNode';
import { peerMessages } from '../peerMessages';
import { target, type FuzzTarget } from '../target';

interface Said {
  readonly by: number;
  readonly bytes: Buffer;
}

const stranger = generateKeyPair();
const said = fc.record({ by: fc.nat(memberKeys.length), bytes: peerMessages });
const show = ({ by, bytes }: Said): string => `${by < memberKeys.length ? `member ${by}` : 'a stranger'}: ${JSON.stringify(decodeMessage(bytes) ?? bytes.toString('latin1'))}\n${bytes.toString('hex')}`;

/** To a node whose peers, the other members of its UNL among them, say anything. */
const greeted = target<Said>({
  name: 'peer port',
  share: 0.2,
  messages: said,
  show,
  open: async () => {
    const node = await InsideNode.start();
    const peers = [...memberKeys, stranger].map((keys) => node.peer(keys));
    return {
      take: ({ by, bytes }) => {
        const kept = peers[by]!.say(bytes);
        node.moveOn();
        return kept && decodeMessage(bytes) ? 'accepted' : 'refused';
      },
      close: () => node.stop(),
    };
  },
});

/** Before a peer has proved its key. */
const ungreeted = target<Buffer>({
  name: 'peer port before a hello',
  share: 0.03,
  messages: peerMessages,
  open: async () => {
    const node = await InsideNode.start();
    const peer = node.peer(stranger);
    return {
      take: (bytes) => {
        const kept = peer.say(bytes, false);
        node.moveOn();
        return kept ? 'accepted' : 'refused';
      },
      close: () => node.stop(),
    };
  },
});

export const peerPort: readonly FuzzTarget[] = [greeted, ungreeted];
