// The one schema of a provider profile: an API described as data. Loaded only where a profile is read or the
// JSON Schema is written; everyone else imports its types. It must not know any provider.
import { z } from "zod";

/** Where a statement comes from. `assumed` marks a guess that a simulator or a default had to make. */
const fact = z
  .strictObject({
    source: z.string().min(1).describe("Address of the page, or what was read"),
    readOn: z
      .string()
      .regex(/^\d{4}-\d{2}(-\d{2})?$/, "write the day or month it was read, as 2026-11 or 2026-11-05"),
    evidence: z.enum(["published", "assumed", "inferred"]),
    note: z.string().optional().describe("What disagrees, or why this reading was taken"),
  })
  .describe("Source, day read and evidence of the statement beside it");

const id = z
  .string()
  .regex(/^[a-z][A-Za-z0-9]*$/, "use a name like newSample: letters and digits, a small letter first");
const pointer = z.string().regex(/^(\/[^/]*)+$/, "write a JSON pointer such as /source/url");
const path = z
  .string()
  .min(1)
  .describe(
    "Dotted path into an answer; [] maps over a list, as in song.outputs[].url; header:NAME reads a header",
  );
const method = z.enum(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"]);
const positive = z.number().positive();
const scalar = z.union([z.string(), z.number(), z.boolean()]);

const choice = z.strictObject({ value: scalar, title: z.string() });

const parameter = z.strictObject({
  name: z.string().min(1),
  title: z.string().min(1).describe("Label of the form field"),
  description: z.string().optional(),
  in: z.enum(["path", "query", "header", "body", "file"]),
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
});

const idempotency = z.discriminatedUnion("in", [
  z.strictObject({ in: z.literal("none"), fact }),
  z.strictObject({ in: z.literal("body"), at: pointer, form: z.enum(["uuid"]), fact }),
  z.strictObject({ in: z.literal("header"), name: z.string(), form: z.enum(["uuid"]), fact }),
]);

const bindings = z
  .record(z.string(), z.string())
  .describe(
    "Parameter name -> where its value comes from: job.id, answer.PATH, input.NAME, edited.NAME, or =LITERAL",
  );

const result = z.strictObject({
  kind: z.enum(["audio", "video", "json", "text"]),
  from: z.enum(["base64", "body", "link", "action", "json"]),
  path: path
    .optional()
    .describe("Where the bytes, link or value stand in the answer; not needed for body and action"),
  action: id.optional().describe("With from=action: the action whose body is the result"),
  bind: bindings.optional(),
  title: path.optional().describe("Where a name of each result stands, as the kind of a stem"),
  contentType: z.string().optional(),
  expiresAt: path.optional().describe("Where the link says until when it is good"),
  lifeMs: positive.optional().describe("How long a link is good where the answer does not say"),
  duration: path.optional(),
  durationUnit: z.enum(["s", "ms"]).optional(),
  fact,
});

const watch = z.strictObject({
  id: path.describe("Where the id stands in the answer that starts the job"),
  poll: z.strictObject({ action: id, bind: bindings }),
  status: path.describe("Where the status word stands in the poll's answer"),
  words: z
    .record(z.string(), z.enum(["queued", "running", "succeeded", "failed", "cancelled"]))
    .describe("Status word -> job state; an unknown word counts as running"),
  progress: path.optional(),
  error: z.array(path).default([]).describe("Where a failed job tells why, first hit wins"),
  failedWhen: path.optional().describe("A path whose non-null value means failure whatever the word says"),
  intervalMs: positive,
  jitterMs: z.number().nonnegative(),
  minimumIntervalMs: z.number().nonnegative().default(0),
  typicalMs: positive.optional().describe("How long such a job usually takes"),
  longPoll: z
    .strictObject({ bind: bindings, holdMs: positive, fact })
    .optional()
    .describe("Extra parameters that make the server hold a poll until something happens"),
  listPoll: z
    .strictObject({ action: id, bind: bindings, items: path, id: path, status: path })
    .optional()
    .describe("One list call that answers for many jobs"),
  cancel: z.strictObject({ action: id, bind: bindings }).optional(),
  fact,
});

const answer = z.strictObject({
  status: z.array(z.number().int().min(200).max(299)).min(1),
  when: path.optional().describe("Only where this path has a value"),
  watch: watch.optional().describe("The answer starts a job that is polled"),
  results: z
    .array(result)
    .default([])
    .describe("Read from this answer, or from the last poll's where a job is watched"),
});

const step = z.strictObject({
  name: z.string().describe("Shown on the job card, as preprocess"),
  action: id.optional(),
  upload: z
    .strictObject({ url: path, parameter: z.string() })
    .optional()
    .describe("Send a file parameter's bytes to an address that an earlier answer gave; no key goes there"),
  bind: bindings.default({}),
  unless: z.string().optional().describe("Skip the step if this parameter was given"),
  confirm: z
    .strictObject({ show: z.array(z.strictObject({ title: z.string(), path })) })
    .optional()
    .describe("What the person sees before the step is charged"),
  edit: z
    .strictObject({ name: z.string(), title: z.string(), path })
    .optional()
    .describe("A part of the last answer that the person may edit before the step is sent"),
  answers: z.array(answer).min(1),
});

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
  z.strictObject({ allBut: z.array(id) }).describe("Every call that none of the named policies counts"),
]);

