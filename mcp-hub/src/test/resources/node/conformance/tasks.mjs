// The tools of the suite's scenarios about tasks, and a keeper of tasks for the modern era, whose official SDK has none yet:
// it answers what is about tasks before the SDK sees it. `before` runs within the call, `run` is the task itself; both get a
// conversation as other tools do, and `rest` lets time pass until the task is cancelled.
import { randomUUID } from "node:crypto";

const EXTENSION = "io.modelcontextprotocol/tasks";
const CAPABILITIES = "io.modelcontextprotocol/clientCapabilities";
const MISSING_CAPABILITY = -32021;
const INVALID_PARAMS = -32602;
const INTERNAL_ERROR = -32603;

const said = (text) => ({ content: [{ type: "text", text }] });
const form = (message, properties, ...required) => ({
  method: "elicitation/create",
  params: { message, requestedSchema: { type: "object", properties, required } },
});
const yes = (message) => form(message, { confirm: { type: "boolean" } }, "confirm");
const string = { type: "string" };

export class Broken extends Error {}

const tool = (name, description, run, properties = {}, more = {}) => ({
  definition: { name, description, inputSchema: { type: "object", properties } },
  run,
  before: async () => ({}),
  needsTask: false,
  ...more,
});

export const taskTools = [
  tool(
    "slow_compute",
    "Takes as long as it is told to",
    async ({ seconds = 0, label = "" }, talk) => {
      await talk.rest(seconds * 1000);
      return said(`computed ${label}`);
    },
    { seconds: { type: "number" }, label: string },
  ),
  tool(
    "failing_job",
    "Fails after a moment",
    async (args, talk) => {
      await talk.rest(300);
      return { ...said("the job failed"), isError: true };
    },
    {},
    { needsTask: true },
  ),
  tool("protocol_error_job", "Breaks after a moment", async (args, talk) => {
    await talk.rest(300);
    throw new Broken("the job broke");
  }),
  tool(
    "confirm_delete",
    "Asks before it deletes",
    async ({ filename }, talk) => {
      const { confirm } = await talk.ask({ confirm: yes(`Delete ${filename}?`) });
      return said(`${filename}: ${confirm.action}`);
    },
    { filename: string },
  ),
  tool("multi_input", "Asks two things at once", async (args, talk) => {
    const { first, second } = await talk.ask({ first: yes("The first?"), second: yes("The second?") });
    return said(`${first.action}, ${second.action}`);
  }),
  tool(
    "test_tool_with_task",
    "Asks for a name and then takes its time",
    async (args, talk, { user_name }) => {
      await talk.rest(100);
      return said(`Hello, ${user_name.content?.name}!`);
    },
    {},
    {
      needsTask: true,
      before: (args, talk) => talk.ask({ user_name: form("What is your name?", { name: string }, "name") }),
    },
  ),
];

export const taskTool = (name) => taskTools.find((one) => one.definition.name === name);

const kept = new Map();
const error = (code, message, data) => ({ error: { code, message, ...(data ? { data } : {}) } });
const result = (members) => ({ result: { resultType: "complete", ...members } });

const shown = (task) => ({
  taskId: task.id,
  status: task.status,
  createdAt: task.created,
  lastUpdatedAt: task.updated,
  ttlMs: 300000,
  pollIntervalMs: 100,
});

function is(task, status, members = {}) {
  Object.assign(task, { status, members, updated: new Date().toISOString() });
}

const isOver = (task) => ["completed", "failed", "cancelled"].includes(task.status);

function resting(task) {
  return (millis) =>
    new Promise((done) => {
      const timer = setTimeout(done, millis);
      task?.whenCancelled.push(() => clearTimeout(timer));
    });
}

function asking(task) {
  return (questions) =>
    new Promise((done) => {
      task.open = { ...questions };
      task.answers = {};
      task.whenAnswered = () => done(task.answers);
      is(task, "input_required");
    });
}

function begin(one, args, first) {
  const now = new Date().toISOString();
  const task = { id: randomUUID(), status: "working", created: now, updated: now, members: {}, open: {}, whenCancelled: [] };
  kept.set(task.id, task);
  one.run(args, { ask: asking(task), rest: resting(task) }, first).then(
    (done) => isOver(task) || is(task, "completed", { result: done }),
    (broken) => isOver(task) || is(task, "failed", { error: { code: INTERNAL_ERROR, message: broken.message } }),
  );
  return task;
}

function answered(task, responses) {
  for (const [key, response] of Object.entries(responses)) {
    if (task.open[key]) {
      delete task.open[key];
      task.answers[key] = response;
      if (Object.keys(task.open).length === 0) {
        is(task, "working");
        task.whenAnswered();
      }
    }
  }
}

class Unanswered extends Error {
  constructor(questions) {
    super("the client has to answer first");
    this.questions = questions;
  }
}

async function call(one, { arguments: args = {}, inputResponses = {} }, declared) {
  if (!declared && one.needsTask) {
    return error(MISSING_CAPABILITY, "tasks are needed", { requiredCapabilities: { extensions: { [EXTENSION]: {} } } });
  }
  if (!declared) {
    // Who knows no tasks is not asked: as if somebody had closed the window.
    const ask = async (questions) =>
      Object.fromEntries(Object.keys(questions).map((key) => [key, { action: "cancel" }]));
    return result(await one.run(args, { rest: resting(), ask }, {}));
  }
  try {
    const first = await one.before(args, {
      ask: async (questions) => {
        if (Object.keys(questions).some((key) => inputResponses[key] === undefined)) throw new Unanswered(questions);
        return inputResponses;
      },
    });
    return { result: { resultType: "task", ...shown(begin(one, args, first)) } };
  } catch (unanswered) {
    if (!(unanswered instanceof Unanswered)) throw unanswered;
    return { result: { resultType: "input_required", inputRequests: unanswered.questions, requestState: "name" } };
  }
}

// The answer to a message of the modern era, without its id; undefined if it is about no task.
export async function answer({ method, params }) {
  const declared = params?._meta?.[CAPABILITIES]?.extensions?.[EXTENSION] !== undefined;
  const one = method === "tools/call" ? taskTool(params.name) : undefined;
  if (one) return call(one, params, declared);
  if (!["tasks/get", "tasks/update", "tasks/cancel"].includes(method)) return undefined;
  const task = kept.get(params.taskId);
  if (!task) return error(INVALID_PARAMS, "there is no such task");
  switch (method) {
    case "tasks/update":
      answered(task, params.inputResponses);
      return result({});
    case "tasks/cancel":
      if (!isOver(task)) {
        is(task, "cancelled");
        task.whenCancelled.forEach((stop) => stop());
      }
      return result({});
    default: {
      const open = task.status === "input_required" ? { inputRequests: task.open } : {};
      return result({ ...shown(task), ...task.members, ...open });
    }
  }
}
