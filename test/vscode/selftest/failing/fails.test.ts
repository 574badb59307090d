import { describe, it } from 'mocha';

describe('a suite that fails', () => {
  it('by an assertion', () => {
    throw new Error('this test fails');
  });

  it('by a rejection that nobody awaits', async () => {
    void Promise.reject(new Error('this rejection is ours'));
    await new Promise((resolve) => setImmediate(resolve));
  });

  it('but not here', () => undefined);
});
