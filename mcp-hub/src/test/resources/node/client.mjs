// Talks to the hub as a user's agent would, and prints what it saw as one JSON object.
// Arguments: url, SDK line (1 or 2), for line 2 the negotiation mode.
const [url, line, mode] = process.argv.slice(2);
const requestInit = { headers: { Authorization: "Bearer alice" } };

async function connect() {
  if (line === "1") {
    const { Client } = await import("@modelcontextprotocol/sdk/client/index.js");
    const { StreamableHTTPClientTransport } = await import("@modelcontextprotocol/sdk/client/streamableHttp.js");
    const client = new Client({ name: "peer", version: "1" });
    await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit }));
    return client;
  }
  const { Client, StreamableHTTPClientTransport } = await import("@modelcontextprotocol/client");
  const versionNegotiation = { mode: mode.startsWith("20") ? { pin: mode } : mode };
  const client = new Client({ name: "peer", version: "2" }, { versionNegotiation });
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit }));
  return client;
}

const client = await connect();
const call = (name, args, options) =>
  line === "1"
    ? client.callTool({ name, arguments: args }, undefined, options)
    : client.callTool({ name, arguments: args }, options);
const seen = { progress: [] };
seen.tools = (await client.listTools()).tools.map((tool) => tool.name);
const echo = await call("every__echo", { message: "hello" });
seen.echo = echo.content[0].text;
const long = await call(
  "every__trigger-long-running-operation",
  { duration: 1, steps: 4 },
  { onprogress: (progress) => seen.progress.push(progress.progress) },
);
seen.long = long.content[0].text;
const denied = await call("files__write_file", { path: "/etc/passwd", content: "x" });
seen.denied = { isError: denied.isError, text: denied.content[0].text };
try {
  await call("every__no-such-tool", {});
} catch (error) {
  seen.unknown = error.code;
}
if (mode !== "auto" && !mode?.startsWith("20")) {
  await client.ping();
  seen.ping = true;
}
const controller = new AbortController();
const aborted = call("every__trigger-long-running-operation", { duration: 30, steps: 30 }, {
  signal: controller.signal,
  onprogress: () => controller.abort("enough"),
});
try {
  await aborted;
} catch (error) {
  seen.aborted = String(error);
}
// One more round, so that closing does not abort the message that carries the cancellation.
await client.listTools();
await client.close();
console.log(JSON.stringify(seen));
