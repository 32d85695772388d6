// The diagnostics as a server of the modern era only, on the official SDK of the line 2. Prints its port when it listens.
import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import {
  MissingRequiredClientCapabilityError,
  ProtocolError,
  ProtocolErrorCode,
  Server,
  createMcpHandler,
  createRequestStateCodec,
  inputRequired,
} from "@modelcontextprotocol/server";
import { completion, contents, prompts, resources, templates, tools } from "./diagnostics.mjs";
import { answer } from "./tasks.mjs";

const LOG_LEVEL = "io.modelcontextprotocol/logLevel";
const CAPABILITIES = "io.modelcontextprotocol/clientCapabilities";
const states = createRequestStateCodec({ key: randomBytes(32), ttlSeconds: 600 });
const CHANGED = { tools: () => handler.notify.toolsChanged(), prompts: () => handler.notify.promptsChanged() };

class Unanswered extends Error {
  constructor(questions) {
    super("the client has to answer first");
    this.questions = questions;
  }
}

function conversation(request) {
  const answers = { ...request.requestState()?.answers, ...request.inputResponses };
  const capabilities = request.envelope?.[CAPABILITIES] ?? {};
  return {
    answers,
    capabilities,
    async ask(questions) {
      const open = Object.entries(questions).filter(([key]) => answers[key] === undefined);
      if (open.length > 0) throw new Unanswered(Object.fromEntries(open));
      return answers;
    },
    async need(capability) {
      if (!capabilities[capability]) {
        throw new MissingRequiredClientCapabilityError({ requiredCapabilities: { [capability]: {} } });
      }
    },
    progress: async (progress, total) => {
      const progressToken = request._meta?.progressToken;
      if (progressToken !== undefined) {
        await request.notify({ method: "notifications/progress", params: { progressToken, progress, total } });
      }
    },
    log: async (level, data) => {
      if (request.envelope?.[LOG_LEVEL] !== undefined) {
        await request.notify({ method: "notifications/message", params: { level, data } });
      }
    },
    changed: async (what) => CHANGED[what](),
  };
}

async function converse(one, args, context) {
  const talk = conversation(context.mcpReq);
  try {
    return await one.run(args ?? {}, talk);
  } catch (unanswered) {
    if (!(unanswered instanceof Unanswered)) throw unanswered;
    return inputRequired({
      inputRequests: unanswered.questions,
      requestState: await states.mint({ answers: talk.answers, at: randomBytes(8).toString("hex") }, context),
    });
  }
}

function named(all, name) {
  const found = all.find((one) => one.definition.name === name);
  if (!found) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `nothing is named ${name}`);
  return found;
}

const handler = createMcpHandler(
  () => {
    const server = new Server(
      { name: "diagnostics-of-the-modern-era", version: "1" },
      {
        capabilities: {
          tools: { listChanged: true },
          prompts: { listChanged: true },
          resources: { subscribe: true, listChanged: true },
          completions: {},
          logging: {},
          extensions: { "io.modelcontextprotocol/tasks": {} },
        },
        requestState: { verify: states.verify },
      },
    );
    const on = (method, answer) =>
      server.setRequestHandler(method, ({ params }, context) => answer(params ?? {}, context));
    on("tools/list", () => ({ tools: tools().map((tool) => tool.definition) }));
    on("tools/call", ({ name, arguments: args }, context) => converse(named(tools(), name), args, context));
    on("prompts/list", () => ({ prompts: prompts().map((prompt) => prompt.definition) }));
    on("prompts/get", ({ name, arguments: args }, context) => converse(named(prompts(), name), args, context));
    on("resources/list", () => ({ resources }));
    on("resources/templates/list", () => ({ resourceTemplates: templates }));
    on("resources/read", ({ uri }) => {
      const found = contents(uri);
      if (!found) throw new ProtocolError(ProtocolErrorCode.InvalidParams, "resource not found", { uri });
      return { contents: found };
    });
    on("completion/complete", (params) => completion(params));
    return server;
  },
  { legacy: "reject" },
);

const http = createServer(async (req, res) => {
  const chunks = [];
  for await (const chunk of req) chunks.push(chunk);
  const message = chunks.length ? JSON.parse(Buffer.concat(chunks)) : {};
  const answered = await answer(message);
  if (answered) {
    res.writeHead(200, { "Content-Type": "application/json" });
    res.end(JSON.stringify({ jsonrpc: "2.0", id: message.id, ...answered }));
    return;
  }
  const left = new AbortController();
  res.on("close", () => left.abort());
  const response = await handler.fetch(
    new Request(`http://127.0.0.1${req.url}`, {
      method: req.method,
      headers: req.headers,
      body: chunks.length ? Buffer.concat(chunks) : undefined,
      signal: left.signal,
    }),
  );
  res.writeHead(response.status, Object.fromEntries(response.headers));
  try {
    if (response.body) for await (const chunk of response.body) res.write(chunk);
  } catch (gone) {
    if (!left.signal.aborted) throw gone;
  }
  res.end();
});
http.listen(0, "127.0.0.1", () => console.log(http.address().port));
