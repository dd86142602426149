// One exchange after the other as the app stores it: a request with its text, an answer with the headers of a real edge, a
// timeline, a job and a result. Drawn from an index alone, so that every run has the same rows.
import type { Job, Result } from "../../src/core/jobs/model.ts";
import type { Exchange, Moment } from "../../src/core/jobs/stores.ts";

const PROVIDERS = ["sauti", "soundpiece", "sync", "vocabusta", "voicedub"];
const WORDS =
  "habari ya asubuhi karibu kwenye kipindi chetu leo tunazungumza news weather morning harvest rain market price radio listener welcome again tomorrow".split(
    " ",
  );
const START = Date.UTC(2026, 0, 1);

/** A number from 0 to 2^32 that looks drawn by chance. */
function drawn(index: number, salt: number): number {
  let one = (index * 2_654_435_761 + salt * 40_503) >>> 0;
  one = Math.imul(one ^ (one >>> 15), 2_246_822_519) >>> 0;
  return (one ^ (one >>> 13)) >>> 0;
}

function hex(index: number, salt: number, length: number): string {
  let text = "";
  for (let part = 0; text.length < length; part++)
    text += drawn(index, salt + part * 7)
      .toString(16)
      .padStart(8, "0");
  return text.slice(0, length);
}

function uuid(index: number, salt: number): string {
  return hex(index, salt, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** The index-th exchange. */
export function exchangeOf(index: number): Exchange {
  const providerId = PROVIDERS[index % PROVIDERS.length] ?? "";
  const failed = index % 17 === 0;
  const count = 20 + (drawn(index, 1) % 40);
  const words = Array.from({ length: count }, (_, at) => WORDS[drawn(index, at + 50) % WORDS.length]);
  const text = `${words.join(" ")} quarterly-${index}`;
  const createdAt = START + index * 240_000;
  const headers = headersOf(index, createdAt);
  return {
    id: `x-${hex(index, 3, 20)}`,
    providerId,
    accountId: `${providerId}-simulated`,
    keyId: `${providerId}-simulated`,
    actionId: "speak",
    title: `Speak · ${text.length} characters`,
    state: failed ? "failed" : "done",
    createdAt,
    endedAt: createdAt + 4_000,
    input: { text, voice: "imani", speed: 1, format: "wav" },
    idempotencyKey: uuid(index, 9),
    request: {
      method: "POST",
      url: `https://api.${providerId}.example/v1/speech`,
      headers: { accept: "application/json", "idempotency-key": uuid(index, 9) },
      body: JSON.stringify({ text, voice: "imani", speed: 1, format: "wav" }, null, 2),
    },
    answer: {
      status: failed ? 422 : 200,
      headers,
      body: failed
        ? JSON.stringify({
            error: { code: "text_rejected", message: "The text holds a word that is not allowed." },
          })
        : JSON.stringify({
            id: hex(index, 20, 24),
            status: "succeeded",
            audio_base64: `(audio/wav, ${drawn(index, 5) % 900_000} bytes, 1)`,
            duration_seconds: (drawn(index, 6) % 90_000) / 1000,
            sample_rate: 24_000,
            characters: text.length,
            remaining_credits: drawn(index, 8) % 100_000,
          }),
      bytes: drawn(index, 5) % 900_000,
    },
    problem: failed
      ? {
          sentence: "SAUTI refused the input: “The text holds a word that is not allowed.”",
          remedy: "Change the input, then send again.",
        }
      : null,
    attempts: 1,
  };
}

function headersOf(index: number, at: number): Record<string, string> {
  return {
    date: new Date(at).toUTCString(),
    "content-type": "application/json",
    "content-length": String(drawn(index, 5) % 900_000),
    connection: "keep-alive",
    server: "cloudflare",
    "cf-ray": `${hex(index, 11, 16)}-NBO`,
    "cf-cache-status": "DYNAMIC",
    vary: "Accept-Encoding",
    "cache-control": "no-store",
    "strict-transport-security": "max-age=15552000; includeSubDomains",
    "x-request-id": uuid(index, 12),
    "x-ratelimit-limit": "10",
    "x-ratelimit-remaining": String(index % 10),
    "x-ratelimit-reset": String(Math.round(at / 1000) + 60),
    "x-content-type-options": "nosniff",
  };
}

/** Everything that happened to it: a wait, a refusal for every ninth, the answer, its states. */
export function momentsOf(exchange: Exchange): Moment[] {
  const { createdAt: at, answer, accountId, providerId } = exchange;
  const head = {
    status: answer?.status ?? 0,
    headers: answer?.headers ?? {},
    sentAt: at + 2_000,
    gotAt: at + 3_900,
    quick: false,
  };
  const partition = `${providerId}/account:${accountId}/synthesis`;
  const wait = {
    partition,
    policyId: "synthesis",
    cause: "rate",
    until: at + 2_000,
    evidence: "published",
    left: 0,
    limit: 10,
  } as const;
  const states = [
    { at, what: "state", state: "intent", note: null },
    { at, what: "state", state: "waiting", note: null },
    { at, what: "waiting", wait },
    { at: at + 2_000, what: "sent", attempt: 1 },
    { at: at + 3_900, what: "answered", attempt: 1, head },
    { at: at + 4_000, what: "state", state: exchange.state, note: null },
  ] as const;
  return [...states];
}

/** The job as it is left at its end. */
export function jobOf(exchange: Exchange): Job {
  const { id, providerId, accountId, keyId, actionId, createdAt, endedAt, input, answer } = exchange;
  const last: unknown = JSON.parse(answer?.body ?? "null");
  return {
    id,
    exchangeId: id,
    providerId,
    accountId,
    keyId,
    actionId,
    step: -1,
    remoteId: null,
    state: exchange.state === "done" ? "succeeded" : "failed",
    word: null,
    progress: null,
    createdAt,
    endedAt,
    polls: 0,
    nextPollAt: null,
    answers: { Speak: last, last },
    input,
    asks: null,
    watched: true,
    error: null,
    stage: "fetch",
    stepKey: exchange.idempotencyKey,
  };
}

/** Its recording. */
export function resultOf({ id, createdAt }: Exchange): Result {
  return {
    id: `${id}-0-0`,
    exchangeId: id,
    kind: "audio",
    title: "Audio",
    file: `${id}-0-0.wav`,
    bytes: createdAt % 900_000,
    mediaType: "audio/wav",
    digest: hex(createdAt, 30, 64),
    link: null,
    linkExpiresAt: null,
    problem: null,
    durationMs: 12_345,
    place: { step: -1, index: 0 },
  };
}
