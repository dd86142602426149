// Makers of fixed pieces of a snapshot for the gallery: a meter, a field, a card with sensible defaults. Data only.
import type {
  CardView,
  FieldView,
  MeterView,
  ResultView,
  Snapshot,
  WaitingView,
  WaitView,
} from "../../../src/protocol/snapshot.ts";

/** The instant of every gallery snapshot: 22 November 2026, 14:01:53 UTC. */
export const at = Date.UTC(2026, 10, 22, 14, 1, 53);

/** A sliding budget of 10 in any 60 s with 3 spent. */
export function meter(part: Partial<MeterView> = {}): MeterView {
  return {
    id: "sauti.synthesis",
    title: "Synthesis",
    noun: "syntheses",
    type: "rate",
    kind: "sliding",
    limit: 10,
    used: 3,
    left: 7,
    inFlight: 0,
    foreign: 0,
    quotaWindowMs: 60_000,
    countedMs: part.limit === null ? 60_000 : null,
    nextAt: at + 17_000,
    fullAt: at + 52_000,
    leavesAt: [at + 17_000, at + 31_000, at + 52_000],
    closedUntil: null,
    evidence: "stated",
    evidenceAt: at - 3000,
    sentence: "7 of 10 syntheses left; the next comes back at 14:02:10; stated by the server.",
    own: false,
    binds: true,
    ...part,
  };
}

/** A budget that is not spent from: full, sliding, 30 in any 60 s. */
export function idle(part: Partial<MeterView> = {}): MeterView {
  return meter({
    id: "sauti.default",
    title: "All other calls",
    noun: "requests",
    limit: 30,
    used: 0,
    left: 30,
    nextAt: null,
    fullAt: null,
    leavesAt: [],
    evidence: "published",
    evidenceAt: null,
    sentence: "30 of 30 requests left; published by the provider.",
    binds: false,
    ...part,
  });
}

/** Three places, one taken. */
export function slots(part: Partial<MeterView> = {}): MeterView {
  return meter({
    id: "sync.slots",
    title: "Generations at once",
    noun: "generations",
    type: "slots",
    kind: "slots",
    limit: 3,
    used: 1,
    left: 2,
    quotaWindowMs: null,
    nextAt: null,
    fullAt: null,
    leavesAt: [],
    evidence: "published",
    evidenceAt: null,
    sentence: "2 of 3 generations free; a place frees when a job ends; published by the provider.",
    ...part,
  });
}

/** A required line of text. */
export function field(part: Partial<FieldView> & { name: string }): FieldView {
  return { title: part.name, type: "string", required: true, advanced: false, multiline: false, ...part };
}

/** The form of SAUTI's speech action. */
export const speechFields: readonly FieldView[] = [
  field({
    name: "text",
    title: "Text",
    multiline: true,
    maxLength: 5000,
    placeholder: "What shall be said?",
  }),
  field({
    name: "voice",
    title: "Voice",
    choices: [
      { value: "imani", title: "Imani", detail: "female, Nairobi" },
      { value: "baraka", title: "Baraka", detail: "male, Dar es Salaam" },
    ],
    loadChoices: "loaded",
  }),
  field({
    name: "speed",
    title: "Speed",
    type: "number",
    required: false,
    minimum: 0.5,
    maximum: 2,
    unit: "×",
    placeholder: "1",
  }),
  field({
    name: "format",
    title: "Format",
    required: false,
    advanced: true,
    choices: [
      { value: "wav", title: "WAV, 24 kHz" },
      { value: "mp3", title: "MP3, 128 kbit/s" },
    ],
  }),
  field({
    name: "seed",
    title: "Seed",
    type: "integer",
    required: false,
    advanced: true,
    description: "The same seed and text give the same speech.",
  }),
  field({ name: "normalize", title: "Spell out numbers", type: "boolean", required: false, advanced: true }),
];