const ratePolicy = z.strictObject({
  type: z.literal("rate"),
  id,
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
  id,
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
  retry: z.enum(["never", "sameKey", "backoff", "wait"]),
  fact,
});

const headerValue = z.strictObject({
  name: z.string(),
  form: z
    .enum(["count", "usedSlashSize", "epochSeconds", "epochMs", "deltaSeconds", "duration", "date", "auto"])
    .describe("How the value is written; auto guesses within a sanity band"),
});

/** A provider profile: everything Headroom knows of one API. */
export const profileSchema = z
  .strictObject({
    $schema: z.string().optional(),
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
  })
  .superRefine((profile, context) => {
    const actions = new Map(profile.actions.map((one) => [one.id, one]));
    const policies = new Set(profile.policies.map((one) => one.id));
    const plans = new Set(profile.plans.map((one) => one.id));
    const missing = (where: PropertyKey[], what: string) =>
      context.addIssue({ code: "custom", path: where, message: `${what} is not defined in this profile` });
    const checkAnswers = (answers: z.infer<typeof answer>[], where: PropertyKey[]) => {
      for (const [a, one] of answers.entries()) {
        const named = [one.watch?.poll.action, one.watch?.listPoll?.action, one.watch?.cancel?.action];
        for (const name of [...named, ...one.results.map((r) => r.action)])
          if (name !== undefined && !actions.has(name)) missing([...where, "answers", a], `action "${name}"`);
      }
    };
    for (const [i, one] of profile.actions.entries()) {
      const where = ["actions", i];
      checkAnswers(one.answers, where);
      for (const [p, parameter] of one.parameters.entries()) {
        const from = parameter.choicesFrom?.action;
        if (from !== undefined && !actions.has(from))
          missing([...where, "parameters", p], `action "${from}"`);
        if (parameter.in === "path" && !one.path.includes(`{${parameter.name}}`))
          context.addIssue({
            code: "custom",
            path: [...where, "path"],
            message: `has no {${parameter.name}}`,
          });
      }
      for (const [s, follow] of one.steps.entries()) {
        checkAnswers(follow.answers, [...where, "steps", s]);
        if (follow.action !== undefined && !actions.has(follow.action))
          missing([...where, "steps", s], `action "${follow.action}"`);
        if ((follow.action === undefined) === (follow.upload === undefined))
          context.addIssue({
            code: "custom",
            path: [...where, "steps", s],
            message: "needs either action or upload",
          });
      }
    }
    for (const [i, policy] of profile.policies.entries()) {
      if ("allBut" in policy.counts)
        for (const name of policy.counts.allBut)
          if (!policies.has(name)) missing(["policies", i], `policy "${name}"`);
      for (const plan of Object.keys(policy.limitByPlan ?? {}))
        if (!plans.has(plan)) missing(["policies", i, "limitByPlan"], `plan "${plan}"`);
    }
    if (actions.size !== profile.actions.length)
      context.addIssue({ code: "custom", path: ["actions"], message: "two actions have the same id" });
    if (policies.size !== profile.policies.length)
      context.addIssue({ code: "custom", path: ["policies"], message: "two policies have the same id" });
  });

/** A provider profile as read from its file, defaults filled in. */
export type Profile = z.infer<typeof profileSchema>;
export type Action = Profile["actions"][number];
export type Parameter = Action["parameters"][number];
export type Answer = Action["answers"][number];
export type Watch = NonNullable<Answer["watch"]>;
export type Step = Action["steps"][number];
export type ResultSpec = Answer["results"][number];
export type ProfilePolicy = Profile["policies"][number];
export type HeaderDialect = Profile["headers"];
export type Fact = Profile["baseFact"];
