// Run by CodexTest: asks one question without a person, in a folder that is its home and holds its config.toml.
import { spawnSync } from 'node:child_process';

const [, , folder, question] = process.argv;
const asked = spawnSync(
  'node',
  ['node_modules/@openai/codex/bin/codex.js', 'exec', '--skip-git-repo-check', '--json', '--dangerously-bypass-approvals-and-sandbox', '-C', folder, question],
  { env: { ...process.env, CODEX_HOME: folder, HOME: folder }, stdio: ['ignore', 'pipe', 'pipe'], timeout: 100_000 },
);
console.log(asked.stdout.toString() + asked.stderr.toString());
process.exit(asked.status ?? 1);
