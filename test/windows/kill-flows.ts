// What is sent in the kill tests, for each provider that can be charged, and how a person would see it through. It must not
// judge the outcome.
import type { CardView, FormValue } from "../../src/protocol/snapshot.ts";
import { type EditorWindow, type ProviderId, settled } from "../wire/whole-app.ts";

/** What a person writes into whatever may be edited between two steps. */
export const EDITED = "written by hand";

/** One exchange to be sent. */
export interface Flow {
  readonly provider: ProviderId;
  readonly action: string;
  readonly values: Readonly<Record<string, FormValue>>;
  /** A field that takes a file of the person. */
  readonly file?: string;
  /** How often the whole flow is charged for. */
  readonly charges: number;
  /** The calls of the flow, from 0, of which nobody can tell whether they were taken once their answer is lost. */
  readonly doubtful: readonly number[];
  /** How often the person edits something between two steps. */
  readonly edits?: number;
  /** Whether it is one more flow of the same provider. */
  readonly second?: boolean;
}

/** One for each provider, and a second one where an answer may hold its result at once. */
export const flows: Readonly<Record<string, Flow>> = {
  soundpiece: { provider: "soundpiece", action: "newSample", values: {}, charges: 1, doubtful: [] },
  sync: { provider: "sync", action: "generate", values: {}, charges: 1, doubtful: [] },
  sauti: { provider: "sauti", action: "speakJob", values: {}, charges: 1, doubtful: [0] },
  "sauti at once": {
    provider: "sauti",
    action: "speak",
    values: { text: "Habari" },
    charges: 1,
    doubtful: [0],
    second: true,
  },
  voicedub: { provider: "voicedub", action: "dub", values: {}, charges: 1, doubtful: [0] },
  vocabusta: {
    provider: "vocabusta",
    action: "dub",
    values: { target_language: "sw" },
    file: "file",
    charges: 3,
    doubtful: [0, 1, 2],
    edits: 2,
  },
  "vocabusta at once": {
    provider: "vocabusta",
    action: "speak",
    values: { text: "Hello" },
    charges: 1,
    doubtful: [0],
    second: true,
  },
};

/** Fills the form and sends it; returns the exchange's id. */
export function sendFlow(one: EditorWindow, flow: Flow, recording: string): Promise<string> {
  one.do({ type: "chooseProvider", providerId: flow.provider });
  one.do({ type: "chooseAction", actionId: flow.action });
  if (flow.file !== undefined)
    one.app.setFile(flow.file, { path: recording, name: "recording.wav", bytes: 1000 });
  return one.send(flow.provider, flow.action, flow.values);
}

/** Agrees to every step as it is proposed, until the exchange has ended or its outcome is unknown. */
export async function seeThrough(one: EditorWindow, id: string): Promise<CardView> {
  for (;;) {
    const card = await one.card(id, settled, 15_000);
    if (card.state !== "decide") return card;
    const texts = card.ask?.rows?.map((row, at) => (at === 0 ? EDITED : row.text));
    one.do({ type: "confirm", cardId: id, ...(texts === undefined ? {} : { texts }) });
    await one.card(id, (now) => now.state !== "decide" || now.step?.index !== card.step?.index);
  }
}
