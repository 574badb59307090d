import js from '@eslint/js';
import boundaries from 'eslint-plugin-boundaries';
import ts from 'typescript-eslint';
import { securityRules } from './eslint.security.mjs';

// The rooms of src/ and who may import whom (ARCHITECTURE.md, "Rooms"). Arrows point only this way.
const rooms = {
  base: [],
  hotpocket: ['base'],
  client: ['hotpocket', 'base'],
  node: ['hotpocket', 'base'],
  cluster: ['hotpocket', 'client', 'base'],
  debug: ['cluster', 'hotpocket', 'base'],
  project: ['base'],
  diagnose: ['cluster', 'hotpocket', 'project', 'base'],
  cli: ['cluster', 'hotpocket', 'project', 'diagnose', 'base'],
  extension: ['base', 'hotpocket', 'client', 'cluster', 'debug', 'project', 'diagnose'],
};

export default ts.config(
  { ignores: ['dist/**', 'node_modules/**', 'samples/**/dist/**', 'samples/**/node_modules/**', 'templates/**', 'test/artifacts/**', '.vscode-test/**'] },
  js.configs.recommended,
  ...ts.configs.recommendedTypeChecked.map((c) => ({ ...c, files: ['**/*.ts'] })),
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'max-lines': ['error', { max: 400, skipComments: true, skipBlankLines: true }],
    },
  },
  {
    files: ['src/**/*.ts'],
    plugins: { boundaries },
    settings: {
      'boundaries/elements': Object.keys(rooms).map((type) => ({ type, pattern: `src/${type}` })),
      'import/resolver': { node: { extensions: ['.ts'] } },
    },
    rules: {
      'boundaries/dependencies': ['error', {
        default: 'disallow',
        policies: Object.entries(rooms).map(([from, allow]) => ({
          from: { element: { type: from } },
          allow: { to: { element: { type: [from, ...allow] } } },
        })),
      }],
      'no-restricted-imports': ['error', { paths: [{ name: 'vscode', message: 'Only src/extension may import vscode.' }] }],
    },
  },
  { files: ['src/extension/**/*.ts'], rules: { 'no-restricted-imports': 'off' } },
  // Tests may run what they like.
  { files: ['src/**/*.ts', 'scripts/**/*.mjs', 'build.mjs', 'samples/**/*.js', 'samples/**/*.mjs'], rules: securityRules },
  {
    files: ['**/*.mjs', '**/*.js'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly', setTimeout: 'readonly', clearTimeout: 'readonly', setInterval: 'readonly', clearInterval: 'readonly', Buffer: 'readonly', URL: 'readonly', require: 'readonly', module: 'readonly', exports: 'writable', __dirname: 'readonly', performance: 'readonly' } },
  },
);
