// The one schema of a provider profile: an API described as data. Loaded only where a profile is read or the
// JSON Schema is written; everyone else imports its types. It must not know any provider.
import * as z from "zod";
import { checkReferences } from "./check.ts";
import { answer, step } from "./life.ts";
import { bindings, fact, id, method, path, pointer, policyId, positive, scalar } from "./words.ts";

const choice = z.strictObject({ value: scalar, title: z.string() });

const parameter = z
  .strictObject({
    name: z.string().min(1),
    title: z.string().min(1).describe("Label of the form field"),
    description: z.string().optional(),
    in: z
      .enum(["path", "query", "header", "body", "file", "step"])
      .describe("Where it goes; step: not in this call, only for the steps that follow"),
    at: pointer.optional().describe("Where in the JSON body it stands; default /NAME"),
    type: z.enum(["string", "integer", "number", "boolean", "file", "json"]),
    required: z.boolean().default(false),
    default: z.union([scalar, z.array(z.unknown()), z.record(z.string(), z.unknown())]).optional(),
    example: z.string().optional().describe("What the form is prefilled with for a first try"),
    choices: z.array(choice).min(1).optional(),
    choicesFrom: z
      .strictObject({ action: id, items: path, value: path, title: path })
      .optional()
      .describe("An action whose answer offers the choices"),
    minimum: z.number().optional(),
    above: z.number().optional().describe("It must be more than this; in place of a minimum"),
    maximum: z.number().optional(),
    minLength: z.number().int().nonnegative().optional(),
    maxLength: positive.int().optional(),
    pattern: z.string().optional(),
    multiline: z.boolean().optional(),
    advanced: z.boolean().optional().describe("Folded away until asked for"),
    unit: z.string().optional(),
    accept: z.array(z.string()).optional().describe("Media types or endings of a file field"),
    maxBytes: positive.int().optional(),
    fact: fact.optional(),
  })
  .meta({ id: "parameter" });

const idempotency = z.discriminatedUnion("in", [
  z.strictObject({ in: z.literal("none"), fact }),
  z.strictObject({ in: z.literal("body"), at: pointer, form: z.enum(["uuid"]), fact }),
  z.strictObject({ in: z.literal("header"), name: z.string(), form: z.enum(["uuid"]), fact }),
]);

const action = z.strictObject({
  id,
  title: z.string().min(1),
  summary: z.string(),
  group: z.string().optional(),
  role: z
    .enum(["create", "read", "poll", "step", "delete"])
    .describe("create and read and delete stand in the form"),
  method,
  path: z.string().startsWith("/"),
  body: z.enum(["none", "json", "multipart"]),
  constants: z.record(z.string(), z.unknown()).optional().describe("JSON pointer -> fixed value in the body"),
  parameters: z.array(parameter),
  oneOf: z.array(z.array(z.string()).min(2)).optional().describe("Groups of which exactly one must be given"),
  charged: z.boolean().describe("Whether a success costs money or credit"),
  idempotency,
  webhook: z.strictObject({ at: pointer, fact }).optional(),
  pagination: z
    .discriminatedUnion("style", [
      z.strictObject({ style: z.literal("cursor"), parameter: z.string(), next: path }),
      z.strictObject({
        style: z.literal("lastId"),
        parameter: z.string(),
        id: path,
        needs: z.string().optional(),
      }),
      z.strictObject({ style: z.literal("offset"), parameter: z.string(), limit: z.string(), items: path }),
    ])
    .optional(),
  answers: z.array(answer).min(1),
  steps: z.array(step).default([]).describe("What follows the first call, in order"),
  fact,
});

const calls = z.union([
  z.strictObject({
    calls: z.array(z.strictObject({ methods: z.array(method).optional(), path: z.string() })).min(1),
  }),
  z.strictObject({ allBut: z.array(policyId) }).describe("Every call that none of the named policies counts"),
]);

const ratePolicy = z.strictObject({
  type: z.literal("rate"),
  id: policyId,
  title: z.string(),
  noun: z.string().describe("What is counted, in the plural, as syntheses"),
  counts: calls,
  scope: z.enum(["account", "key"]),
  kind: z.enum(["fixed", "fixedFromFirst", "sliding", "bucket", "unknown"]),
  limit: positive.int().nullable().describe("null where the provider publishes none"),
  limitByPlan: z.record(z.string(), positive.int().nullable()).optional(),
  quotaWindowMs: positive.nullable(),
  refusedCount: z.boolean().default(false).describe("Whether a refused request counts as well"),
  fact,
});

