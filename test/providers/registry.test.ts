// The rules of reading a profile file: what is wrong is named with file, path, line and a way out.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { places } from "../../src/providers/places.ts";
import { readProfile } from "../../src/providers/registry.ts";

const text = readFileSync(new URL("../../src/providers/sauti.json", import.meta.url), "utf8");

async function sentenceFor(change: (text: string) => string): Promise<string> {
  const changed = change(text);
  assert.notEqual(changed, text, "the change changed nothing");
  const { profile, problems } = await readProfile(changed, "my.json");
  assert.equal(profile, null);
  return problems.map((one) => one.sentence).join("\n");
}

test("a sound file is read, with defaults filled in and facts written out", async () => {
  const { profile } = await readProfile(text, "sauti.json");
  assert.equal(profile?.auth.prefix, "");
  assert.equal(profile?.policies[0]?.fact.source, "https://www.finiflowlabs.com/docs/rate-limits");
  assert.match(profile?.policies[0]?.fact.note ?? "", /exact log/);
});

test("a syntax error names file, line, column and the way out", async () => {
  assert.equal(
    await sentenceFor((one) => one.replace('"id": "sauti",', '"id": "sauti"')),
    "my.json, line 4, column 3: this is not JSON, a comma or } is missing. Correct it there and save the file again.",
  );
  assert.match(await sentenceFor((one) => one.slice(0, -4)), /the file ends too early|is missing/);
  assert.match(await sentenceFor(() => ""), /my\.json, line 1, column 1: .*ends too early/);
});

test("a wrong type names file, path, line and the way out", async () => {
  const sentence = await sentenceFor((one) => one.replace('"limit": 10,', '"limit": "ten",'));
  assert.match(sentence, /^my\.json, policies\[0\]\.limit, line \d+: this must be a number\. Change it\.$/);
});

test("a misspelt field is named", async () => {
  const sentence = await sentenceFor((one) => one.replace('"summary": "Swahili', '"sumary": "Swahili'));
  assert.match(sentence, /"sumary" is not known here\. Remove it, or correct its spelling\./);
  assert.match(sentence, /my\.json, summary, line 1: this is missing\. Add a text\./);
});

test("a wrong choice lists the right ones", async () => {
  assert.match(
    await sentenceFor((one) => one.replace('"kind": "sliding"', '"kind": "rolling"')),
    /policies\[0\]\.kind, line \d+: this must be "fixed" or "fixedFromFirst" or "sliding" or/,
  );
});

test("a reference that leads nowhere is named where it stands", async () => {
  assert.match(
    await sentenceFor((one) => one.replace('"action": "jobAudio"', '"action": "jobSound"')),
    /^my\.json, actions\[0\]\.answers\[1\]\.results\[0\], line \d+: action "jobSound" is not defined in this profile\. Correct it\./,
  );
  assert.match(
    await sentenceFor((one) => one.replace('"fact": "limits"', '"fact": "limit"')),
    /line \d+: no fact is called "limit"\. Add it to the file's "facts", or write the fact here\./,
  );
  assert.match(
    await sentenceFor((one) => one.replace("/v1/text-to-speech/{voice_id}", "/v1/text-to-speech/{voice}")),
    /\{voice\} needs a parameter of that name/,
  );
});

test("a base address must be a bare https origin", async () => {
  const base = '"https://sauti.finiflowlabs.com"';
  for (const wrong of ['"http://sauti.finiflowlabs.com"', '"https://sauti.finiflowlabs.com/v1"'])
    assert.match(
      await sentenceFor((one) => one.replace(base, wrong)),
      /baseUrl, line \d+: write an https origin/,
    );
  assert.match(await sentenceFor((one) => one.replace(base, '"sauti"')), /not a web address/);
});

test("a file that holds no object is told so", async () => {
  for (const wrong of ["[]", "null", "7", '"x"']) {
    const { problems } = await readProfile(wrong, "my.json");
    assert.match(problems[0]?.sentence ?? "", /^my\.json, line 1: this must be an object\./);
  }
});

test("any JSON instead of a profile is answered with problems, never with an exception", async () => {
  await fc.assert(
    fc.asyncProperty(fc.json(), async (json) => {
      const { profile, problems } = await readProfile(json, "my.json");
      assert.equal(profile, null);
      for (const { sentence } of problems) assert.match(sentence, /^my\.json.*\.$/s);
    }),
    { numRuns: 50 },
  );
});

test("a place is found for a text exactly when JSON.parse takes it", () => {
  const nearly = fc
    .tuple(fc.json(), fc.nat(), fc.constantFrom("", ",", "{", "]", '"', "1", "\\", "\n"))
    .map(([json, at, insert]) => {
      const cut = at % (json.length + 1);
      return json.slice(0, cut) + insert + json.slice(cut + 1);
    });
  fc.assert(
    fc.property(fc.oneof(nearly, fc.string(), fc.json()), (json) => {
      const parses = (() => {
        try {
          JSON.parse(json);
          return true;
        } catch {
          return false;
        }
      })();
      assert.equal(places(json).ok, parses, json);
    }),
    { numRuns: 2000 },
  );
});

test("zod does not load until a profile is read", () => {
  const script = `import { registerHooks } from "node:module";
    const seen = [];
    registerHooks({ resolve: (name, context, next) => { if (name === "zod") seen.push(name); return next(name, context); } });
    const { loadProfiles } = await import("./src/providers/registry.ts");
    const before = seen.length;
    await loadProfiles();
    console.log(before, seen.length > 0);`;
  const out = execFileSync(process.execPath, ["--input-type=module", "-e", script], {
    cwd: new URL("../..", import.meta.url),
    encoding: "utf8",
    timeout: 20_000,
  });
  assert.equal(out.trim(), "0 true");
});
