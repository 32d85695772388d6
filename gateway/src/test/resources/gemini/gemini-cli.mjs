// Run by GeminiCliTest: asks one question without a person, in a folder that is its home and holds .gemini/settings.json.
import { readFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';

const [, , folder, model, question] = process.argv;
const home = 'node_modules/@google/gemini-cli/';
const { bin } = JSON.parse(readFileSync(home + 'package.json'));
const asked = spawnSync(
  'node',
  [process.cwd() + '/' + home + bin.gemini, '-m', model, '-p', question, '--output-format', 'json', '--approval-mode', 'yolo'],
  { cwd: folder, env: { ...process.env, HOME: folder }, stdio: ['ignore', 'pipe', 'pipe'], timeout: 100_000 },
);
console.log(asked.stdout.toString() + asked.stderr.toString());
process.exit(asked.status ?? 1);
