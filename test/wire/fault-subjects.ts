// The flows that faults are let loose on: the requests that each makes, and what its provider's contract allows.
import type { FormValue } from "../../src/protocol/snapshot.ts";
import type { Fault } from "../../src/simulator/faults.ts";
import type { ProviderId } from "./whole-app.ts";

/** Where on an exchange's way a fault strikes. */
export type Place = "create" | "poll" | "fetch";

/** An action with the requests it makes, and what its provider's contract allows. */
export interface Subject {
  readonly name: string;
  readonly providerId: ProviderId;
  readonly actionId: string;
  readonly values: Readonly<Record<string, FormValue>>;
  readonly file?: string;
  /** Whether the create carries an idempotency key. */
  readonly keyed: boolean;
  /** What answers its create: a job, one that is known already, a second one, the result in JSON, the result's bytes. */
  readonly answer: "job" | "knownJob" | "secondJob" | "result" | "bytes";
  /** How often a whole run is charged. */
  readonly charges: number;
  /** What its results are. */
  readonly type: string;
  readonly at: Readonly<Partial<Record<Place, Fault["match"]>>>;
}

const links = { method: "GET", path: "/_files/*" };

/** One for each shape of flow that a provider has. */
export const subjects: readonly Subject[] = [
  {
    name: "SoundPiece sound",
    providerId: "soundpiece",
    actionId: "newFx",
    values: { prompt: "A door", duration: 1 },
    keyed: true,
    answer: "job",
    charges: 1,
    type: "audio/flac",
    at: {
      create: { method: "PUT" },
      poll: { method: "GET", path: "/v1/create.new_fx" },
      fetch: links,
    },
  },
  {
    name: "Sync lip sync",
    providerId: "sync",
    actionId: "generate",
    values: {},
    keyed: true,
    answer: "job",
    charges: 1,
    type: "video/mp4",
    at: { create: { method: "POST" }, poll: { method: "GET", path: "/v2/generate/*" }, fetch: links },
  },
  {
    name: "SAUTI speech at once",
    providerId: "sauti",
    actionId: "speak",
    values: { text: "Habari" },
    keyed: false,
    answer: "result",
    charges: 1,
    type: "audio/wav",
    at: { create: { method: "POST" } },
  },
  {
    name: "SAUTI speech as a job",
    providerId: "sauti",
    actionId: "speakJob",
    values: { text: "Habari" },
    keyed: false,
    answer: "job",
    charges: 1,
    type: "audio/wav",
    at: {
      create: { method: "POST" },
      poll: { method: "GET", path: "/v1/tts/jobs/*" },
      fetch: { method: "GET", path: "/v1/tts/jobs/*/audio" },
    },
  },
  {
    name: "VoiceDub dub",
    providerId: "voicedub",
    actionId: "dub",
    values: {},
    keyed: false,
    answer: "knownJob",
    charges: 1,
    type: "audio/wav",
    at: {
      create: { method: "POST", path: "/v1/me/dubs/*/generate" },
      poll: { method: "GET", path: "/v1/me/dubs/*" },
      fetch: links,
    },
  },
  {
    name: "VocaBusta speech",
    providerId: "vocabusta",
    actionId: "speak",
    values: { text: "Hello" },
    keyed: false,
    answer: "bytes",
    charges: 1,
    type: "audio/wav",
    at: { create: { method: "POST" } },
  },
  {
    name: "VocaBusta dub",
    providerId: "vocabusta",
    actionId: "dub",
    values: { target_language: "sw" },
    file: "file",
    keyed: false,
    answer: "secondJob",
    charges: 3,
    type: "audio/wav",
    at: {
      create: { method: "POST", path: "/voice/dub/render" },
      poll: { method: "GET", path: "/voice/dub/jobs/*" },
      fetch: links,
    },
  },
];
