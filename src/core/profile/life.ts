// The part of the profile schema that describes what an answer means: job, steps, results. Loaded only with the schema.
import * as z from "zod";
import { binding, bindings, fact, id, path, positive } from "./words.ts";

const result = z
  .strictObject({
    kind: z.enum(["audio", "video", "json", "text"]),
    from: z.enum(["base64", "body", "link", "action", "json"]),
    path: path
      .optional()
      .describe("Where the bytes, link or value stand in the answer; not needed for body and action"),
    action: id.optional().describe("With from=action: the action whose body is the result"),
    bind: bindings.optional(),
    label: z.string().optional().describe("What the result is called, as Transcript"),
    title: path.optional().describe("Where a name of each result stands, as the kind of a stem"),
    contentType: z.string().optional(),
    expiresAt: path.optional().describe("Where the link says until when it is good"),
    lifeMs: positive.optional().describe("How long a link is good where the answer does not say"),
    duration: path.optional(),
    durationUnit: z.enum(["s", "ms"]).optional(),
    fact,
  })
  .meta({ id: "result" });

const watch = z
  .strictObject({
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
    longPoll: z
      .strictObject({ bind: bindings, holdMs: positive, fact })
      .optional()
      .describe("Extra parameters that make the server hold a poll until something happens"),
    listPoll: z
      .strictObject({
        action: id,
        bind: bindings.describe("Lists what is under way"),
        ofJobs: bindings.optional().describe("Lists just these jobs, as ids: job.ids (ids parted by commas)"),
        items: path,
        id: path,
        status: path,
      })
      .optional()
      .describe("One list call that answers for many jobs"),
    cancel: z.strictObject({ action: id, bind: bindings }).optional(),
    fact,
  })
  .meta({ id: "watch" });

/** What one successful answer of an action means: a job that begins, or results. */
export const answer = z
  .strictObject({
    status: z.array(z.number().int().min(200).max(299)).min(1),
    when: path.optional().describe("Only where this path has a value"),
    watch: watch.optional().describe("The answer starts a job that is polled"),
    results: z
      .array(result)
      .default([])
      .describe("Read from this answer, or from the last poll's where a job is watched"),
  })
  .meta({ id: "answer" });

const rows = z
  .strictObject({
    text: z.string().min(1).describe("The member that is edited"),
    id: z.string().optional().describe("What tells a row from the others, to find its source by"),
    speaker: z.string().optional(),
    start: z.string().optional(),
    end: z.string().optional(),
    unit: z.enum(["s", "ms"]).default("s").describe("What start and end are counted in"),
    source: binding
      .optional()
      .describe("Where the same rows stand as they were before, to be read beside the text"),
    minLength: z.number().int().nonnegative().optional(),
    maxLength: positive.int().optional(),
    fact,
  })
  .describe("Names of the members of a list's rows, each edited by itself; other members stay as they are");

/** A further call of a flow, after the first, with what the person decides before it. */
export const step = z.strictObject({
  name: id.describe("Shown on the job card, as preprocess; its answer is kept under this name"),
  action: id.optional(),
  upload: z
    .strictObject({ url: path, parameter: z.string(), method: z.enum(["PUT", "POST"]).default("PUT") })
    .optional()
    .describe("Send a file parameter's bytes to an address that an earlier answer gave; no key goes there"),
  bind: bindings.default({}),
  unless: z.string().optional().describe("Skip the step if this parameter was given"),
  confirm: z
    .strictObject({
      show: z.array(z.strictObject({ title: z.string(), path, unit: z.enum(["ms", "s"]).optional() })),
    })
    .optional()
    .describe("What the person sees before the step is charged"),
  edit: z
    .strictObject({ name: z.string(), title: z.string(), path, rows: rows.optional() })
    .optional()
    .describe("A part of the last answer that the person may edit before the step is sent"),
  answers: z.array(answer).min(1),
  fact: fact.optional(),
});
