import type { Platform, Template } from './templates';

/** The texts of a project that say its name. */

interface Steps {
  /** What has to be there. */
  readonly needs: string;
  readonly build: string;
  readonly test: string;
  /** The folder to deploy. */
  readonly deploy: string;
  /** In VS Code, instead of that. */
  readonly inVsCode: string;
  readonly talk: string;
}

const NODE: Steps = { needs: 'Node.js 20 and `npm install`', build: 'npm run build', test: 'npm test', deploy: 'dist', inVsCode: 'press F5 in VS Code, which debugs it on node 1', talk: '`npm run client`, or *HotPocket: Open Client* in VS Code' };
const DEPLOY = '*HotPocket: Deploy Contract* in VS Code';
const CONSOLE = '*HotPocket: Open Client* in VS Code, or any client of the user protocol';
const steps: { readonly [P in Platform]: Steps } = {
  nodejs: NODE,
  typescript: NODE,
  python: { needs: 'Python 3 at /usr/bin/python3 on the machine of the nodes (see `src/hp.cfg.override`)', build: '', test: 'python3 test/test_answer.py', deploy: 'src', inVsCode: DEPLOY, talk: CONSOLE },
  c: { needs: 'a C compiler and make', build: 'make', test: 'make test', deploy: 'dist', inVsCode: DEPLOY, talk: CONSOLE },
};

/** Ten lines or so. */
export function readme(name: string, { platform, summary, example }: Template): string {
  const { needs, build, test, deploy, inVsCode, talk } = steps[platform];
  return [
    `# ${name}`, '', `A HotPocket contract. ${summary}`, '',
    `* Needs ${needs}.`,
    `* Build and deploy: \`${build ? `${build} && ` : ''}hotpocket deploy ${deploy}\`, or ${inVsCode}.`,
    `* Test: \`${test}\``,
    `* Talk to it: ${talk}. A first input: \`${example}\`.`,
    '* `src/` has the contract and `hp.cfg.override`, which says how a node starts it.', '',
  ].join('\n');
}

/** Versions of libraries, as the sample has them. */
export interface Libraries {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** For projects that run on Node.js; others have none. */
export function packageJson(name: string, { platform, summary }: Template, { dependencies, devDependencies }: Libraries): string | undefined {
  if (platform !== 'nodejs' && platform !== 'typescript') return undefined;
  const isTyped = platform === 'typescript';
  return `${JSON.stringify({
    name,
    version: '1.0.0',
    private: true,
    description: summary,
    scripts: {
      build: 'node build.mjs',
      ...(isTyped && { typecheck: 'tsc' }),
      test: isTyped ? 'esbuild test/*.test.ts --bundle --platform=node --outdir=build --log-level=warning && node --test' : 'node --test',
      start: 'npm run build && hotpocket deploy dist',
      client: 'node client/client.js',
    },
    dependencies,
    devDependencies: { ...devDependencies, ...(isTyped && { '@types/node': '20.19.43', typescript: '6.0.3' }) },
  }, null, 2)}\n`;
}
