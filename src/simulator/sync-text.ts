/**
 * Sync's wording: error envelopes, models, error catalogue, and the checks of a generation's body. Holds no state.
 * Facts: provider-pages/sync.txt, sync.so/docs and the published SDK 0.3.0, read 2026-11; guesses are marked ASSUMED.
 */
import { json } from "./edge.ts";

const phrases: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  402: "Payment Required",
  404: "Not Found",
  409: "Conflict",
  413: "Payload Too Large",
  422: "Unprocessable Entity",
  429: "Too Many Requests",
  500: "Internal Server Error",
  502: "Bad Gateway",
  503: "Unavailable",
};

/** An error answer `{statusCode, message, error, errorCode?}`; the message may be a list. */
export function syncError(
  status: number,
  message: string | readonly string[],
  more: Record<string, unknown> = {},
): Response {
  return json(status, { statusCode: status, message, error: phrases[status] ?? "Error", ...more });
}

/** The models (SDK 0.3.0). */
export const models = ["lipsync-2", "lipsync-2-pro", "lipsync-1.9.0-beta", "react-1", "sync-3"] as const;

/** The statuses of a generation. */
export const statuses: readonly string[] = ["PENDING", "PROCESSING", "COMPLETED", "FAILED", "REJECTED"];

/** The error catalogue; the four codes are attested, ASSUMED: the shape and the messages. */
export const errorCatalogue = [
  { code: "generation_unsupported_model", message: "The model is not supported." },
  { code: "generation_media_metadata_missing", message: "The metadata of the input could not be read." },
  { code: "generation_audio_length_exceeded", message: "The audio is too long." },
  { code: "generation_input_video_inaccessible", message: "The input video could not be fetched." },
  { code: "rate_limit_exceeded", message: "Too many requests." },
  { code: "concurrency_limit_reached", message: "Too many generations at one time." },
  { code: "internal_error", message: "An internal error occurred." },
] as const;

/** What `GET /v2/models` lists: fields as in the SDK 0.3.0; ASSUMED: the versions. */
export const modelInfos = models.map((id) => ({
  id,
  name: id,
  type: id.startsWith("react") ? "react" : "lipsync",
  version: /\d[\w.-]*$/.exec(id)?.[0] ?? "1",
}));

/** Assets of every simulated organisation: fields as in the SDK 0.3.0. ASSUMED: that these two are there. */
export const assets = [
  {
    id: "5d3ac9e4-0b5e-4a8e-9a4e-2f1f0c6a1001",
    createdAt: "2026-01-05T10:00:00.000Z",
    updatedAt: "2026-01-05T10:00:00.000Z",
    name: "example-video.mp4",
    type: "VIDEO",
    durationSeconds: 6,
    visibility: "ORGANIZATION",
  },
  {
    id: "5d3ac9e4-0b5e-4a8e-9a4e-2f1f0c6a1002",
    createdAt: "2026-01-05T10:00:01.000Z",
    updatedAt: "2026-01-05T10:00:01.000Z",
    name: "example-audio.wav",
    type: "AUDIO",
    durationSeconds: 4,
    visibility: "ORGANIZATION",
  },
] as const;

const syncModes = ["bounce", "loop", "cut_off", "silence", "remap"];

/** Checks the body of a generation and gives the complaints. ASSUMED: their wording, as NestJS writes it. */
export function checkGeneration(body: Record<string, unknown>): string[] {
  const { model, input, options, webhookUrl, outputFileName, segments } = body;
  const complaints: string[] = [];
  if (typeof model !== "string" || !models.some((known) => known === model)) {
    complaints.push(`model must be one of the following values: ${models.join(", ")}`);
  }
  complaints.push(...checkInput(input));
  if (options !== undefined && options !== null) complaints.push(...checkOptions(options));
  if (segments !== undefined && !Array.isArray(segments)) complaints.push("segments must be an array");
  if (webhookUrl !== undefined && (typeof webhookUrl !== "string" || !URL.canParse(webhookUrl))) {
    complaints.push("webhookUrl must be a URL address");
  }
  if (
    outputFileName !== undefined &&
    (typeof outputFileName !== "string" || !/^[A-Za-z0-9_-]{1,255}$/.test(outputFileName))
  ) {
    complaints.push("outputFileName must have at most 255 letters, digits, _ or -");
  }
  return complaints;
}

function checkInput(input: unknown): string[] {
  if (!Array.isArray(input)) return ["input must be an array"];
  const complaints: string[] = [];
  const kinds: unknown[] = [];
  for (const [index, each] of input.entries()) {
    const item = (typeof each === "object" && each !== null ? each : {}) as Record<string, unknown>;
    kinds.push(item.type);
    if (item.type === "video" || item.type === "audio") {
      const isUrl = typeof item.url === "string" && URL.canParse(item.url);
      if (!isUrl && typeof item.assetId !== "string")
        complaints.push(`input.${index} needs a url or an assetId`);
      if (typeof item.assetId === "string" && !assets.some(({ id }) => id === item.assetId)) {
        complaints.push(`input.${index}.assetId does not exist`);
      }
    } else if (item.type === "text") {
      const provider = (item.provider ?? {}) as Record<string, unknown>;
      if (provider.name !== "elevenlabs") complaints.push(`input.${index}.provider.name must be elevenlabs`);
      if (typeof provider.voiceId !== "string")
        complaints.push(`input.${index}.provider.voiceId must be a string`);
      if (typeof provider.script !== "string" || provider.script === "") {
        complaints.push(`input.${index}.provider.script should not be empty`);
      }
    } else {
      complaints.push(`input.${index}.type must be one of the following values: video, audio, text`);
    }
  }
  if (kinds.filter((kind) => kind === "video").length !== 1)
    complaints.push("input must contain exactly one video");
  if (!kinds.some((kind) => kind === "audio" || kind === "text"))
    complaints.push("input must contain at least one audio or text");
  return complaints;
}

function checkOptions(options: unknown): string[] {
  if (typeof options !== "object") return ["options must be an object"];
  const { sync_mode: mode, temperature } = options as Record<string, unknown>;
  const complaints: string[] = [];
  if (mode !== undefined && (typeof mode !== "string" || !syncModes.includes(mode))) {
    complaints.push(`options.sync_mode must be one of the following values: ${syncModes.join(", ")}`);
  }
  if (temperature !== undefined && (typeof temperature !== "number" || temperature < 0 || temperature > 1)) {
    complaints.push("options.temperature must be a number from 0 to 1");
  }
  return complaints;
}

/** Reads a list filter: comma separated as the reference says, or a JSON array as the SDK sends it. */
export function readList(text: string | undefined): string[] | undefined {
  if (text === undefined || text === "") return undefined;
  if (!text.startsWith("[")) return text.split(",").map((each) => each.trim());
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) ? list.map(String) : [text];
  } catch {
    return [text];
  }
}
