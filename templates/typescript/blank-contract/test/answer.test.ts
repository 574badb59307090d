import { strictEqual } from 'node:assert';
import { test } from 'node:test';
import { answer } from '../src/answer';

test('a user is told what he said', () => strictEqual(answer('hello'), 'You said: hello'));
