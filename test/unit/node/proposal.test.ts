import { expect, it } from 'vitest';
import { verify } from '../../../src/hotpocket/keys';
import { isSigned } from '../../../src/node/consensus/proposal';
import { nodeKeys, proposal } from './support/proposals';

it('the signature of a proposal is verified until it was found right, and then no more', () => {
  let asked = 0;
  const counted: typeof verify = (...args) => {
    asked++;
    return verify(...args);
  };
  const genuine = proposal({ keys: nodeKeys[0]! });
  expect([isSigned(genuine, counted), isSigned(genuine, counted), asked]).toEqual([true, true, 1]);
  const stolen = { ...genuine, pubkey: nodeKeys[1]!.publicKey };
  const altered = { ...genuine, time: genuine.time + 1 };
  for (const wrong of [stolen, altered]) expect([isSigned(wrong, counted), isSigned(wrong, counted)]).toEqual([false, false]);
  expect(asked).toBe(5);
});
