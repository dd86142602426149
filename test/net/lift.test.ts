// Rules of lifting media out of a JSON answer: the same JSON but for a note, the same bytes on disk, whatever the seams.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { Lift } from "../../src/net/lift.ts";
import { temporaryFolder } from "../harness/paths.ts";

const folder = temporaryFolder("lift");
let count = 0;

/** Sends a text through a filter in pieces; what stays, and what was lifted by its note. */
async function lift(text: string, piece: number, names: readonly string[] = ["audio"]) {
  const name = `a${count++}`;
  const filter = new Lift({ names, fileOf: (index) => join(folder, `${name}.${index}.part`) });
  const kept: Buffer[] = [];
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += piece)
    await filter.push(Buffer.from(bytes.subarray(at, at + piece)), (one) => {
      kept.push(Buffer.from(one));
      return null;
    });
  return { text: Buffer.concat(kept).toString(), lifted: filter.lifted, filter };
}

const wav = Buffer.concat([Buffer.from("RIFF0000WAVE"), Buffer.alloc(300, 7)]);
const base64 = wav.toString("base64");

test("an answer without such members passes unchanged, whatever it is", async () => {
  const anything = fc.oneof(
    fc.json(),
    fc.string(),
    fc.json().map((one) => JSON.stringify(JSON.parse(one), null, 2)),
  );
  await fc.assert(
    fc.asyncProperty(anything, fc.integer({ min: 1, max: 40 }), async (text, piece) => {
      const { text: kept, lifted } = await lift(text, piece, ["no such member"]);
      assert.equal(kept, Buffer.from(text).toString());
      assert.deepEqual(lifted, {});
    }),
    { numRuns: 200 },
  );
});

test("among any other members, at any seam, the media go to disk and the rest stays", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.jsonValue(),
      fc.uint8Array({ minLength: 1, maxLength: 200 }),
      fc.boolean(),
      fc.integer({ min: 1, max: 60 }),
      async (other, bytes, pretty, piece) => {
        const media = Buffer.from(bytes).toString("base64");
        const whole = JSON.stringify({ 'a"\\': other, audio: media, z: other }, null, pretty ? 2 : 0);
        const { text, lifted } = await lift(whole, piece, ["audio"]);
        // The drawn value may itself have members of that name.
        fc.pre(Object.keys(lifted).length === 1);
        const [[note, { file, whole: isWhole }] = ["", { file: "", whole: false }]] = Object.entries(lifted);
        assert.deepEqual(JSON.parse(text), JSON.parse(whole.replace(`"${media}"`, JSON.stringify(note))));
        assert.deepEqual(readFileSync(file), Buffer.from(bytes));
        assert.equal(isWhole, true);
      },
    ),
    { numRuns: 200 },
  );
});

test("a list of texts is lifted one by one, and lists that follow are not", async () => {
  const { text, lifted } = await lift(
    JSON.stringify({ audio: [base64, base64], words: ["one", "two"], last: "three" }),
    17,
  );
  const notes = Object.keys(lifted);
  assert.equal(notes.length, 2);
  assert.deepEqual(JSON.parse(text), { audio: notes, words: ["one", "two"], last: "three" });
});

test("escaped slashes, signs and line ends are part of the base64", async () => {
  const odd = Buffer.from([255, 239, 190, 255, 251, 240, 0, 16]);
  const escaped = odd
    .toString("base64")
    .replace(/^(.{4})/, "$1\\r\\n")
    .replaceAll("/", "\\/")
    .replaceAll("+", "\\u002B");
  for (const piece of [1, 2, 5, 1000]) {
    const { lifted } = await lift(`{"audio": "${escaped}"}`, piece);
    assert.deepEqual(readFileSync(Object.values(lifted)[0]?.file ?? ""), odd);
  }
});

test("the type is told by the bytes, and a digest goes with them", async () => {
  const { lifted } = await lift(JSON.stringify({ audio: `data:audio/mpeg;base64,${base64}` }), 64);
  const [one] = Object.values(lifted);
  assert.equal(one?.sniffed, "audio/wav");
  assert.equal(one?.bytes, wav.length);
  assert.match(one?.digest ?? "", /^[0-9a-f]{64}$/);
});

test("a text that is no base64 stays, cut; null, numbers and an empty text stay as they are", async () => {
  const sorry = "Sorry, <b>no</b> audio today. ".repeat(30);
  const { text, lifted } = await lift(JSON.stringify({ audio: sorry }), 1000);
  assert.deepEqual(lifted, {});
  assert.equal((JSON.parse(text) as { audio: string }).audio, sorry.slice(0, 200));
  for (const plain of ['{"audio":null,"a":"x"}', '{"audio":12}', '{"audio":""}', '["audio","AAAA"]'])
    assert.equal((await lift(plain, 3)).text, plain);
});

test("base64 that is cut off is kept and told", async () => {
  const { lifted } = await lift(`{"audio":"${base64.slice(0, 401)}"}`, 50);
  assert.deepEqual(
    Object.values(lifted).map((one) => [one.whole, one.bytes]),
    [[false, 300]],
  );
});

test("an answer that breaks off leaves nothing on disk", async () => {
  const { filter } = await lift(`{"audio":["${base64}","${base64.slice(0, 100)}`, 50);
  await filter.stop();
  const left = readdirSync(folder).filter((one) => one.startsWith(`a${count - 1}.`));
  assert.deepEqual(left, []);
});
