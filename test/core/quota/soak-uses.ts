// How the five providers are used in a soak: what binds once a day, and what their servers do where no page says.
import type { Use } from "./soak-world.ts";

/** One use for each built-in profile. Limits that no page gives are made up here. */
export const uses: readonly Use[] = [
  {
    providerId: "sauti",
    send: ["POST", "/v1/text-to-speech/one"],
    poll: ["GET", "/v1/tts/jobs/one"],
    binding: "synthesis",
    burst: 32,
    headers: "mostRestrictive",
  },
  {
    providerId: "voicedub",
    send: ["POST", "/v1/me/dubs"],
    poll: ["GET", "/v1/me/dubs/one"],
    binding: "write-minute",
    burst: 520,
    everyDays: 10,
    headers: "mostRestrictive",
  },
  {
    providerId: "sync",
    planId: "scale",
    send: ["POST", "/v2/generate"],
    poll: ["GET", "/v2/generate/one"],
    binding: "generate",
    burst: 130,
    headers: "none",
  },
  {
    providerId: "soundpiece",
    send: ["PUT", "/v1/create.new_fx"],
    poll: ["GET", "/v1/create.new_fx"],
    binding: "requests",
    burst: 90,
    headers: "retryAfter",
    unknown: { kind: "fixed", limit: 40, lengthMs: 60_000 },
  },
  {
    providerId: "vocabusta",
    send: ["POST", "/voice/tts"],
    poll: ["GET", "/voice/dub/jobs/one"],
    binding: "requests",
    burst: 75,
    headers: "none",
    unknown: { kind: "sliding", limit: 30, lengthMs: 60_000 },
  },
];
