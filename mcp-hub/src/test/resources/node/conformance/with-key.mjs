// Adds a key to every request, as the suite cannot: everything else passes as it is, Host and Origin included.
// Arguments: the gateway's port, the key. Prints its port when it listens.
import { createServer, request } from "node:http";

const [port, key] = process.argv.slice(2);
const proxy = createServer((req, res) => {
  const headers = { ...req.headers, authorization: `Bearer ${key}` };
  const onward = request({ host: "127.0.0.1", port, method: req.method, path: req.url, headers }, (answer) => {
    res.writeHead(answer.statusCode, answer.headers);
    res.flushHeaders();
    answer.on("error", () => res.destroy());
    answer.pipe(res);
  });
  onward.on("error", () => res.destroy());
  res.on("close", () => onward.destroy());
  req.pipe(onward);
});
proxy.listen(0, "127.0.0.1", () => console.log(proxy.address().port));
