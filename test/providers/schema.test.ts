// The JSON Schema on disk must be the one that the zod schema gives.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { schemaText } from "../../scripts/schema.ts";

test("media/profile.schema.json is up to date (else run npm run schema)", () => {
  const onDisk = readFileSync(new URL("../../media/profile.schema.json", import.meta.url), "utf8");
  assert.equal(onDisk.replaceAll("\r\n", "\n"), schemaText());
});

test("the JSON Schema lets a fact be a name, a name with changes, or whole", () => {
  const schema = JSON.parse(schemaText()) as { $defs: { fact: { anyOf: { type: string }[] } } };
  assert.deepEqual(
    schema.$defs.fact.anyOf.map((one) => one.type),
    ["string", "object", "object"],
  );
});
