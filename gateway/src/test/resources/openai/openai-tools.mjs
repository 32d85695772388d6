// Run by ResponsesToolsTest: names the gateway's own tools as a server of MCP, and goes on from each request for approval.
import OpenAI from 'openai';

const [, , url, key] = process.argv;
const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0 });
const tools = [{ type: 'mcp', server_label: 'gate', server_url: `${url}/mcp`, require_approval: 'never' }];

async function whole(params) {
  const stream = client.responses.stream({ model: 'm', tools, ...params });
  return await stream.finalResponse();
}

let response = await whole({ input: 'please' });
for (let i = 0; i < 100; i++) {
  const wish = response.output.find((item) => item.type === 'mcp_approval_request');
  if (!wish) break;
  if (i === 0) console.log(`asked ${wish.name} ${wish.arguments}`);
  await new Promise((later) => setTimeout(later, 100));
  const input = [{ type: 'mcp_approval_response', approval_request_id: wish.id, approve: true }];
  response = i % 2
    ? await whole({ previous_response_id: response.id, input })
    : await client.responses.create({ model: 'm', tools, previous_response_id: response.id, input });
}
console.log(`called ${response.output.find((item) => item.type === 'mcp_call')?.output}`);
console.log(`said ${response.output_text}`);
