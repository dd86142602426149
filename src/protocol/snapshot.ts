// What the extension host tells the webview: always the whole state, with instants (epoch ms) and never remaining
// seconds. Sentences come finished, in the person's language. No key, no path outside the result store.
import * as z from "zod/mini";

const instant = z.number();
const evidence = z.enum(["stated", "published", "counted", "inferred", "unknown"]);
const nullable = <T extends z.core.SomeType>(schema: T) => z.nullable(schema);

const option = z.object({ value: z.string(), title: z.string(), detail: z.optional(z.string()) });

/** One budget: a bar for a rate policy, a row of places for slots. */
export const meterSchema = z.object({
  id: z.string(),
  title: z.string(),
  noun: z.string(),
  type: z.enum(["rate", "slots"]),
  kind: z.enum(["fixed", "fixedFromFirst", "sliding", "bucket", "unknown", "slots"]),
  limit: nullable(z.number()),
  /** All that is spent now: in flight and foreign are parts of it. */
  used: z.number(),
  left: nullable(z.number()),
  inFlight: z.number(),
  foreign: z.number(),
  quotaWindowMs: nullable(z.number()),
  /** Over what span `used` is counted where the limit is unknown, ms; null for slots and where a limit says it. */
  countedMs: nullable(z.number()),
  nextAt: nullable(instant),
  fullAt: nullable(instant),
  leavesAt: z.array(instant),
  closedUntil: nullable(instant),
  evidence,
  evidenceAt: nullable(instant),
  /** For the screen reader and the hover: "7 of 10 syntheses left; all back at 14:02:10; stated by the server". */
  sentence: z.string(),
  /** The limit is a number that the person set, not one of the provider. */
  own: z.boolean(),
  /** Whether the chosen action would spend from it. */
  binds: z.boolean(),
});

export const fieldSchema = z.object({
  name: z.string(),
  title: z.string(),
  description: z.optional(z.string()),
  type: z.enum(["string", "integer", "number", "boolean", "file", "json"]),
  required: z.boolean(),
  /** Titles of the other fields of its group where exactly one of them is needed. */
  insteadOf: z.optional(z.array(z.string())),
  advanced: z.boolean(),
  multiline: z.boolean(),
  placeholder: z.optional(z.string()),
  choices: z.optional(z.array(option)),
  /** Choices that another call offers, and whether that call was made. */
  loadChoices: z.optional(z.enum(["offered", "loading", "loaded"])),
  minimum: z.optional(z.number()),
  /** It must be more than this. */
  above: z.optional(z.number()),
  maximum: z.optional(z.number()),
  maxLength: z.optional(z.number()),
  unit: z.optional(z.string()),
  accept: z.optional(z.array(z.string())),
});

/** The most characters of what a person edits between two steps, all rows together. */
export const longestEdit = 2_000_000;

/** A value of the form; a chosen file is named, its path stays in the host. */
export const valueSchema = z.union([z.string(), z.number(), z.boolean(), z.null()]);

const fact = z.object({ title: z.string(), value: z.string() });

const wait = z.object({
  /** Why, until when and how many are ahead, in words. */
  sentence: z.string(),
  /** All that is known of it: what is left of which limit, since when, until when, on what evidence, who is ahead. */
  facts: z.array(fact),
  policyId: nullable(z.string()),
  since: instant,
  until: nullable(instant),
  evidence,
  /** How many that wait for the same are served before it. */
  ahead: z.number(),
});

/** A request that waits in the gate, of any editor window. */
export const waitingSchema = z.object({
  /** The card's id where it has one in this snapshot: what can be done about it stands there. */
  id: z.string(),
  title: z.string(),
  lane: z.enum(["person", "flow", "batch", "poll"]),
  own: z.boolean(),
  wait,
});

export const resultSchema = z.object({
  id: z.string(),
  kind: z.enum(["audio", "video", "json", "text"]),
  title: z.string(),
  /** Address the page may load; null while fetching or when it cannot be shown. */
  src: nullable(z.string()),
  mediaType: nullable(z.string()),
  bytes: nullable(z.number()),
  /** Bytes fetched so far, while fetching. */
  fetched: nullable(z.number()),
  text: z.optional(z.string()),
  /** Such as "The editor plays this video without its AAC sound; open it outside." */
  notice: nullable(z.string()),
  problem: nullable(z.string()),
  /** Whether it can be fetched once more. */
  refetch: z.boolean(),
});

/** One row of what the person may edit between two steps; null for what the provider's data do not say. */
const rowSchema = z.object({
  speaker: nullable(z.string()),
  startMs: nullable(z.number()),
  endMs: nullable(z.number()),
  /** The words as they were before the last step. */
  source: nullable(z.string()),
  text: z.string(),
  problem: nullable(z.string()),
});

