/**
 * SoundPiece's actions: what each takes, and what it gives back. Data and checks only; holds no state.
 * Facts: docs.soundpiece.co/api-reference, read 2026-11; guesses are marked ASSUMED.
 */

/** One entry of a 422 answer's `detail`. */
export interface Complaint {
  readonly loc: readonly string[];
  readonly msg: string;
  readonly type: string;
}

type Field =
  | { readonly is: "text"; readonly longest: number; readonly optional?: boolean }
  | {
      readonly is: "number";
      readonly least: number;
      readonly most: number;
      readonly whole?: boolean;
      readonly otherwise?: number;
    }
  | { readonly is: "switch"; readonly otherwise: boolean }
  | { readonly is: "source"; readonly optional?: boolean };

/** One action. */
export interface Action {
  /** The key under which the operation stands in answers. */
  readonly envelope: string;
  readonly fields: Readonly<Record<string, Field>>;
  /** At least one of these must be given. */
  readonly oneOf?: readonly string[];
  /** A list of results or a single one. */
  readonly gives: "outputs" | "output";
  /** Kinds of the results, where each has one. */
  readonly kinds?: readonly string[];
}

const prompt = { is: "text", longest: 1024 } as const;
const lyrics = { is: "text", longest: 3000 } as const;
const source = { is: "source" } as const;
const variations = { is: "number", least: 1, most: 3, whole: true, otherwise: 1 } as const;

/**
 * All actions by route. Envelope keys `song`, `sample`, `remix_song`, `remix_instrumental`, `auto_cut` are attested; ASSUMED: `instrumental`,
 * `fx`, `stems`, and which of them give a list. ASSUMED: the ranges of `duration` and `target_duration` (an old page gives 0.5 to 30 for fx).
 */
export const actions: Readonly<Record<string, Action>> = {
  "create.new_song": {
    envelope: "song",
    fields: { lyrics, prompt: { ...prompt, optional: true }, reference: { is: "source", optional: true } },
    oneOf: ["prompt", "reference"],
    gives: "outputs",
  },
  "create.new_instrumental": {
    envelope: "instrumental",
    fields: { prompt: { ...prompt, optional: true }, reference: { is: "source", optional: true } },
    oneOf: ["prompt", "reference"],
    gives: "outputs",
  },
  "create.new_sample": {
    envelope: "sample",
    fields: {
      prompt,
      duration: { is: "number", least: 0.5, most: 60 },
      loopable: { is: "switch", otherwise: false },
    },
    gives: "output",
  },
  "create.new_fx": {
    envelope: "fx",
    fields: { prompt, duration: { is: "number", least: 0.5, most: 30 } },
    gives: "output",
  },
  "create.remix_song": {
    envelope: "remix_song",
    fields: { source, lyrics, prompt, n_variations: variations },
    gives: "outputs",
  },
  "create.remix_instrumental": {
    envelope: "remix_instrumental",
    fields: { source, n_variations: variations },
    gives: "outputs",
  },
  "adapt.auto_cut_down": {
    envelope: "auto_cut",
    fields: { source, target_duration: { is: "number", least: 1, most: 300 } },
    gives: "output",
  },
  "adapt.separate_stems": {
    envelope: "stems",
    fields: { source },
    gives: "outputs",
    kinds: ["vocals", "drums", "bass", "other"],
  },
};

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Checks a body against an action: the complaints, and the fields as they are echoed. */
export function checkBody(
  action: Action,
  body: Record<string, unknown>,
): { complaints: Complaint[]; fields: Record<string, unknown> } {
  const complaints: Complaint[] = [];
  const fields: Record<string, unknown> = {};
  const complain = (name: string, msg: string, type: string) =>
    complaints.push({ loc: ["body", name], msg, type });
  const { idempotency_key: key, callback_url: callback } = body;
  if (key === undefined) complain("idempotency_key", "Field required", "missing");
  else if (typeof key !== "string" || !uuid.test(key))
    complain("idempotency_key", "Input should be a valid UUID", "uuid_parsing");
  if (
    callback !== undefined &&
    callback !== null &&
    (typeof callback !== "string" || callback.length < 1 || callback.length > 2048)
  ) {
    complain("callback_url", "String should have 1 to 2048 characters", "string_length");
  }
  for (const [name, field] of Object.entries(action.fields)) {
    const value = body[name];
    if (value === undefined || value === null) {
      if ("otherwise" in field && field.otherwise !== undefined) fields[name] = field.otherwise;
      else if ("optional" in field && field.optional) fields[name] = null;
      else complain(name, "Field required", "missing");
      continue;
    }
    const wrong = fault(field, value);
    if (wrong) complain(name, wrong[0], wrong[1]);
    fields[name] = value;
  }
  if (action.oneOf?.every((name) => body[name] === undefined || body[name] === null)) {
    complaints.push({
      loc: ["body"],
      msg: `One of ${action.oneOf.join(", ")} is required`,
      type: "value_error",
    });
  }
  return { complaints, fields };
}

function fault(field: Field, value: unknown): [string, string] | undefined {
  switch (field.is) {
    case "text":
      if (typeof value !== "string") return ["Input should be a valid string", "string_type"];
      if (value.length < 1) return ["String should have at least 1 character", "string_too_short"];
      if (value.length > field.longest)
        return [`String should have at most ${field.longest} characters`, "string_too_long"];
      return undefined;
    case "number":
      if (typeof value !== "number") return ["Input should be a valid number", "float_type"];
      if (field.whole && !Number.isInteger(value))
        return ["Input should be a valid integer", "int_from_float"];
      if (value < field.least)
        return [`Input should be greater than or equal to ${field.least}`, "greater_than_equal"];
      if (value > field.most)
        return [`Input should be less than or equal to ${field.most}`, "less_than_equal"];
      return undefined;
    case "switch":
      return typeof value === "boolean" ? undefined : ["Input should be a valid boolean", "bool_type"];
    case "source": {
      const url = typeof value === "object" ? (value as Record<string, unknown>).url : undefined;
      return typeof url === "string" && /^https?:\/\//.test(url)
        ? undefined
        : ["Input should have a valid url", "url_parsing"];
    }
  }
}
