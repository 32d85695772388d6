// Calls a tool that its server makes a task of, with the protocol's own package for tasks, and prints the result.
// Arguments: url, era (legacy or modern), tool, its arguments as JSON.
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { createTaskSessionFromClient, resultFromTaskOutcome } from "@modelcontextprotocol/ext-tasks/client";

const [url, era, tool, args] = process.argv.slice(2);
const protocolVersion = "2026-07-28";
const clientInfo = { name: "tasks-peer", version: "1" };
const clientCapabilities = { extensions: { "io.modelcontextprotocol/tasks": {} } };
const authorization = "Bearer alice";
let lastId = 0;

// Of a stream the last message is the answer.
const answerOf = (type, text) =>
  type.includes("event-stream") ? text.split("\n").findLast((line) => line.startsWith("data: ")).slice(6) : text;

async function rawDispatch(request) {
  const { method, params } = request;
  const headers = {
    authorization,
    "Content-Type": "application/json",
    Accept: "application/json, text/event-stream",
    "MCP-Protocol-Version": protocolVersion,
    "Mcp-Method": method,
  };
  const name = params?.taskId ?? params?.name;
  if (name) headers["Mcp-Name"] = name;
  const body = JSON.stringify({ jsonrpc: "2.0", id: ++lastId, ...request });
  const answer = await fetch(url, { method: "POST", headers, body });
  const { result, error } = JSON.parse(answerOf(answer.headers.get("content-type"), await answer.text()));
  return error ? { kind: "error", error } : { kind: "result", result };
}

const modern = era === "modern";
const client = new Client(clientInfo, {
  versionNegotiation: { mode: modern ? { pin: protocolVersion } : "legacy" },
});
await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers: { authorization } } }));
const session = createTaskSessionFromClient(client, {
  endpointId: "hub",
  ...(modern ? { rawDispatch, v2RequestFraming: { protocolVersion, clientInfo, clientCapabilities } } : {}),
});
const execution = await session.callTool(tool, JSON.parse(args));
const { outcome } = await execution.settle();
console.log(JSON.stringify({ kind: execution.kind, result: resultFromTaskOutcome(outcome) }));
await session.close();
await client.close();
