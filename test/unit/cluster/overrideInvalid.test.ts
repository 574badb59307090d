import { expect, it } from 'vitest';
import { overrideInvalid } from '../../../src/cluster/overrideInvalid';
import { ConfigError } from '../../../src/hotpocket/config';

function said(text: string): string {
  try {
    JSON.parse(text);
  } catch (error) {
    return overrideInvalid('/a/hp.cfg.override', text, error).message;
  }
  throw new Error('It is valid.');
}

it('tells the place of what is no JSON, on every version of Node.js, in a sentence of its own', () => {
  expect(said('{\n  "contract": {}\n  "mesh": {}\n}')).toMatch(/^\/a\/hp\.cfg\.override is not valid: .* \(line 3,? column 3\)\.$/);
  expect(said('{')).toMatch(/[a-z)]\.$/);
  // As Node.js 20 and 22 tell it.
  for (const problem of ["Expected ',' in JSON at position 4", "Expected ',' in JSON at position 4 (line 2 column 2)"]) {
    expect(overrideInvalid('/x', '{\n\n 1', new SyntaxError(problem)).message).toBe("/x is not valid: Expected ',' in JSON (line 3, column 2).");
  }
});

it('tells the field of what is no configuration', () => {
  expect(overrideInvalid('/x', '{}', new ConfigError('rule', ['UNL cannot be empty.'], 'contract.unl')).message).toBe('/x is not valid: UNL cannot be empty. (contract.unl).');
});
