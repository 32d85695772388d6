// Run by OpenAiNodeSdkTest: the SDK with its default retries against a gateway; prints what it saw.
import OpenAI from 'openai';

const [, , baseURL, apiKey] = process.argv;
const client = new OpenAI({ baseURL, apiKey });
const messages = [{ role: 'user', content: 'hello' }];

const unary = await client.chat.completions.create({ model: 'fast', messages });
console.log('unary=' + unary.choices[0].message.content);

let text = '';
for await (const chunk of await client.chat.completions.create({ model: 'fast', messages, stream: true })) {
  text += chunk.choices[0]?.delta?.content ?? '';
}
console.log('stream=' + text);

for (const model of ['own', 'demo']) {
  const response = await client.responses.create({ model, input: 'hello', store: false });
  console.log(`response of ${model}=` + response.output_text);
  let pieces = '';
  let last = '';
  for await (const event of await client.responses.create({ model, input: 'hello', store: false, stream: true })) {
    pieces += event.type === 'response.output_text.delta' ? event.delta : '';
    last = event.type;
  }
  console.log(`streamed response of ${model}=${pieces} ${last}`);
}

const models = [];
for await (const model of client.models.list()) {
  models.push(model.id);
}
console.log('models=' + models);

const embedding = await client.embeddings.create({ model: 'demo', input: 'hello' });
console.log('embedding=' + embedding.data[0].embedding.length);

try {
  await client.chat.completions.create({ model: 'nothing', messages });
} catch (refusal) {
  console.log(`unknown=${refusal.status} ${refusal.code}`);
}
try {
  await new OpenAI({ baseURL, apiKey: 'prk_wrong' }).models.list();
} catch (refusal) {
  console.log(`mistyped=${refusal.status} ${refusal.code}`);
}
