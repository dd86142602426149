// Cards in the states that ask, fail or end, for the gallery. Data only.
import type { CardView, Snapshot } from "../../../src/protocol/snapshot.ts";
import { at, audio, card, finished, snapshot } from "./parts.ts";

/** A dubbing in its second of three steps. */
export const running: CardView = card({
  id: "card-run",
  providerName: "VocaBusta",
  title: "Dub a film",
  detail: "interview.mp4 into Swahili and French",
  step: { name: "Translate", index: 2, of: 3 },
  polls: 4,
  nextPollAt: at + 6000,
  progress: 0.4,
});
/** Asks to confirm facts. */
export const confirm: CardView = card({
  id: "card-confirm",
  title: "Dub a film",
  providerName: "VocaBusta",
  state: "decide",
  stateTitle: "Waits for you",
  step: { name: "Analyze", index: 1, of: 3 },
  ask: {
    kind: "confirm",
    sentence: "The film was analyzed. Dubbing it is charged.",
    facts: [
      { title: "Length", value: "3 min 12 s" },
      { title: "Speakers", value: "2" },
      { title: "Cost", value: "64 credits of 120" },
    ],
  },
  can: ["confirm", "cancel", "why"],
});
/** Asks to look a text over. */
export const edit: CardView = card({
  id: "card-edit",
  title: "Dub a film",
  state: "decide",
  stateTitle: "Waits for you",
  step: { name: "Translate", index: 2, of: 3 },
  ask: {
    kind: "edit",
    sentence: "Look the translation over before it is spoken.",
    facts: [],
    edit: "translation",
    text: "00:00 Karibu.\n00:04 Leo tunazungumza juu ya bahari.\n00:09 Tuanze.",
  },
  can: ["confirm", "cancel"],
});
/** Asks to look segments over, one of which is wrong. */
export const editRows: CardView = card({
  id: "card-rows",
  title: "Dub a film",
  providerName: "VocaBusta",
  state: "decide",
  stateTitle: "Waits for you",
  step: { name: "render", index: 3, of: 3 },
  ask: {
    kind: "edit",
    sentence: "Check “What will be said”, change it if you like, and confirm.",
    facts: [],
    edit: "translation",
    maxLength: 5000,
    rows: [
      ["SPEAKER_00", 0, 3800, "Good morning, and welcome to the programme.", "Habari ya asubuhi, karibuni."],
      ["SPEAKER_01", 4000, 7800, "Today we walk through the market by the river.", ""],
      ["SPEAKER_00", 3_724_000, 3_727_850, null, "Sikilizeni jinsi sauti zinavyopanda na kushuka."],
    ].map(([speaker, startMs, endMs, source, text]) => ({
      speaker: String(speaker),
      startMs: Number(startMs),
      endMs: Number(endMs),
      source: source === null ? null : String(source),
      text: String(text),
      problem: text === "" ? "This row is empty; write what is to be said." : null,
    })),
  },
  can: ["confirm", "cancel", "why"],
});
/** The answer was lost. */
export const unknownOutcome: CardView = card({
  id: "card-unknown",
  title: "Speech from text",
  state: "unknown",
  stateTitle: "Outcome unknown",
  ask: {
    kind: "outcomeUnknown",
    sentence:
      "The connection was lost after the request had gone out. It may have been done and charged; nothing is sent again by itself.",
    facts: [
      { title: "Sent", value: "14:01:05" },
      { title: "Idempotency key", value: "none, the provider takes none" },
    ],
  },
  can: ["check", "resend", "giveUp", "why"],
});
/** Refused for a wrong voice. */
export const failed: CardView = card({
  id: "card-failed",
  state: "failed",
  stateTitle: "Failed",
  endedAt: at - 4000,
  problem: {
    sentence: "SAUTI knows no voice “imanni” (404).",
    remedy: "Load the voices beside the field and choose one of them.",
  },
  can: ["sendAgain", "openAnswer", "copyCode", "dismiss"],
});
/** A list as JSON. */
export const json: CardView = finished({
  id: "card-json",
  title: "List voices",
  detail: "",
  results: [
    audio({
      id: "result-json",
      kind: "json",
      title: "voices.json",
      src: null,
      mediaType: "application/json",
      bytes: 412,
      text: JSON.stringify(
        { voices: [{ id: "imani", name: "Imani", labels: { accent: "Nairobi", gender: "female" } }] },
        null,
        2,
      ),
    }),
  ],
});
/** A film without sound. */
export const video: CardView = finished({
  id: "card-video",
  providerName: "Sync",
  title: "Lip sync",
  detail: "face.mp4 with speech-1.wav",
  results: [
    audio({
      id: "result-video",
      kind: "video",
      title: "lipsync.mp4",
      src: "/media/face.mp4",
      mediaType: "video/mp4",
      bytes: 41_220,
      notice: "The editor plays this video without its AAC sound; open it outside to hear it.",
    }),
  ],
});

/** Results that made room for newer ones; the video can be had again. */
const gone: CardView = finished({
  results: [
    audio({ src: null, notice: "The file has left the disk to make room for newer results." }),
    audio({
      id: "result-2",
      kind: "video",
      title: "dub.mp4",
      mediaType: "video/mp4",
      src: null,
      refetch: true,
      notice: "The file has left the disk to make room for newer results.",
    }),
  ],
});

/** What is said of them. */
const roomMade: Snapshot["notices"][number] = {
  id: "storage",
  level: "info",
  sentence:
    "Results are kept within 2 GB on disk: the 3 oldest have left. Their entries stay in the history.",
  action: { command: "headroom.setStorage", title: "Change the Bound" },
};

/** States of one such card, by name. */
export const cardStates: Readonly<Record<string, Snapshot>> = {
  confirm: snapshot({ cards: [confirm] }),
  edit: snapshot({ cards: [edit] }),
  "edit-rows": snapshot({ cards: [editRows] }),
  "outcome-unknown": snapshot({ cards: [unknownOutcome] }),
  "finished-video": snapshot({ cards: [video] }),
  "finished-json": snapshot({ cards: [json] }),
  failed: snapshot({ cards: [failed] }),
  "left-disk": snapshot({ cards: [gone], notices: [roomMade] }),
};
