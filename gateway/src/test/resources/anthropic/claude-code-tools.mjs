// Run by ClaudeCodeApprovalTest: one question without a person, with the gateway's tools.
import { spawnSync } from 'node:child_process';

const [, , url, key, folder] = process.argv;
spawnSync('node', ['node_modules/@anthropic-ai/claude-code/install.cjs'], { stdio: 'ignore' });
const servers = { mcpServers: { gate: { type: 'http', url: `${url}/mcp`, headers: { Authorization: `Bearer ${key}` } } } };
const asked = spawnSync(
  `${process.cwd()}/node_modules/.bin/claude`,
  ['-p', 'write hello', '--output-format', 'json', '--strict-mcp-config', '--mcp-config', JSON.stringify(servers),
    '--allowedTools', 'mcp__gate', '--model', 'm'],
  { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], timeout: 100_000 },
);
console.log(asked.stdout.toString() + asked.stderr.toString());
process.exit(asked.status ?? 1);
