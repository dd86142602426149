/**
 * VocaBusta's wording: FastAPI envelopes, voices, and the checks of its bodies. Holds no state.
 * Facts: provider-pages/vocabusta.txt and developers.vocabusta.satryx.ai, read 2026-11; guesses are marked ASSUMED.
 */
import { json } from "./edge.ts";

/** An error answer: FastAPI's `{detail: string}`. */
export function detail(status: number, text: string): Response {
  return json(status, { detail: text });
}

/** One entry of a 422 answer's list. ASSUMED: FastAPI's own validation answers so; the page lists no 422. */
export interface Complaint {
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  readonly type: string;
}

/** A 422 answer with FastAPI's list. */
export function unprocessable(complaints: readonly Complaint[]): Response {
  return json(422, { detail: complaints });
}

/** The built-in voices. `af_heart` is the documented default; ASSUMED: the others and every field but `voice_id` and `name`. */
export const builtInVoices = [
  { voice_id: "af_heart", name: "Heart", language: "en", gender: "female", type: "builtin" },
  { voice_id: "am_adam", name: "Adam", language: "en", gender: "male", type: "builtin" },
  { voice_id: "bf_emma", name: "Emma", language: "en", gender: "female", type: "builtin" },
  { voice_id: "yo_ade", name: "Ade", language: "yo", gender: "male", type: "builtin" },
  { voice_id: "sw_zuri", name: "Zuri", language: "sw", gender: "female", type: "builtin" },
] as const;

/** The languages that can be dubbed into (https://developers.vocabusta.satryx.ai/docs/dubbing, read 2026-11). */
export const targetLanguages: readonly string[] = ["en", "yo", "ig", "ha", "sw", "zu"];

const numbers: Readonly<Record<string, readonly [number, number]>> = {
  speed: [0.5, 2],
  exaggeration: [0, 1],
  cfg_weight: [0, 1],
  stability: [0, 1],
  similarity: [0, 1],
};

/** Checks the body of a synthesis. */
export function checkSpeech(body: Record<string, unknown>): Complaint[] {
  const complaints: Complaint[] = [];
  const complain = (name: string, msg: string, type: string) =>
    complaints.push({ loc: ["body", name], msg, type });
  const { text, voice_id: voiceId, language } = body;
  if (text === undefined) complain("text", "Field required", "missing");
  else if (typeof text !== "string") complain("text", "Input should be a valid string", "string_type");
  else if (text.length < 1) complain("text", "String should have at least 1 character", "string_too_short");
  else if (text.length > 5000)
    complain("text", "String should have at most 5000 characters", "string_too_long");
  if (voiceId !== undefined && typeof voiceId !== "string")
    complain("voice_id", "Input should be a valid string", "string_type");
  if (language !== undefined && language !== null && typeof language !== "string") {
    complain("language", "Input should be a valid string", "string_type");
  }
  for (const [name, [least, most]] of Object.entries(numbers)) {
    const value = body[name];
    if (value === undefined || value === null) continue;
    if (typeof value !== "number") complain(name, "Input should be a valid number", "float_type");
    else if (value < least)
      complain(name, `Input should be greater than or equal to ${least}`, "greater_than_equal");
    else if (value > most) complain(name, `Input should be less than or equal to ${most}`, "less_than_equal");
  }
  return complaints;
}

/** JSON that fits into a header: all beyond ASCII is escaped. ASSUMED, as Python writes it. */
export function headerJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[^\x20-\x7e]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** One stretch of speech in a dub. */
export interface Segment {
  readonly id: number;
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly speaker: string;
}

const sentences = [
  "Good morning, and welcome to the programme.",
  "Today we walk through the market by the river.",
  "Listen to how the voices rise and fall.",
  "Every story begins with a small sound.",
  "Thank you for staying with us to the end.",
];

/** The segments that the simulator hears in any recording: a sentence every four seconds, two speakers when they are told apart. */
export function hear(seconds: number, diarize: boolean): Segment[] {
  const count = Math.max(1, Math.min(40, Math.round(seconds / 4)));
  const lengthS = seconds / count;
  return Array.from({ length: count }, (_, index) => ({
    id: index,
    start: Math.round(index * lengthS * 100) / 100,
    end: Math.round((index + 0.95) * lengthS * 100) / 100,
    text: sentences[index % sentences.length] ?? "",
    speaker: diarize ? `SPEAKER_0${index % 2}` : "SPEAKER_00",
  }));
}

/** Reads segments as a client sends them; undefined when they are not a list of objects with a text. */
export function readSegments(value: unknown): Record<string, unknown>[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const isSegment = (each: unknown) =>
    typeof each === "object" && each !== null && typeof (each as { text?: unknown }).text === "string";
  return value.every(isSegment) ? (value as Record<string, unknown>[]) : undefined;
}

/** Parses JSON text; undefined when it is not JSON. */
export function parsed(text: unknown): unknown {
  if (typeof text !== "string") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
