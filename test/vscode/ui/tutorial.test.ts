import { afterAll, beforeAll, describe } from 'vitest';
import { takeDefaultPorts } from '../../support/defaultPorts';
import { followTutorial } from './support/tutorial';

describe.sequential('the tutorial for several nodes, in VS Code', () => {
  let letPortsGo = (): void => undefined;
  beforeAll(async () => void (letPortsGo = await takeDefaultPorts()), 600_000);
  afterAll(() => letPortsGo());
  followTutorial({ engine: 'embedded', suite: 'tutorial', settings: () => Promise.resolve({}) });
});