/** A job in its second of three steps. */
export function card(part: Partial<CardView> = {}): CardView {
  return {
    id: "card-1",
    providerName: "SAUTI",
    accountName: "Simulated",
    title: "Speech from text",
    detail: "Habari ya asubuhi. Karibu kwenye kipindi chetu.",
    given: [
      { title: "Text", value: "Habari ya asubuhi. Karibu kwenye kipindi chetu." },
      { title: "Voice", value: "Imani" },
    ],
    state: "running",
    stateTitle: "Running",
    createdAt: at - 48_000,
    sentAt: at - 46_000,
    thoughtMs: 0,
    endedAt: null,
    left: true,
    step: null,
    wait: null,
    polls: 0,
    nextPollAt: null,
    progress: null,
    problem: null,
    ask: null,
    results: [],
    can: ["copyCode", "why", "stopWatching", "cancel"],
    ...part,
  };
}

/** A recording that the gallery's server plays. */
export function audio(part: Partial<ResultView> = {}): ResultView {
  return {
    id: "result-1",
    kind: "audio",
    title: "speech-1.wav",
    src: "/media/voice.wav",
    mediaType: "audio/wav",
    bytes: 230_444,
    fetched: null,
    notice: null,
    problem: null,
    refetch: false,
    ...part,
  };
}

/** A finished card with a recording. */
export function finished(part: Partial<CardView> = {}): CardView {
  return card({
    id: "card-done",
    state: "succeeded",
    stateTitle: "Done",
    createdAt: at - 200_000,
    endedAt: at - 198_700,
    results: [audio()],
    can: ["sendAgain", "copyCode", "openAnswer", "why", "dismiss"],
    ...part,
  });
}

/** A wait for a sliding budget. */
export function wait(part: Partial<WaitView> = {}): WaitView {
  return {
    sentence: "SAUTI allows 10 syntheses in any 60 s. The next one is free at 14:02:10.",
    facts: [
      { title: "Limit", value: "Synthesis: 0 of 10 left" },
      { title: "Waits since", value: "14:01:49" },
      { title: "Until", value: "14:02:10" },
      { title: "Known from", value: "stated by the server, 14:01:52" },
      { title: "Ahead", value: "nobody" },
    ],
    policyId: "sauti.synthesis",
    since: at - 4000,
    until: at + 17_000,
    evidence: "stated",
    ahead: 0,
    ...part,
  };
}

/** An own request that waits for a sliding budget. */
export function waiting(part: Partial<WaitingView> = {}): WaitingView {
  return {
    id: "card-wait",
    title: "Speech from text",
    lane: "person",
    own: true,
    wait: wait(),
    ...part,
  };
}

/** The card behind `waiting`. */
export function waitingCard(part: Partial<CardView> = {}): CardView {
  return card({
    id: "card-wait",
    state: "waiting",
    stateTitle: "Waiting",
    can: ["cancel", "keep", "why"],
    ...part,
  });
}

/** SAUTI's simulated account with a filled form and nothing sent. */
export function snapshot(part: Partial<Snapshot> = {}): Snapshot {
  return {
    type: "snapshot",
    revision: 1,
    at,
    language: "en",
    providers: [
      { value: "sauti", title: "SAUTI" },
      { value: "soundpiece", title: "SoundPiece" },
      { value: "sync", title: "Sync" },
      { value: "voicedub", title: "VoiceDub" },
      { value: "vocabusta", title: "VocaBusta" },
    ],
    accounts: [
      { value: "sim", title: "Simulated" },
      { value: "work", title: "Studio", detail: "Creator plan" },
    ],
    keys: [{ value: "sim-key", title: "Simulated key" }],
    actions: [
      { value: "speak", title: "Speech from text", group: "Speech" },
      { value: "job", title: "Long speech as a job", group: "Speech" },
      { value: "listen", title: "Text from speech", group: "Recognition" },
    ],
    chosen: { providerId: "sauti", accountId: "sim", keyId: "sim-key", actionId: "speak" },
    simulated: true,
    meters: [meter()],
    form: {
      draft: 1,
      actionId: "speak",
      title: "Speech from text",
      summary: "Swahili speech from up to 5,000 characters.",
      charged: true,
      fields: [...speechFields],
      values: { text: "Habari ya asubuhi. Karibu kwenye kipindi chetu.", voice: "imani", speed: null },
      problems: {},
      submitTitle: "Speak",
      canSend: true,
      blocked: null,
    },
    forecast: { sentence: "Goes now.", startsAt: null, now: true, policyId: null },
    queue: [],
    cards: [],
    notices: [],
    said: null,
    reveal: null,
    ...part,
  };
}
