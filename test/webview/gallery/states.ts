// The states of the panel that the gallery shows, each one fixed snapshot under the name that tells what is special.
import type { Snapshot } from "../../../src/protocol/snapshot.ts";
import { cardStates, confirm, failed, json, running, unknownOutcome, video } from "./cards.ts";
import { fixedMeter, unknownMeter } from "./meters.ts";
import {
  at,
  audio,
  card,
  field,
  finished,
  idle,
  meter,
  slots,
  snapshot,
  speechFields,
  waiting,
  waitingCard,
} from "./parts.ts";
import { waitingStates } from "./waiting.ts";

const form = snapshot().form!;
const long = "Lorem-ipsum-dolor-sit-amet-".repeat(8);

const otherTake = finished({
  id: "card-other",
  providerName: "VocaBusta",
  createdAt: at - 90_000,
  endedAt: at - 88_000,
  given: [...card().given.slice(0, 1), { title: "Voice", value: "Baraka" }, { title: "Speed", value: "1.2" }],
  results: [audio({ id: "result-2", title: "speech-1.wav" })],
});

/** What the page had kept in a state, where that belongs to it. */
export const kept: Readonly<Record<string, unknown>> = {
  comparing: { compared: ["result-1", "result-2"] },
};

/** Every state by name. */
export const states: Readonly<Record<string, Snapshot>> = {
  "first-run": snapshot({
    meters: [
      meter({
        used: 0,
        left: 10,
        nextAt: null,
        fullAt: null,
        leavesAt: [],
        evidence: "published",
        evidenceAt: null,
        sentence: "10 of 10 syntheses left; published by the provider.",
      }),
      idle({ id: "s.poll", title: "Status and polling", limit: 60, left: 60 }),
      idle(),
    ],
  }),
  "form-problems": snapshot({
    form: {
      ...form,
      values: { text: "", voice: "", speed: 3, count: 2 },
      problems: { text: "Text is needed.", voice: "Choose a voice.", speed: "Between 0.5 and 2." },
      canSend: false,
      blocked: "Text is empty; it is needed. And 2 more.",
    },
  }),
  "all-fields": snapshot({
    form: {
      ...form,
      fields: [
        field({ name: "film", title: "Film", type: "file", accept: [".mp4", ".mov"] }),
        field({ name: "track", title: "Sound", type: "file", description: "Up to 50 MB." }),
        field({
          name: "voice",
          title: "Voice id",
          loadChoices: "offered",
          description: "From the list of voices.",
        }),
        field({
          name: "model",
          title: "Model",
          loadChoices: "loading",
          choices: [{ value: "a", title: "Model A" }],
        }),
        field({ name: "options", title: "Options", type: "json", required: false, placeholder: "{ }" }),
        field({
          name: "wait",
          title: "Longest wait",
          type: "integer",
          required: false,
          unit: "s",
          minimum: 1,
          maximum: 600,
        }),
        field({
          name: "loop",
          title: "Loop the film",
          type: "boolean",
          description: "When the sound is longer.",
        }),
        ...speechFields.slice(3),
      ],
      values: { track: "speech-1.wav", options: '{ "cut": true, }', loop: true, model: "a", wait: 30 },
      problems: { options: "Not JSON: a comma too many near the end." },
    },
  }),
  ...waitingStates,
  running: snapshot({
    cards: [
      running,
      card({ id: "c2", state: "sending", stateTitle: "Sending", createdAt: at - 1000 }),
      card({
        id: "c3",
        state: "fetching",
        stateTitle: "Fetching the result",
        results: [audio({ src: null, bytes: 8_000_000, fetched: 3_100_000 })],
      }),
    ],
  }),
  ...cardStates,
  "finished-audio": snapshot({ cards: [finished()] }),
  comparing: snapshot({ cards: [finished(), otherTake] }),
  "finished-metadata": snapshot({
    cards: [
      finished({
        results: [
          audio(),
          audio({
            id: "result-meta",
            kind: "json",
            title: "Metadata",
            src: "/media/voice.json",
            mediaType: "application/json",
            bytes: 287,
            text: JSON.stringify({ voice_id: "imani", duration_seconds: 4.8, sample_rate: 24_000 }, null, 2),
          }),
        ],
      }),
    ],
  }),
  everything: snapshot({
    simulated: false,
    chosen: { providerId: "sauti", accountId: "work", keyId: "k1", actionId: "speak" },
    keys: [
      { value: "k1", title: "Main key" },
      { value: "k2", title: "Second key" },
    ],
    meters: [
      meter({ inFlight: 1, foreign: 1 }),
      slots(),
      idle(),
      idle({ id: "poll", title: "Status and polling", limit: 60, used: 4, left: 56 }),
    ],
    forecast: { sentence: "Goes now.", startsAt: null, now: true, policyId: null },
    queue: [waiting()],
    cards: [
      waitingCard(),
      confirm,
      running,
      unknownOutcome,
      finished(),
      video,
      json,
      failed,
      card({
        id: "c-lost",
        state: "lost",
        stateTitle: "Lost",
        createdAt: at - 400_000,
        endedAt: at - 90_000,
        problem: { sentence: "The job was not found any more.", remedy: null },
        can: ["sendAgain", "dismiss"],
      }),
      card({
        id: "c-cancelled",
        state: "cancelled",
        stateTitle: "Cancelled",
        createdAt: at - 100_000,
        sentAt: null,
        endedAt: at - 90_000,
        left: false,
        can: ["sendAgain", "dismiss"],
      }),
    ],
    notices: [
      {
        id: "n1",
        level: "warning",
        sentence: "SAUTI stated a limit of 8 syntheses; the profile says 10. The stricter one is used.",
        action: { command: "x", title: "Keep it" },
      },
      {
        id: "n2",
        level: "info",
        sentence: "Keys are kept for this session only: no keyring was found.",
        action: null,
      },
    ],
    said: { id: 4, sentence: "Speech from text is done." },
  }),
  "long-texts": snapshot({
    accounts: [{ value: "sim", title: `The account of ${long}` }],
    meters: [
      meter({ title: `Budget ${long}`, limit: 1_000_000, used: 999_123, left: 877 }),
      idle({ title: `Other ${long}` }),
    ],
    forecast: { sentence: `Goes at 14:02:10. ${long}`, startsAt: at + 17_000, now: false, policyId: null },
    queue: [waiting({ title: long })],
    cards: [
      finished({
        title: long,
        detail: long,
        providerName: long,
        results: [audio({ kind: "text", src: null, title: long, text: long.repeat(8) })],
      }),
      { ...failed, problem: { sentence: long, remedy: long } },
    ],
    notices: [{ id: "n", level: "error", sentence: long, action: { command: "x", title: long } }],
  }),
  "over-limit": snapshot({
    meters: [
      meter({ used: 13, left: 0, foreign: 3, sentence: "3 more than the limit of 10; spent elsewhere." }),
      slots({ used: 4, left: 0, sentence: "4 of 3 places taken." }),
    ],
  }),
  "twelve-meters": snapshot({
    meters: [
      meter(),
      fixedMeter,
      unknownMeter,
      slots(),
      meter({
        id: "bucket",
        title: "Burst",
        kind: "bucket",
        limit: 5,
        used: 2,
        left: 3,
        evidence: "inferred",
        nextAt: at + 2000,
        fullAt: at + 14_000,
        leavesAt: [at + 2000, at + 14_000],
      }),
      meter({
        id: "credits",
        title: "Credits this month",
        limit: 100_000,
        used: 61_250,
        left: 38_750,
        kind: "fixed",
        quotaWindowMs: 2_592_000_000,
        fullAt: at + 800_000_000,
        nextAt: at + 800_000_000,
        leavesAt: [],
      }),
      ...["Uploads", "Voices", "Downloads", "Status", "History", "Webhooks"].map((title, i) =>
        idle({ id: title, title, used: i * 5, left: 30 - i * 5 }),
      ),
    ],
  }),
  hostile: snapshot({
    accounts: [{ value: "sim", title: "<img src=x onerror=alert(1)>" }],
    meters: [meter({ title: "<b>bold</b>", sentence: "<script>window.owned=1</script>" })],
    form: {
      ...form,
      summary: "<img src=x onerror='window.owned=1'>",
      fields: [field({ name: "a", title: "<i>it</i>", description: "<script>window.owned=1</script>" })],
      values: {},
    },
    cards: [
      finished({
        title: "<img src=x onerror='window.owned=1'>",
        results: [
          audio({
            kind: "text",
            src: null,
            text: "<script>window.owned=1</script><img src=x onerror='window.owned=1'>",
          }),
        ],
      }),
    ],
    notices: [{ id: "n", level: "info", sentence: "<svg onload='window.owned=1'>", action: null }],
  }),
  nothing: snapshot({
    providers: [],
    accounts: [],
    keys: [],
    actions: [],
    chosen: { providerId: "", accountId: null, keyId: null, actionId: null },
    meters: [],
    form: null,
    forecast: null,
  }),
};
