import { expect, it } from 'vitest';
import { deploymentStamp } from '../../../../src/cluster/docker/cluster';

it('tells what was deployed', () => {
  expect(deploymentStamp('{"contractPath":"/home/me/dist","more":1}')).toEqual({ contractPath: '/home/me/dist' });
});

it.each([undefined, '', '{"contractPath":', 'null', '[]', '{}', '{"contractPath":1}'])('is none if a contract wrote %s over it', (text) => {
  expect(deploymentStamp(text)).toBeUndefined();
});
