// Run by CodexTest: asks one question without a person, in a folder that is also its home.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';

const [, , model, folder, baseURL, question] = process.argv;
writeFileSync(
  `${folder}/config.toml`,
  `model = "${model}"
model_provider = "portreeve"
check_for_update_on_startup = false

[model_providers.portreeve]
name = "Portreeve"
base_url = "${baseURL}"
env_key = "PORTREEVE_KEY"
wire_api = "responses"

[analytics]
enabled = false
`,
);
const asked = spawnSync(
  'node',
  ['node_modules/@openai/codex/bin/codex.js', 'exec', '--skip-git-repo-check', '--json', '--dangerously-bypass-approvals-and-sandbox', '-C', folder, question],
  { env: { ...process.env, CODEX_HOME: folder, HOME: folder }, stdio: ['ignore', 'pipe', 'pipe'], timeout: 100_000 },
);
console.log(asked.stdout.toString() + asked.stderr.toString());
process.exit(asked.status ?? 1);
