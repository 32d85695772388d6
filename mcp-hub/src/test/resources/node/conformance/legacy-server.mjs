// The diagnostics as a server of the older era only, on the official SDK of the line 1. Prints its port when it listens.
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { InMemoryTaskMessageQueue, InMemoryTaskStore } from "@modelcontextprotocol/sdk/experimental/tasks/stores/in-memory.js";
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import * as types from "@modelcontextprotocol/sdk/types.js";
import { completion, contents, prompts, resources, templates, tools } from "./diagnostics.mjs";
import { Broken, taskTool } from "./tasks.mjs";

const sessions = new Map();
// What a broken task answers is an error, which the SDK's store cannot keep.
class Store extends InMemoryTaskStore {
  broken = new Map();

  async getTaskResult(id, session) {
    if (this.broken.has(id)) throw this.broken.get(id);
    return super.getTaskResult(id, session);
  }
}
const store = new Store();
const queue = new InMemoryTaskMessageQueue();
const CHANGED = { tools: (server) => server.sendToolListChanged(), prompts: (server) => server.sendPromptListChanged() };

function conversation(server, extra, related = {}) {
  return {
    capabilities: server.getClientCapabilities() ?? {},
    async ask(questions) {
      const answers = await Promise.all(
        Object.entries(questions).map(async ([key, question]) => [
          key,
          await extra.sendRequest(question, types.ResultSchema, related),
        ]),
      );
      return Object.fromEntries(answers);
    },
    need: () => extra.sendRequest(
      { method: "sampling/createMessage", params: { messages: [], maxTokens: 1 } },
      types.ResultSchema,
    ),
    progress: async (progress, total) => {
      const progressToken = extra._meta?.progressToken;
      if (progressToken !== undefined) {
        await extra.sendNotification({ method: "notifications/progress", params: { progressToken, progress, total } });
      }
    },
    log: (level, data) => extra.sendNotification({ method: "notifications/message", params: { level, data } }),
    changed: (what) => Promise.all([...sessions.values()].map((session) => CHANGED[what](session.server))),
  };
}

// A tool that is a task whenever it is called.
async function begun(one, args, server, extra) {
  const first = await one.before(args, conversation(server, extra));
  const task = await extra.taskStore.createTask({ ttl: 300000, pollInterval: 100 });
  const related = { relatedTask: { taskId: task.taskId } };
  const talk = {
    ask: async (questions) => {
      await extra.taskStore.updateTaskStatus(task.taskId, "input_required");
      const answers = await conversation(server, extra, related).ask(questions);
      await extra.taskStore.updateTaskStatus(task.taskId, "working");
      return answers;
    },
    rest: (millis) => new Promise((done) => setTimeout(done, millis).unref()),
  };
  one
    .run(args, talk, first)
    .then((result) => extra.taskStore.storeTaskResult(task.taskId, result.isError ? "failed" : "completed", result))
    .catch(async (failure) => {
      // A task that was cancelled meanwhile takes nothing any more.
      if (!(failure instanceof Broken)) return;
      store.broken.set(task.taskId, new types.McpError(types.ErrorCode.InternalError, failure.message));
      await extra.taskStore.storeTaskResult(task.taskId, "failed", {});
    });
  return { task };
}

function called({ name, arguments: args = {}, task }, server, extra) {
  const one = taskTool(name);
  if (one && task) return begun(one, args, server, extra);
  if (one) throw new types.McpError(types.ErrorCode.MethodNotFound, `${name} must be called as a task`);
  return named(tools(), name).run(args, conversation(server, extra));
}

const listed = ({ definition }) =>
  taskTool(definition.name) ? { ...definition, execution: { taskSupport: "required" } } : definition;

function named(all, name) {
  const found = all.find((one) => one.definition.name === name);
  if (!found) throw new types.McpError(types.ErrorCode.InvalidParams, `nothing is named ${name}`);
  return found;
}

function newServer() {
  const server = new Server(
    { name: "diagnostics-of-the-older-era", version: "1" },
    {
      capabilities: {
        tools: { listChanged: true },
        prompts: { listChanged: true },
        resources: { subscribe: true, listChanged: true },
        completions: {},
        logging: {},
        tasks: { list: {}, cancel: {}, requests: { tools: { call: {} } } },
      },
      taskStore: store,
      taskMessageQueue: queue,
    },
  );
  const on = (schema, handler) => server.setRequestHandler(schema, ({ params }, extra) => handler(params ?? {}, extra));
  on(types.ListToolsRequestSchema, () => ({ tools: tools().map(listed) }));
  on(types.CallToolRequestSchema, (params, extra) => called(params, server, extra));
  on(types.ListPromptsRequestSchema, () => ({ prompts: prompts().map((prompt) => prompt.definition) }));
  on(types.GetPromptRequestSchema, ({ name, arguments: args }, extra) =>
    named(prompts(), name).run(args ?? {}, conversation(server, extra)),
  );
  on(types.ListResourcesRequestSchema, () => ({ resources }));
  on(types.ListResourceTemplatesRequestSchema, () => ({ resourceTemplates: templates }));
  on(types.ReadResourceRequestSchema, ({ uri }) => {
    const found = contents(uri);
    if (!found) throw new types.McpError(-32002, "resource not found", { uri });
    return { contents: found };
  });
  on(types.SubscribeRequestSchema, () => ({}));
  on(types.UnsubscribeRequestSchema, () => ({}));
  on(types.CompleteRequestSchema, (params) => completion(params));
  return server;
}

async function open() {
  const server = newServer();
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    onsessioninitialized: (id) => sessions.set(id, { server, transport }),
  });
  transport.onclose = () => sessions.delete(transport.sessionId);
  await server.connect(transport);
  return transport;
}

const http = createServer(async (req, res) => {
  const id = req.headers["mcp-session-id"];
  const known = id === undefined ? undefined : sessions.get(id);
  if (id !== undefined && !known) {
    res.writeHead(404).end();
    return;
  }
  await (known?.transport ?? (await open())).handleRequest(req, res);
});
http.listen(0, "127.0.0.1", () => console.log(http.address().port));
