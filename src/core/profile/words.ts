// The small words of the profile schema: fact, name, pointer, path, binding. Loaded only with the schema.
import * as z from "zod";

/** Where a statement comes from. `assumed` marks a guess that a simulator or a default had to make. */
export const fact = z
  .strictObject({
    source: z.string().min(1).describe("Address of the page, or what was read"),
    readOn: z
      .string()
      .regex(/^\d{4}-\d{2}(-\d{2})?$/, "write the day or month it was read, as 2026-11 or 2026-11-05"),
    evidence: z.enum(["published", "assumed", "inferred"]),
    note: z.string().optional().describe("What disagrees, or why this reading was taken"),
  })
  .describe("Source, day read and evidence of the statement beside it")
  .meta({ id: "fact" });

/** The name of an action, a plan or a step. */
export const id = z
  .string()
  .regex(/^[a-z][A-Za-z0-9]*$/, "use a name like newSample: letters and digits, a small letter first");
/** The name of a quota policy, as it stands in partition keys. */
export const policyId = z
  .string()
  .regex(/^[a-z][a-z0-9-]*$/, "use a name like write-minute: small letters, digits and hyphens");
/** Where a value stands in a JSON body (RFC 6901). */
export const pointer = z.string().regex(/^(\/[^/]*)+$/, "write a JSON pointer such as /source/url");
/** Where a value stands in an answer; read by path.ts. */
export const path = z
  .string()
  .min(1)
  .describe(
    "Dotted path into an answer: song.outputs[].url maps over a list, urls[0] takes one, *.id looks into the only member, header:NAME reads a header, type|tail takes what follows the last slash",
  )
  .meta({ id: "path" });
/** The methods an action may use. */
export const method = z.enum(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"]);
/** A number above zero. */
export const positive = z.number().positive();
/** A value that fits into one field. */
export const scalar = z.union([z.string(), z.number(), z.boolean()]);

/** Where one value of a further call comes from; read by bind.ts. */
export const binding = z
  .string()
  .regex(
    /^(=|job\.ids?$|(answer|input|edited)\..)/,
    "write job.id, answer.PATH, input.NAME, edited.NAME or =LITERAL",
  );
/** Where the parameters of a further call come from; read by bind.ts. */
export const bindings = z
  .record(z.string(), binding)
  .describe(
    "Parameter name -> where its value comes from: job.id, answer.PATH (the newest answer), answer.STEP.PATH (the first call is the step start), input.NAME, edited.NAME, or =LITERAL",
  )
  .meta({ id: "bindings" });
