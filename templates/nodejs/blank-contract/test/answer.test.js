'use strict';

const { strictEqual } = require('node:assert');
const { test } = require('node:test');
const { answer } = require('../src/answer');

test('a user is told what he said', () => strictEqual(answer('hello'), 'You said: hello'));
