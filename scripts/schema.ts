// Writes the JSON Schema of provider profiles from the zod schema, for completion and checks while editing a profile.
// With --check it writes nothing and fails where the file on disk is out of date.
import { readFileSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { profileSchema } from "../src/core/profile/schema.ts";

const target = new URL("../media/profile.schema.json", import.meta.url);

/** The JSON Schema of a profile file as text: what a file may hold, defaults left out, facts also by name. */
export function schemaText(): string {
  const named = [
    { type: "string", description: "Name of an entry of the file's facts" },
    {
      type: "object",
      description: "An entry of the file's facts, with some of it said otherwise",
      properties: {
        of: { type: "string" },
        source: { type: "string" },
        readOn: { type: "string" },
        evidence: { enum: ["published", "assumed", "inferred"] },
        note: { type: "string" },
      },
      required: ["of"],
      additionalProperties: false,
    },
  ];
  const schema = z.toJSONSchema(profileSchema, {
    io: "input",
    override: ({ jsonSchema, zodSchema }) => {
      if (z.globalRegistry.get(zodSchema)?.id !== "fact") return;
      const whole = { ...jsonSchema };
      for (const key of Object.keys(jsonSchema)) delete (jsonSchema as Record<string, unknown>)[key];
      delete whole.id;
      Object.assign(jsonSchema, { anyOf: [...named, whole] });
    },
  });
  const head = { title: "Headroom provider profile", description: "Everything Headroom knows of one API." };
  return `${JSON.stringify({ ...head, ...schema }, null, 2)}\n`;
}

if (import.meta.main) {
  const text = schemaText();
  if (!process.argv.includes("--check")) writeFileSync(target, text);
  else if (readFileSync(target, "utf8") !== text) {
    console.error("media/profile.schema.json is out of date; run npm run schema.");
    process.exitCode = 1;
  }
}
