// A server of the modern era only, on the official SDK. Prints its port when it listens.
import { createServer } from "node:http";
import { McpServer, createMcpHandler, fromJsonSchema } from "@modelcontextprotocol/server";

const handler = createMcpHandler(
  () => {
    const server = new McpServer({ name: "modern", version: "1" });
    server.registerTool(
      "shout",
      {
        description: "Says it louder",
        inputSchema: fromJsonSchema({
          type: "object",
          properties: { text: { type: "string" } },
          required: ["text"],
        }),
      },
      async ({ text }, context) => {
        const progressToken = context.mcpReq?._meta?.progressToken;
        if (progressToken !== undefined) {
          await context.mcpReq.notify({
            method: "notifications/progress",
            params: { progressToken, progress: 1, total: 1 },
          });
        }
        return { content: [{ type: "text", text: text.toUpperCase() }] };
      },
    );
    return server;
  },
  { legacy: "reject" },
);

const server = createServer(async (req, res) => {
  const chunks = [];
  for await (const chunk of req) chunks.push(chunk);
  const request = new Request(`http://127.0.0.1${req.url}`, {
    method: req.method,
    headers: req.headers,
    body: chunks.length ? Buffer.concat(chunks) : undefined,
  });
  const response = await handler.fetch(request);
  res.writeHead(response.status, Object.fromEntries(response.headers));
  if (response.body) for await (const chunk of response.body) res.write(chunk);
  res.end();
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
