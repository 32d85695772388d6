// Run by ClaudeCodeTest: links the program its package brings for this machine, then asks one question without a person.
import { spawnSync } from 'node:child_process';

const [, , model, folder] = process.argv;
spawnSync('node', ['node_modules/@anthropic-ai/claude-code/install.cjs'], { stdio: 'ignore' });
const asked = spawnSync(
  `${process.cwd()}/node_modules/.bin/claude`,
  ['-p', 'say hello', '--output-format', 'json', '--strict-mcp-config', '--mcp-config', '{"mcpServers":{}}', '--model', model],
  { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], timeout: 100_000 },
);
console.log(asked.stdout.toString() + asked.stderr.toString());
process.exit(asked.status ?? 1);
