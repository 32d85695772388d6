// What the conformance suite expects a server to offer, written once for both eras. A tool or prompt gets its arguments and
// a conversation: `ask` puts questions to the user's client and returns the answers by key, `progress` and `log` report on
// the way, `capabilities` is what the client said it can do, `changed` tells that a list is another one now.
import { taskTools } from "./tasks.mjs";

const PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==";
const SILENCE = "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQAAAAA=";
const WATCHED = "test://watched-resource";

const text = (words) => ({ type: "text", text: words });
const image = () => ({ type: "image", data: PIXEL, mimeType: "image/png" });
const answer = (...content) => ({ content });
const said = (words) => answer(text(words));
const schema = (properties = {}, ...required) => ({ type: "object", properties, ...(required.length ? { required } : {}) });
const string = { type: "string" };

const form = (message, properties, ...required) => ({
  method: "elicitation/create",
  params: { message, requestedSchema: { type: "object", properties, ...(required.length ? { required } : {}) } },
});
const sampling = (words, maxTokens = 100) => ({
  method: "sampling/createMessage",
  params: { messages: [{ role: "user", content: text(words) }], maxTokens },
});
const roots = { method: "roots/list", params: {} };

const options = (names) => names.map((name) => ({ const: name, title: name.toUpperCase() }));

// Grow by one each time a test asks for a change, so that the lists really differ.
const grown = { tools: 0, prompts: 0 };

const tool = (name, description, run, inputSchema = schema(), more = {}) => ({
  definition: { name, description, inputSchema, ...more },
  run,
});