const slotPolicy = z.strictObject({
  type: z.literal("slots"),
  id: policyId,
  title: z.string(),
  noun: z.string(),
  counts: calls,
  scope: z.enum(["account", "key"]),
  limit: positive.int().nullable(),
  limitByPlan: z.record(z.string(), positive.int().nullable()).optional(),
  count: z
    .strictObject({ action: id, bind: bindings, path })
    .optional()
    .describe("An action that tells how many slots are taken"),
  fact,
});

const refusalRule = z.strictObject({
  status: z.number().int(),
  path: path.optional(),
  equals: scalar.optional(),
  kind: z.enum(["rate", "concurrency", "pollRate", "credit", "busy"]),
  fact,
});

const statusRule = z.strictObject({
  status: z.number().int(),
  code: z.string().optional().describe("Only for this machine code of the envelope"),
  meaning: z.string().describe("One clear sentence: what happened"),
  remedy: z.string().describe("One clear sentence: the way out"),
  link: z
    .string()
    .regex(/^https:/)
    .optional()
    .describe("Page of the provider's on the way out. Default the fact's source"),
  retry: z.enum(["never", "sameKey", "backoff", "wait"]),
  fact,
});

const headerValue = z.strictObject({
  name: z.string(),
  form: z
    .enum(["count", "usedSlashSize", "epochSeconds", "epochMs", "deltaSeconds", "duration", "date", "auto"])
    .describe("How the value is written; auto guesses within a sanity band"),
});

const shape = z.strictObject({
  $schema: z.string().optional(),
  facts: z
    .record(z.string(), fact)
    .default({})
    .describe('Facts by name; in the file, any fact may be "NAME" or { "of": "NAME", "note": "..." }'),
  id,
  name: z.string().min(1),
  summary: z.string(),
  docs: z.url(),
  baseUrl: z.url().describe("https origin, with no path; a key goes to this origin and nowhere else"),
  baseFact: fact,
  auth: z.strictObject({
    header: z.string(),
    prefix: z.string().default(""),
    keyPattern: z.string().optional(),
    keyHint: z.string().describe("What a key looks like, as spk_..."),
    env: z.string().optional(),
    fact,
  }),
  plans: z.array(z.strictObject({ id, title: z.string() })).default([]),
  plansFact: fact.optional(),
  policies: z.array(z.discriminatedUnion("type", [ratePolicy, slotPolicy])).min(1),
  headers: z.strictObject({
    limit: headerValue.optional(),
    remaining: headerValue.optional(),
    reset: headerValue.optional(),
    retryAfter: headerValue.default({ name: "retry-after", form: "auto" }),
    structured: z
      .boolean()
      .default(false)
      .describe("RateLimit and RateLimit-Policy structured fields are sent"),
    describes: z.enum(["none", "ownCategory", "mostRestrictive"]),
    fact,
  }),
  refusals: z.array(refusalRule),
  errors: z.strictObject({
    message: z.array(path).min(1),
    code: z.array(path).default([]),
    statuses: z.array(statusRule),
    fact,
  }),
  retry: z.strictObject({
    statuses: z.array(z.number().int()),
    baseMs: positive,
    capMs: positive.describe("Above one quota window"),
    attempts: positive.int(),
    fact,
  }),
  actions: z.array(action).min(1),
  webhooks: z.strictObject({ supported: z.boolean(), note: z.string(), fact }),
  notes: z.array(z.strictObject({ text: z.string(), fact })).default([]),
});

/** A provider profile: everything Headroom knows of one API. Parse with facts expanded (see facts.ts). */
export const profileSchema = shape.superRefine(checkReferences);

/** A provider profile as read from its file, defaults filled in. */
export type Profile = z.infer<typeof shape>;
export type Action = Profile["actions"][number];
export type Parameter = Action["parameters"][number];
export type Answer = Action["answers"][number];
export type Watch = NonNullable<Answer["watch"]>;
export type Step = Action["steps"][number];
export type ResultSpec = Answer["results"][number];
export type ProfilePolicy = Profile["policies"][number];
export type HeaderDialect = Profile["headers"];
