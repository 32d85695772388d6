// Google's own Node SDK against a gateway: node script.mjs ADDRESS KEY MODEL
import { ApiError, GoogleGenAI } from "@google/genai";

const [address, key, model] = process.argv.slice(2);
const client = (apiKey) => new GoogleGenAI({ apiKey, vertexai: false, httpOptions: { baseUrl: address } });
const ai = client(key);
const tools = [{ functionDeclarations: [{ name: "get_weather", parametersJsonSchema: { type: "object" } }] }];

const whole = await ai.models.generateContent({ model, contents: "hello", config: { tools } });
console.log("unary=" + whole.text + " " + JSON.stringify(whole.functionCalls));
console.log("usage=" + whole.usageMetadata.promptTokenCount + " " + whole.candidates[0].finishReason);

// The answer goes back with all that is at the call, and with its result.
const call = whole.functionCalls[0];
const contents = [
  { role: "user", parts: [{ text: "hello" }] },
  whole.candidates[0].content,
  { role: "user", parts: [{ functionResponse: { id: call.id, name: call.name, response: { output: "sunny" } } }] },
];
let said = "";
let last;
for await (const chunk of await ai.models.generateContentStream({ model, contents, config: { tools } })) {
  for (const part of chunk.candidates?.[0]?.content?.parts ?? []) {
    said += part.text && !part.thought ? part.text : "";
  }
  last = chunk;
}
console.log("stream=" + said + " " + last.candidates[0].finishReason);

async function failed(name, work) {
  try {
    await work();
    console.log(name + "=no error");
  } catch (error) {
    const word = /"status":"([A-Z_]+)"/.exec(error.message)?.[1];
    console.log(name + "=" + (error instanceof ApiError ? error.status + " " + word : error.message));
  }
}

const pager = await ai.models.list();
console.log("models=" + pager.page.map((each) => each.name).join());
if (process.argv[5] === "native") {
  console.log("counted=" + (await ai.models.countTokens({ model, contents: "hello" })).totalTokens);
  await failed("cut", async () => {
    for await (const chunk of await ai.models.generateContentStream({ model, contents: "hello" })) {
      void chunk;
    }
  });
}
await failed("unknown", () => ai.models.generateContent({ model: "none", contents: "hello" }));
await failed("mistyped", () => client("prk_wrong").models.generateContent({ model, contents: "hello" }));
