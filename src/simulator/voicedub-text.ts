/**
 * VoiceDub's wording: errors, public voices, its OpenAPI document and the checks of its bodies. Holds no state.
 * Facts: the vendor's API reference as listed in providers.md section 3, read 2026-11; guesses are marked ASSUMED.
 */
import { json } from "./edge.ts";
import { createRandom } from "./random.ts";

/** What is wrong with a request, sorted by where it stands. */
export interface Faulty {
  readonly params?: Record<string, string>;
  readonly query?: Record<string, string>;
  readonly body?: Record<string, string>;
}

/** A 400 answer with the three lists of faulty fields. */
export function invalid(errors: Faulty): Response {
  const all = { params: errors.params ?? {}, query: errors.query ?? {}, body: errors.body ?? {} };
  return json(400, { code: "invalid_arguments", message: "Invalid arguments.", errors: all });
}

/** An error answer of the form `{code, message}`. */
export function failure(status: number, code: string, message: string): Response {
  return json(status, { code, message });
}

/** A UUID of any version. */
export const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** A public voice. ASSUMED: its fields but for `id` and `name`; the list's items were not seen. */
export interface PublicVoice {
  readonly id: string;
  readonly name: string;
  readonly language: string;
  readonly previewUrl: null;
}

const firstNames = ["Ada", "Bo", "Cleo", "Dara", "Eli", "Fay", "Gus", "Hana"];
const styles = ["Story", "News", "Radio", "Calm", "Bright", "Deep", "Soft", "Stage"];

/** The 64 public voices; the same ids with every seed, so that they can be written down. */
export function publicVoices(): readonly PublicVoice[] {
  const random = createRandom(64);
  return styles.flatMap((style, row) =>
    firstNames.map((name, column) => ({
      id: random.uuid(),
      name: `${name} ${style}`,
      language: ["en", "es", "fr", "de"][(row + column) % 4] ?? "en",
      previewUrl: null,
    })),
  );
}

/** Checks the body of a dub's creation. */
export function checkDub(body: Record<string, unknown>): Record<string, string> {
  const wrong: Record<string, string> = {};
  const { voiceId, link, pitchShift, separate } = body;
  if (typeof voiceId !== "string" || !uuid.test(voiceId)) wrong.voiceId = "must be a UUID";
  if (link !== undefined && link !== null && !isUrl(link)) wrong.link = "must be a URL";
  if (pitchShift !== undefined && !isWhole(pitchShift, -24, 24))
    wrong.pitchShift = "must be an integer from -24 to 24";
  if (separate !== undefined && typeof separate !== "boolean") wrong.separate = "must be a boolean";
  return wrong;
}

/** Checks the body of a custom voice's creation. */
export function checkVoice(body: Record<string, unknown>): Record<string, string> {
  const wrong: Record<string, string> = {};
  const { name, numberOfFiles, maxMinutes, separate } = body;
  if (typeof name !== "string" || name.length < 1 || name.length > 50)
    wrong.name = "must have 1 to 50 characters";
  if (!isWhole(numberOfFiles, 1, 5)) wrong.numberOfFiles = "must be an integer from 1 to 5";
  if (maxMinutes !== undefined && !isWhole(maxMinutes, 5, 60))
    wrong.maxMinutes = "must be an integer from 5 to 60";
  if (separate !== undefined && typeof separate !== "boolean") wrong.separate = "must be a boolean";
  return wrong;
}

function isUrl(value: unknown): boolean {
  return typeof value === "string" && URL.canParse(value) && /^https?:/.test(value);
}

function isWhole(value: unknown, least: number, most: number): boolean {
  return typeof value === "number" && Number.isInteger(value) && value >= least && value <= most;
}

/** The OpenAPI document, as far as its paths are known. */
export function openApi(url: string): Record<string, unknown> {
  const operation = (tag: string, summary: string) => ({
    tags: [tag],
    summary,
    responses: { 200: { description: "OK" } },
  });
  return {
    openapi: "3.1.0",
    info: { title: "VoiceDub API", version: "1.0.0" },
    servers: [{ url }],
    paths: {
      "/v1/me": { get: operation("User", "Get user") },
      "/v1/me/dubs": { post: operation("Dubs", "Create new dub") },
      "/v1/me/dubs/{dubId}": { get: operation("Dubs", "Get dub by id") },
      "/v1/me/dubs/{dubId}/preprocess": { post: operation("Dubs", "Preprocess dub") },
      "/v1/me/dubs/{dubId}/generate": { post: operation("Dubs", "Generate dub") },
      "/v1/voices": { get: operation("Voices", "List voices") },
      "/v1/me/voices": { post: operation("Voices", "Create voice") },
      "/v1/me/voices/{voiceId}": { get: operation("Voices", "Get voice by id") },
      "/v1/me/voices/{voiceId}/clone": { post: operation("Voices", "Start voice training") },
    },
  };
}
