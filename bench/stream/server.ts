// The sending side of the stream figures, in a process of its own so that its work is nobody's: /binary/N answers with
// N MB of bytes, /base64/N with a JSON that holds N MB of base64. Prints its address; ends with its parent.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

const MB = 1024 * 1024;
const bytes = Buffer.alloc(MB, "fLaC0123456789ab");
const base64 = Buffer.from(Buffer.alloc((MB / 4) * 3, "fLaC0123456789ab").toString("base64"));

const server = createServer((request, response) => {
  const [, form = "", count = "1"] = (request.url ?? "").split("/");
  const [head, piece, tail] =
    form === "binary" ? ["", bytes, ""] : ['{"duration_seconds":1,"audio_base64":"', base64, '"}'];
  const total = Number(count);
  response.writeHead(200, {
    "content-type": form === "binary" ? "audio/flac" : "application/json",
    "content-length": head.length + total * MB + tail.length,
  });
  response.write(head);
  let left = total;
  const write = (): void => {
    while (left > 0 && !response.destroyed) {
      left--;
      if (!response.write(piece)) return;
    }
    response.end(tail);
  };
  response.on("drain", write);
  write();
});
server.listen(0, "127.0.0.1", () => console.log((server.address() as AddressInfo).port));
process.stdin.on("end", () => process.exit()).resume();