/** One exchange as a card: from the click to the result. */
export const cardSchema = z.object({
  id: z.string(),
  providerName: z.string(),
  accountName: z.string(),
  title: z.string(),
  detail: z.string(),
  /** What was given, as the form names it: what tells two takes apart. */
  given: z.array(fact),
  /** `decide` waits for the person: confirm, edit or outcome unknown. `kept` goes only when the person says so. */
  state: z.enum([
    "waiting",
    "sending",
    "queued",
    "running",
    "fetching",
    "decide",
    "kept",
    "succeeded",
    "failed",
    "cancelled",
    "unknown",
    "lost",
  ]),
  stateTitle: z.string(),
  createdAt: instant,
  /** When its first request left; null before. */
  sentAt: nullable(instant),
  endedAt: nullable(instant),
  /** Whether anything of it has left, from here or from where it was adopted; false for what was cancelled before. */
  left: z.boolean(),
  /** How long the person was asked and had not decided; it is neither waiting nor the provider's. ms */
  thoughtMs: z.number(),
  step: nullable(z.object({ name: z.string(), index: z.number(), of: z.number() })),
  wait: nullable(wait),
  polls: z.number(),
  nextPollAt: nullable(instant),
  progress: nullable(z.number()),
  problem: nullable(z.object({ sentence: z.string(), remedy: nullable(z.string()) })),
  ask: nullable(
    z.object({
      kind: z.enum(["confirm", "edit", "outcomeUnknown"]),
      sentence: z.string(),
      facts: z.array(fact),
      /** Which edit is asked for; with `text`, or with `rows` where the data look like them. */
      edit: z.optional(z.string()),
      text: z.optional(z.string()),
      /** What is wrong with the text. */
      problem: z.optional(nullable(z.string())),
      rows: z.optional(z.array(rowSchema)),
      /** The most characters of one row. */
      maxLength: z.optional(z.number()),
    }),
  ),
  results: z.array(resultSchema),
  /** What a person can do with it now, in order; the names of intents. */
  can: z.array(
    z.enum([
      "cancel",
      "keep",
      "sendKept",
      "discard",
      "stopWatching",
      "watchAgain",
      "confirm",
      "check",
      "resend",
      "giveUp",
      "sendAgain",
      "copyCode",
      "openRequest",
      "openAnswer",
      "openAbout",
      "why",
      "dismiss",
    ]),
  ),
});

export const snapshotSchema = z.object({
  type: z.literal("snapshot"),
  /** Grows with every snapshot; an older one that arrives late is dropped. */
  revision: z.number(),
  /** The host's clock when it was made. */
  at: instant,
  language: z.string(),
  providers: z.array(option),
  accounts: z.array(option),
  keys: z.array(option),
  actions: z.array(z.object({ value: z.string(), title: z.string(), group: z.optional(z.string()) })),
  chosen: z.object({
    providerId: z.string(),
    accountId: nullable(z.string()),
    keyId: nullable(z.string()),
    actionId: nullable(z.string()),
  }),
  simulated: z.boolean(),
  meters: z.array(meterSchema),
  form: nullable(
    z.object({
      /** Changes when the page must take `values` over what the person has typed. */
      draft: z.number(),
      actionId: z.string(),
      title: z.string(),
      summary: z.string(),
      charged: z.boolean(),
      fields: z.array(fieldSchema),
      values: z.record(z.string(), valueSchema),
      problems: z.record(z.string(), z.string()),
      submitTitle: z.string(),
      canSend: z.boolean(),
      /** What stands in the way of sending the values as they are, in words, whether or not it is told at its field yet. */
      blocked: nullable(z.string()),
    }),
  ),
  forecast: nullable(
    z.object({
      sentence: z.string(),
      startsAt: nullable(instant),
      now: z.boolean(),
      policyId: nullable(z.string()),
    }),
  ),
  queue: z.array(waitingSchema),
  cards: z.array(cardSchema),
  /** Things said once in the view: a limit that moved, a damaged ledger, a keyring that is missing. */
  notices: z.array(
    z.object({
      id: z.string(),
      level: z.enum(["info", "warning", "error"]),
      sentence: z.string(),
      action: nullable(z.object({ command: z.string(), title: z.string() })),
    }),
  ),
  /** The newest change worth saying aloud to a screen reader; said when its id changes. */
  said: nullable(z.object({ id: z.number(), sentence: z.string() })),
  /** A card that the person asked to see from elsewhere; brought into view once for each id. */
  reveal: nullable(z.object({ id: z.number(), cardId: z.string() })),
});

/** Sent once when the page has loaded: strings of the page in the person's language, English text as the key. */
export const greetingSchema = z.object({
  type: z.literal("greeting"),
  /** Which run of the extension host this is: a place in the page is worth keeping within one run only. Opaque. */
  session: z.string(),
  strings: z.record(z.string(), z.string()),
});

export const downSchema = z.discriminatedUnion("type", [snapshotSchema, greetingSchema]);

export type Snapshot = z.infer<typeof snapshotSchema>;
export type MeterView = z.infer<typeof meterSchema>;
export type FieldView = z.infer<typeof fieldSchema>;
export type FormValue = z.infer<typeof valueSchema>;
export type WaitView = z.infer<typeof wait>;
export type WaitingView = z.infer<typeof waitingSchema>;
export type CardView = z.infer<typeof cardSchema>;
export type AskView = NonNullable<CardView["ask"]>;
export type ResultView = z.infer<typeof resultSchema>;
export type Down = z.infer<typeof downSchema>;
