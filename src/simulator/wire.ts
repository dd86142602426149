/**
 * Faults that strike an answer on its way out, down to the bytes and the connection.
 * Works only behind a real connection; without one an answer passes unharmed.
 */
import type { ServerResponse } from "node:http";
import { type Clock, pause } from "./clock.ts";
import type { Fault } from "./faults.ts";
import { strikeHostile } from "./hostile.ts";
import type { Vendor } from "./vendor.ts";

/** How large a huge answer is when nothing else was ordered: 200 MB. */
const hugeBytes = 200_000_000;

/** Carries out a fault on an answer. The returned response is what goes out; one that is out already is marked so. */
export async function strikeAnswer(
  fault: Fault,
  answer: Response,
  outgoing: ServerResponse | undefined,
  { clock, jobs }: Pick<Vendor, "clock" | "jobs">,
): Promise<Response> {
  switch (fault.kind) {
    case "brokenJson":
      return brokenJson(answer);
    case "malformedHeaders":
      return withMalformedHeaders(answer);
    case "loseAnswer":
      outgoing?.destroy();
      return outgoing ? alreadySent(answer.status) : answer;
    case "cutBody":
      return outgoing ? cutBody(answer, outgoing) : answer;
    case "slowBody":
      return slowBody(answer, (fault.seconds ?? 3) * 1000, clock);
    case "hugeAnswer":
      return hugeAnswer(answer.status, fault.bytes ?? hugeBytes);
    default: {
      const ids = jobs.list().map(({ id }) => id);
      return strikeHostile(fault, answer, outgoing, ids);
    }
  }
}

/** Tells the Node adapter of Hono that the connection has been dealt with. */
function alreadySent(status: number): Response {
  return new Response(null, { status, headers: { "x-hono-already-sent": "true" } });
}

async function brokenJson(answer: Response): Promise<Response> {
  if (!/json/.test(answer.headers.get("content-type") ?? "")) return answer;
  const text = await answer.text();
  const headers = new Headers(answer.headers);
  headers.delete("content-length");
  return new Response(text.slice(0, Math.ceil(text.length * 0.6)), { status: answer.status, headers });
}

function withMalformedHeaders(answer: Response): Response {
  const headers = new Headers(answer.headers);
  headers.set("x-ratelimit-limit", "plenty");
  headers.set("x-ratelimit-remaining", "-3");
  headers.set("x-ratelimit-reset", "NaN");
  headers.set("retry-after", "soon");
  headers.set("date", "yesterday");
  return new Response(answer.body, { status: answer.status, headers });
}

async function cutBody(answer: Response, outgoing: ServerResponse): Promise<Response> {
  const bytes = Buffer.from(await answer.arrayBuffer());
  const headers = Object.fromEntries(answer.headers);
  outgoing.writeHead(answer.status, { ...headers, "content-length": String(Math.max(2, bytes.length)) });
  await new Promise<void>((resolve) =>
    outgoing.write(bytes.subarray(0, Math.max(1, bytes.length >> 1)), () => resolve()),
  );
  outgoing.destroy();
  return alreadySent(answer.status);
}

async function slowBody(answer: Response, durationMs: number, clock: Clock): Promise<Response> {
  const bytes = new Uint8Array(await answer.arrayBuffer());
  const pieces = 20;
  const size = Math.max(1, Math.ceil(bytes.length / pieces));
  let at = 0;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (at > 0) await pause(clock, durationMs / pieces);
      controller.enqueue(bytes.subarray(at, at + size));
      at += size;
      if (at >= bytes.length) controller.close();
    },
  });
  return new Response(body, { status: answer.status, headers: answer.headers });
}

function hugeAnswer(status: number, bytes: number): Response {
  const piece = new Uint8Array(64 * 1024).fill(0x78);
  let left = bytes;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode('{"detail":"')),
    pull(controller) {
      if (left > 0) {
        controller.enqueue(left < piece.length ? piece.subarray(0, left) : piece);
        left -= piece.length;
        return;
      }
      controller.enqueue(new TextEncoder().encode('"}'));
      controller.close();
    },
  });
  return new Response(body, { status, headers: { "content-type": "application/json" } });
}
