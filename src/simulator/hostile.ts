/**
 * Answers as a malicious or broken server gives them: hostile words, links and ids, headers and bodies without measure,
 * heads and lengths that lie. Works on an answer that the API has already made, so its work is done and charged.
 */
import type { ServerResponse } from "node:http";
import type { Fault } from "./faults.ts";

/** The faults that this file carries out. */
export const hostileKinds = [
  "cutHead",
  "stallBody",
  "manyHeaders",
  "hugeHeader",
  "deepJson",
  "endlessBody",
  "emptyAnswer",
  "wrongType",
  "wrongLength",
  "brokenGzip",
  "hostileText",
  "hostileIds",
  "hostileLinks",
  "twinId",
] as const;

/** What a hostile server puts where a person reads a text: markup, script, control and bidi characters, great length. */
export const hostileText = [
  '<img src=x onerror="document.title=\'owned\'"><script>document.title="owned"</script>',
  "</style></textarea><svg/onload=document.title='owned'>[a](javascript:alert(1)) {{7*7}}",
  "\u0000\u0007\u001b[31m\u001b]0;owned\u0007\r\nSet-Cookie: a=b\r\n",
  "\u202e\u2066\u200f\u200b\ufeff gnp.exe \u2069 C:\\Windows\\System32\\..\\..\\CON ../../../../etc/passwd",
  "long ".repeat(20_000),
].join(" ");

/** What it puts where a name or id stands: paths out of any folder, reserved names, ends of strings. */
export const hostileIds = ["../../../../tmp/owned", "..\\..\\C:\\owned", "CON", "a\u0000b", ".."] as const;

/** Carries a hostile fault out. `ids` are the vendor's jobs, oldest first. */
export async function strikeHostile(
  fault: Fault,
  answer: Response,
  outgoing: ServerResponse | undefined,
  ids: readonly string[],
): Promise<Response> {
  switch (fault.kind) {
    case "hostileText":
      return rewritten(answer, (value, name) => (isFreeText(value, name) ? hostileText : value));
    case "hostileIds":
      return rewritten(answer, (value, name) =>
        /^(.*_)?ids?$|Ids?$/i.test(name) ? (fault.url ?? hostileIds[0]) : value,
      );
    case "hostileLinks":
      return rewritten(answer, (value) =>
        /^https?:\/\//.test(value) ? (fault.url ?? "file:///etc/passwd") : value,
      );
    case "twinId":
      return twin(answer, ids);
    case "deepJson":
      return new Response(`${"[".repeat(depth)}${"]".repeat(depth)}`, json(answer.status));
    case "emptyAnswer":
      return new Response("", json(answer.status));
    case "wrongType":
      return withHeaders(answer, { "content-type": isJson(answer) ? "audio/wav" : "text/html" });
    case "brokenGzip":
      return withHeaders(answer, { "content-encoding": "gzip" });
    case "endlessBody":
      return endless(answer);
    default:
      return outgoing === undefined ? answer : raw(fault, answer, outgoing);
  }
}

/** How deep a deep JSON is nested. */
const depth = 200_000;

function json(status: number): ResponseInit {
  return { status, headers: { "content-type": "application/json" } };
}

function isJson(answer: Response): boolean {
  return /json/.test(answer.headers.get("content-type") ?? "");
}

function withHeaders(answer: Response, more: Record<string, string>): Response {
  const headers = new Headers(answer.headers);
  for (const [name, value] of Object.entries(more)) headers.set(name, value);
  return new Response(answer.body, { status: answer.status, headers });
}

/** Neither an id, a word that the client decides by, a number, a date, nor a link. */
function isFreeText(value: string, name: string): boolean {
  const decides = /^(.*_)?(ids?|key|status|state|code)$|Ids?$|Code$|Status$/i.test(name);
  return !decides && !/^https?:\/\//.test(value) && !/^[\d.:TZ+-]*$/.test(value) && !/base64/i.test(name);
}

/** The answer with every text in its JSON replaced as told; another body passes as it is. */
async function rewritten(answer: Response, by: (value: string, name: string) => string): Promise<Response> {
  if (!isJson(answer)) return answer;
  const text = await answer.text();
  const body: unknown = JSON.parse(text, (name, value: unknown) =>
    typeof value === "string" ? by(value, name) : value,
  );
  const headers = new Headers(answer.headers);
  headers.delete("content-length");
  return new Response(JSON.stringify(body), { status: answer.status, headers });
}

/** The newest job goes by the name of the one before it. */
async function twin(answer: Response, ids: readonly string[]): Promise<Response> {
  const [earlier, newest] = ids.slice(-2);
  if (earlier === undefined || newest === undefined) return answer;
  return rewritten(answer, (value) => value.replaceAll(newest, earlier));
}

/** A body that begins as it should and then never ends, as fast as it is taken. */
function endless(answer: Response): Response {
  const piece = new Uint8Array(64 * 1024).fill(0x20);
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode('{"detail":"')),
    pull: (controller) => controller.enqueue(piece),
  });
  const headers = new Headers(answer.headers);
  headers.delete("content-length");
  return new Response(body, { status: answer.status, headers });
}

/** What can only be done on the connection itself. */
async function raw(fault: Fault, answer: Response, outgoing: ServerResponse): Promise<Response> {
  const bytes = Buffer.from(await answer.arrayBuffer());
  const { socket } = outgoing;
  const sent = new Response(null, { status: answer.status, headers: { "x-hono-already-sent": "true" } });
  const head = [
    `HTTP/1.1 ${answer.status} OK`,
    ...[...answer.headers].map(([name, value]) => `${name}: ${value}`),
  ];
  const write = (lines: readonly string[], body: Buffer) =>
    new Promise<void>((resolve) =>
      socket?.write(Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`), body]), () => resolve()),
    );
  const length = (size: number) => `content-length: ${size}`;
  const plain = head.filter((line) => !/^content-length:/i.test(line));
  switch (fault.kind) {
    case "cutHead":
      await new Promise<void>((resolve) => socket?.write(head.join("\r\n").slice(0, 40), () => resolve()));
      break;
    case "manyHeaders": {
      const many = Array.from({ length: fault.bytes ?? 10_000 }, (_, index) => `x-h${index}: ${index}`);
      await write([...plain, ...many, length(bytes.length)], bytes);
      break;
    }
    case "hugeHeader":
      await write([...plain, `x-huge: ${"h".repeat(fault.bytes ?? 1_000_000)}`, length(bytes.length)], bytes);
      break;
    case "wrongLength":
      await write([...plain, length(Math.max(1, bytes.length >> 1))], bytes);
      break;
    default:
      // The connection stays open, and nothing more comes over it.
      await write([...plain, length(bytes.length + 1)], bytes.subarray(0, bytes.length >> 1));
      return sent;
  }
  outgoing.destroy();
  return sent;
}