const fixedTools = [
  tool("test_simple_text", "Answers with one text", () => said("This is a simple text response for testing.")),
  tool("greet", "Says hello", ({ name }) => said(`Hello, ${name}!`), schema({ name: string }, "name")),
  tool("test_image_content", "Answers with an image", () => answer(image())),
  tool("test_audio_content", "Answers with a sound", () =>
    answer({ type: "audio", data: SILENCE, mimeType: "audio/wav" }),
  ),
  tool("test_embedded_resource", "Answers with a resource inside", () =>
    answer({
      type: "resource",
      resource: { uri: "test://embedded-resource", mimeType: "text/plain", text: "Content of an embedded resource." },
    }),
  ),
  tool("test_multiple_content_types", "Answers with text, image and resource", () =>
    answer(text("Three kinds of content:"), image(), {
      type: "resource",
      resource: { uri: "test://mixed-content-resource", mimeType: "application/json", text: '{"value":123}' },
    }),
  ),
  tool("test_error_handling", "Always fails", () => ({
    ...said("This tool intentionally returns an error for testing"),
    isError: true,
  })),
  tool("test_tool_with_logging", "Logs three times", async (args, talk) => {
    await talk.log("info", "Tool execution started");
    await talk.log("info", "Tool processing data");
    await talk.log("info", "Tool execution completed");
    return said("logged");
  }),
  tool("test_logging_tool", "Logs once", async (args, talk) => {
    await talk.log("info", "one line");
    return said("logged");
  }),
  tool("test_tool_with_progress", "Reports progress three times", async (args, talk) => {
    for (const progress of [0, 50, 100]) {
      await talk.progress(progress, 100);
    }
    return said("done");
  }),
  tool("test_sampling", "Asks the client's model", async ({ prompt }, talk) => {
    const { sample } = await talk.ask({ sample: sampling(prompt) });
    return said(`LLM response: ${sample.content?.text}`);
  }, schema({ prompt: string }, "prompt")),
  tool("test_elicitation", "Asks the user", async ({ message }, talk) => {
    const { user } = await talk.ask({
      user: form(message, { username: string, email: string }, "username", "email"),
    });
    return said(`User response: ${JSON.stringify(user)}`);
  }, schema({ message: string }, "message")),
  tool("test_elicitation_sep1034_defaults", "Asks with defaults of every kind", async (args, talk) => {
    const { user } = await talk.ask({
      user: form("Please review these fields", {
        name: { type: "string", description: "Name", default: "John Doe" },
        age: { type: "integer", description: "Age", default: 30 },
        score: { type: "number", description: "Score", default: 95.5 },
        status: { type: "string", description: "Status", enum: ["active", "inactive", "pending"], default: "active" },
        verified: { type: "boolean", description: "Verified", default: true },
      }),
    });
    return said(`Elicitation completed: action=${user.action}, content=${JSON.stringify(user.content)}`);
  }),
  tool("test_elicitation_sep1330_enums", "Asks with enumerations of every kind", async (args, talk) => {
    const { user } = await talk.ask({
      user: form("Please choose", {
        untitledSingle: { type: "string", enum: ["option1", "option2", "option3"] },
        titledSingle: { type: "string", oneOf: options(["value1", "value2", "value3"]) },
        legacyEnum: { type: "string", enum: ["opt1", "opt2", "opt3"], enumNames: ["One", "Two", "Three"] },
        untitledMulti: { type: "array", items: { type: "string", enum: ["option1", "option2", "option3"] } },
        titledMulti: { type: "array", items: { anyOf: options(["value1", "value2", "value3"]) } },
      }),
    });
    return said(`Elicitation completed: action=${user.action}, content=${JSON.stringify(user.content)}`);
  }),
  tool("json_schema_2020_12_tool", "Has a schema with keywords of every family", (args) => said(JSON.stringify(args)), {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    type: "object",
    $defs: {
      address: { $anchor: "addressDef", type: "object", properties: { street: string, city: string } },
    },
    properties: {
      name: string,
      address: { $ref: "#/$defs/address" },
      contactMethod: { type: "string", enum: ["phone", "email"] },
      phone: string,
      email: string,
    },
    allOf: [{ anyOf: [{ required: ["phone"] }, { required: ["email"] }] }],
    if: { properties: { contactMethod: { const: "phone" } }, required: ["contactMethod"] },
    then: { required: ["phone"] },
    else: { required: ["email"] },
    additionalProperties: false,
  }),
  tool("test_mirrored_argument", "Has an argument that is repeated in a header", ({ region }) => said(region), {
    type: "object",
    properties: { region: { type: "string", "x-mcp-header": "Region" } },
    required: ["region"],
  }),
  tool("test_missing_capability", "Cannot do without sampling", async (args, talk) => {
    await talk.need("sampling");
    return said("The client can sample");
  }),
  tool("test_streaming_elicitation", "Reports and then asks", async (args, talk) => {
    await talk.progress(1, 2);
    await talk.ask({ ok: form("Go on?", { ok: { type: "boolean" } }, "ok") });
    return said("went on");
  }),
  tool("test_trigger_tool_change", "Changes the list of tools", async (args, talk) => {
    grown.tools++;
    await talk.changed("tools");
    return said("one more tool");
  }),
  tool("test_trigger_prompt_change", "Changes the list of prompts", async (args, talk) => {
    grown.prompts++;
    await talk.changed("prompts");
    return said("one more prompt");
  }),
  tool("test_input_required_result_elicitation", "Asks for a name", async (args, talk) => {
    const { user_name } = await talk.ask({ user_name: form("What is your name?", { name: string }, "name") });
    return said(`Hello, ${user_name.content?.name}!`);
  }),
  tool("test_input_required_result_sampling", "Asks a model", async (args, talk) => {
    const { sample } = await talk.ask({ sample: sampling("What is the capital of France?") });
    return said(`Sampling result: ${sample.content?.text}`);
  }),
  tool("test_input_required_result_list_roots", "Asks for the roots", async (args, talk) => {
    const { client_roots } = await talk.ask({ client_roots: roots });
    return said(`Found ${client_roots.roots?.length} roots`);
  }),
  tool("test_input_required_result_request_state", "Asks and keeps a state", async (args, talk) => {
    await talk.ask({ confirm: form("Please confirm", { ok: { type: "boolean" } }, "ok") });
    return said("state-ok");
  }),
  tool("test_input_required_result_tampered_state", "Asks and protects its state", async (args, talk) => {
    await talk.ask({ confirm: form("Please confirm", { ok: { type: "boolean" } }, "ok") });
    return said("state-ok");
  }),
  tool("test_input_required_result_multiple_inputs", "Asks three things at once", async (args, talk) => {
    const { user_name, greeting, client_roots } = await talk.ask({
      user_name: form("What is your name?", { name: string }, "name"),
      greeting: sampling("Generate a greeting", 50),
      client_roots: roots,
    });
    return said(`${greeting.content?.text} ${user_name.content?.name}, ${client_roots.roots?.length} roots`);
  }),
  tool("test_input_required_result_multi_round", "Asks twice, one after the other", async (args, talk) => {
    const { step1 } = await talk.ask({ step1: form("Step 1: What is your name?", { name: string }, "name") });
    const { step2 } = await talk.ask({ step2: form("Step 2: What is your favorite color?", { color: string }, "color") });
    return said(`${step1.content?.name} likes ${step2.content?.color}`);
  }),
  tool("test_input_required_result_capabilities", "Asks only what the client can answer", async (args, talk) => {
    const questions = {};
    if (talk.capabilities.elicitation) questions.elicit_input = form("Elicitation input", { value: string }, "value");
    if (talk.capabilities.sampling) questions.sample_input = sampling("Sample request", 50);
    const answers = await talk.ask(questions);
    return said(`answered: ${Object.keys(answers).join(", ")}`);
  }),
];

