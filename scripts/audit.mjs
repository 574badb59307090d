// Asks the registry whether a known weakness is in what is installed, what only tests use included. Ends with 1 if so; where the registry cannot be asked
// it ends with 0 and a line that begins with `skipped:`.
import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const ANSWER_WITHIN_MS = 60_000;

/**
 * What an answer of `npm audit --json` comes to: weaknesses, one a line, or why there is no answer.
 * @param {string} json
 * @returns {{ weaknesses: string[] } | { skipped: string }}
 */
export function judge(json) {
  let answer;
  try {
    answer = JSON.parse(json);
  } catch {
    return { skipped: 'the answer of npm audit cannot be read' };
  }
  if (!answer.vulnerabilities) return { skipped: `the registry gave no answer (${String(answer.message ?? answer.error?.summary ?? 'none').split('\n')[0]})` };
  const weaknesses = Object.values(answer.vulnerabilities).map(({ name, severity, range, via }) => {
    const titles = via.flatMap((one) => (typeof one === 'object' ? [one.title] : []));
    return `${severity}: ${name} ${range}${titles.length > 0 ? `: ${titles.join('; ')}` : ''}`;
  });
  return { weaknesses };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = dirname(dirname(fileURLToPath(import.meta.url)));
  const { stdout } = spawnSync('npm', ['audit', '--json'], { cwd: root, encoding: 'utf8', timeout: ANSWER_WITHIN_MS });
  const verdict = judge(stdout);
  if ('skipped' in verdict) console.log(`skipped: ${verdict.skipped}`);
  else {
    for (const line of verdict.weaknesses) console.log(line);
    console.log(`${verdict.weaknesses.length} known weaknesses in what is installed.`);
    process.exitCode = verdict.weaknesses.length > 0 ? 1 : 0;
  }
}
