/** SAUTI's wording: problem objects and voices. Holds no state. */
import { json } from "./edge.ts";

/** Titles of the documented error codes (https://www.finiflowlabs.com/docs/errors, read 2026-11). ASSUMED: `not_found`, 502 and 503. */
const problems = {
  invalid_request: [400, "Invalid Request"],
  unauthorized: [401, "Unauthorized"],
  not_found: [404, "Not Found"],
  job_not_complete: [409, "Job Not Complete"],
  payload_too_large: [413, "Payload Too Large"],
  unprocessable_content: [422, "Unprocessable Content"],
  rate_limit_exceeded: [429, "Rate Limit Exceeded"],
  internal_error: [500, "Internal Error"],
  bad_gateway: [502, "Bad Gateway"],
  unavailable: [503, "Unavailable"],
} as const;

/** A SAUTI error code. */
export type ProblemCode = keyof typeof problems;

/** An RFC 7807 problem answer. */
export function problem(code: ProblemCode, detail: string): Response {
  const [status, title] = problems[code];
  const type = `https://sauti.finiflowlabs.com/errors/${code}`;
  return json(status, { type, title, status, detail }, { "content-type": "application/problem+json" });
}

/** The voices (https://finiflowlabs.com/docs/api-reference/voices, read 2026-11, shows the first). ASSUMED: the inactive one. */
export const voices = [
  {
    voice_id: "sauti-swahili-v1",
    name: "Sauti Swahili",
    language_code: "sw",
    locale: "sw-KE",
    gender: "female",
    description: "A warm Kenyan Swahili voice.",
    status: "active",
  },
  {
    voice_id: "sauti-swahili-v0",
    name: "Sauti Swahili (retired)",
    language_code: "sw",
    locale: "sw-KE",
    gender: "female",
    description: "The first voice, no longer offered.",
    status: "inactive",
  },
] as const;