const grownTool = (n) => tool(`test_grown_tool_${n}`, "Was not there in the beginning", () => said(`tool ${n}`));

const prompt = (name, description, run, ...args) => ({
  definition: {
    name,
    description,
    ...(args.length ? { arguments: args.map((arg) => ({ name: arg, description: `The ${arg}`, required: true })) } : {}),
  },
  run,
});
const message = (content) => ({ role: "user", content });

const fixedPrompts = [
  prompt("test_simple_prompt", "Has no arguments", () => ({
    messages: [message(text("This is a simple prompt for testing."))],
  })),
  prompt(
    "test_prompt_with_arguments",
    "Has two arguments",
    ({ arg1, arg2 }) => ({ messages: [message(text(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`))] }),
    "arg1",
    "arg2",
  ),
  prompt(
    "test_prompt_with_embedded_resource",
    "Has a resource inside",
    ({ resourceUri }) => ({
      messages: [
        message({
          type: "resource",
          resource: { uri: resourceUri, mimeType: "text/plain", text: "Embedded resource content for testing." },
        }),
        message(text("Please process the embedded resource above.")),
      ],
    }),
    "resourceUri",
  ),
  prompt("test_prompt_with_image", "Has an image", () => ({
    messages: [message(image()), message(text("Please analyze the image above."))],
  })),
  prompt("test_input_required_result_prompt", "Asks for its context", async (args, talk) => {
    const { user_context } = await talk.ask({
      user_context: form("What context should the prompt use?", { context: string }, "context"),
    });
    return { messages: [message(text(`In the context of ${user_context.content?.context}`))] };
  }),
];

const grownPrompt = (n) =>
  prompt(`test_grown_prompt_${n}`, "Was not there in the beginning", () => ({ messages: [message(text(`prompt ${n}`))] }));

const upTo = (count, make) => Array.from({ length: count }, (unused, index) => make(index + 1));
export const tools = () => [...fixedTools, ...taskTools, ...upTo(grown.tools, grownTool)];
export const prompts = () => [...fixedPrompts, ...upTo(grown.prompts, grownPrompt)];

export const resources = [
  { uri: "test://static-text", name: "static-text", description: "A text", mimeType: "text/plain" },
  { uri: "test://static-binary", name: "static-binary", description: "A picture", mimeType: "image/png" },
  { uri: WATCHED, name: "watched-resource", description: "A text that can be watched", mimeType: "text/plain" },
];
export const templates = [
  { uriTemplate: "test://template/{id}/data", name: "template", description: "Data by id", mimeType: "application/json" },
];

// The contents of a resource, or undefined if there is none with this address.
export function contents(uri) {
  const id = /^test:\/\/template\/([^/]+)\/data$/.exec(uri)?.[1];
  if (id) return [{ uri, mimeType: "application/json", text: JSON.stringify({ id, data: `Data for ID: ${id}` }) }];
  if (uri === "test://static-binary") return [{ uri, mimeType: "image/png", blob: PIXEL }];
  if (uri === "test://static-text") return [{ uri, mimeType: "text/plain", text: "Content of the static text resource." }];
  if (uri === WATCHED) return [{ uri, mimeType: "text/plain", text: "Content of the watched resource." }];
  return undefined;
}

export const completion = ({ argument }) => ({
  completion: { values: ["paris", "park", "party"].filter((value) => value.startsWith(argument.value)), hasMore: false },
});
