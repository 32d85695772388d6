// Run by AnthropicNodeSdkTest: the SDK with its default retries against a gateway; prints what it saw.
import Anthropic from '@anthropic-ai/sdk';

const [, , baseURL, apiKey] = process.argv;
const client = new Anthropic({ baseURL, apiKey });
const ask = { model: 'claude-smart', max_tokens: 100, messages: [{ role: 'user', content: 'hello' }] };

const message = await client.messages.create(ask);
console.log('unary=' + message.content.map((block) => block.type) + ' ' + message.content[1].text);

const streamed = await client.messages.stream(ask).finalMessage();
console.log('stream=' + streamed.content[1].text + ' ' + JSON.stringify(streamed.content[2].input));
console.log('usage=' + streamed.usage.output_tokens + ' ' + streamed.stop_reason);

const counted = await client.messages.countTokens({ model: 'claude-smart', messages: ask.messages });
console.log('counted=' + counted.input_tokens);

const models = [];
for await (const model of client.models.list()) {
  models.push(model.id);
}
console.log('models=' + models);

try {
  await client.messages.create({ ...ask, model: 'nothing' });
} catch (refusal) {
  console.log(`unknown=${refusal.status} ${refusal.error.error.type}`);
}
try {
  await new Anthropic({ baseURL, authToken: 'prk_wrong', apiKey: null }).messages.create(ask);
} catch (refusal) {
  console.log(`mistyped=${refusal.status} ${refusal.error.error.type} ${refusal.requestID !== null}`);
}
