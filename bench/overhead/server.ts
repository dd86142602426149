// The server for requests a second: answers at once with a small body. Ends with its parent.
import http from "node:http";
import type { AddressInfo } from "node:net";

const server = http.createServer((request, response) => {
  request.resume();
  response.setHeader("content-type", "application/json");
  response.end('{"ok":true}');
});
process.on("disconnect", () => process.exit(0));
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
