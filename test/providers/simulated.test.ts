// Every action's prefilled form, sent to the simulator: the profile alone must lead from the form to a playable result.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { claimFor } from "../../src/core/profile/claim.ts";
import { firstInput } from "../../src/core/profile/input.ts";
import { nextPage, readChoices, readMany } from "../../src/core/profile/lists.ts";
import { createRealClock } from "../../src/simulator/clock.ts";
import { type Simulator, startSimulator } from "../../src/simulator/server.ts";
import { account, actionOf, everyAction, everyProfile, profileOf } from "../core/profile/profiles.ts";
import { Driver } from "./drive.ts";

let simulator: Simulator;
const folder = mkdtempSync(join(tmpdir(), "headroom-profiles-"));
const files = {
  wav: join(folder, "sample.wav"),
  mp4: join(folder, "sample.mp4"),
  jsonl: join(folder, "batch.jsonl"),
};

before(async () => {
  // Its clock begins 5 s into an hour, so that no quota window of the simulator ends during the run.
  const ahead = Math.ceil(Date.now() / 3_600_000) * 3_600_000 + 5_000 - Date.now();
  const clock = { ...createRealClock(), now: () => Date.now() + ahead };
  simulator = await startSimulator({ timeScale: 0, clock, settings: { sync: { plan: "Scale" } } });
  const silence = Buffer.alloc(8000);
  const head = Buffer.from(
    "524946460000000057415645666d74201000000001000100401f0000401f000001000800646174611f400000",
    "hex",
  );
  writeFileSync(files.wav, Buffer.concat([head, silence]));
  writeFileSync(files.mp4, Buffer.concat([Buffer.from("00000018667479706d703432", "hex"), silence]));
  const payload = {
    model: "lipsync-2",
    input: [
      { type: "video", url: "https://a/v.mp4" },
      { type: "audio", url: "https://a/a.wav" },
    ],
  };
  const lines = Array.from({ length: 20 }, (_, i) =>
    JSON.stringify({ request_id: `r${i}`, endpoint: "/v2/generate", payload }),
  );
  writeFileSync(files.jsonl, `${lines.join("\n")}\n`);
});

beforeEach(() => {
  for (const vendor of simulator.vendors.values()) vendor.books.clear();
});

after(async () => {
  await simulator.close();
  rmSync(folder, { recursive: true });
});

function drive(provider: string, actionId: string, change: Record<string, unknown> = {}) {
  const { url, key } = simulator.accounts[provider as keyof Simulator["accounts"]];
  const action = actionOf(provider, actionId);
  const chosen = action.parameters
    .filter((one) => one.type === "file" && one.required)
    .map((one) => [one.name, fileFor(one.accept)]);
  const input = { ...firstInput(action), ...Object.fromEntries(chosen), ...change };
  return new Driver(profileOf(provider), url, key).run(action, input);
}

function fileFor(accept: readonly string[] | undefined): string {
  if (accept?.includes(".jsonl")) return files.jsonl;
  return accept?.includes("video/*") ? files.mp4 : files.wav;
}

const sound = (bytes: Uint8Array | undefined): boolean => {
  const text = Buffer.from(bytes ?? []).toString("latin1");
  return text.startsWith("RIFF") || text.startsWith("fLaC") || text.slice(4, 8) === "ftyp";
};

for (const { profile, action } of everyAction)
  if (action.role === "create")
    test(`${profile.name}: ${action.title} leads from its prefilled form to a result`, async () => {
      const { results, bytes } = await drive(profile.id, action.id);
      assert.ok(results.length > 0, "no result");
      if (results[0]?.kind === "json") return;
      for (const [i, one] of results.filter((two) => two.from !== "json").entries())
        assert.ok(
          sound(bytes[i]),
          `${one.kind} ${one.from}: ${Buffer.from(bytes[i] ?? [])
            .toString("latin1")
            .slice(0, 80)}`,
        );
    });

for (const { profile, action } of everyAction)
  if (action.role === "read" && action.id !== "download" && action.id !== "getAsset")
    test(`${profile.name}: ${action.title} is answered`, async () => {
      await drive(profile.id, action.id);
    });

test("a SAUTI text above 2,000 characters becomes a job whose audio is fetched", async () => {
  const { words, bytes } = await drive("sauti", "speak", { text: "Habari. ".repeat(300) });
  assert.equal(words.at(-1), "succeeded");
  assert.ok(sound(bytes[0]));
});

test("a VoiceDub dub shows its price before it is charged", async () => {
  const { shown, words } = await drive("voicedub", "dub");
  assert.ok(typeof shown[0] === "number" && shown[0] >= 10);
  assert.equal(words.at(-1), "done");
});

test("a VoiceDub dub of a file uploads it between create and preprocess", async () => {
  const { results } = await drive("voicedub", "dub", { link: "", file: files.wav });
  assert.equal(results.length, 1);
});

test("a VocaBusta dub passes its segments from step to step", async () => {
  const { words } = await drive("vocabusta", "dub");
  assert.equal(words.filter((one) => one === "done").length, 2);
});

for (const { profile, action } of everyAction)
  for (const { name, choicesFrom, example } of action.parameters)
    if (choicesFrom !== undefined && example !== undefined && action.role === "create")
      test(`${profile.name}: ${action.title} is prefilled with a ${name} that the list offers`, async () => {
        const { last } = await drive(profile.id, choicesFrom.action);
        const choices = readChoices(choicesFrom, last);
        assert.ok(choices.some((one) => one.value === example && one.title !== example));
      });

test("VoiceDub's voices are paged to the end by cursor", async () => {
  const action = actionOf("voicedub", "listVoices");
  const seen = new Set<unknown>();
  let input: Record<string, unknown> | null = { limit: 30 };
  for (let pages = 0; input !== null; pages++) {
    assert.ok(pages < 10);
    const { last } = await drive("voicedub", "listVoices", input);
    const from = { action: "listVoices", items: "voices", value: "id", title: "name" };
    for (const { value } of readChoices(from, last)) seen.add(value);
    input = nextPage(action, input, last);
  }
  assert.equal(seen.size, 64);
});

test("VocaBusta's history is paged to the end by offset", async () => {
  const action = actionOf("vocabusta", "history");
  for (let i = 0; i < 5; i++) await drive("vocabusta", "speak");
  let count = 0;
  let input: Record<string, unknown> | null = { limit: 2, offset: 0, feature: "tts" };
  for (let pages = 0; input !== null; pages++) {
    assert.ok(pages < 50);
    const { last } = await drive("vocabusta", "history", input);
    count += (last.body as { items: unknown[] }).items.length;
    input = nextPage(action, input, last);
  }
  assert.ok(count >= 5);
});

test("Sync's generations are paged by the last id, and one list call answers for many jobs", async () => {
  const action = actionOf("sync", "listGenerations");
  const first = await drive("sync", "listGenerations", { limit: 2, status: "" });
  const input = nextPage(action, { limit: 2 }, first.last);
  assert.ok(input !== null);
  const second = await drive("sync", "listGenerations", { ...input, status: "" });
  const list = actionOf("sync", "generate").answers[0]?.watch?.listPoll;
  assert.ok(list !== undefined);
  const ids = [...readMany(list, first.last).keys()];
  assert.equal(ids.length, 2);
  assert.ok(!ids.some((id) => readMany(list, second.last).has(id)));
  const { last } = await drive("sync", "listGenerations", { ids: ids.join(","), limit: "", status: "" });
  assert.deepEqual(new Set(readMany(list, last).keys()), new Set(ids));
});

test("the simulator counts each request where the claim books it", async () => {
  for (const { profile, action } of everyAction) {
    if (action.role !== "create") continue;
    const vendor = simulator.vendors.get(profile.id as Parameters<typeof simulator.vendors.get>[0]);
    assert.ok(vendor);
    vendor.books.clear();
    const { sent } = await drive(profile.id, action.id);
    const booked: Record<string, number> = {};
    for (const { method, path } of sent)
      for (const { policy } of claimFor(profile, account(profile.id), "k1", method, path).parts)
        if (policy.type === "rate") booked[policy.id] = (booked[policy.id] ?? 0) + 1;
    const state = vendor.state() as { counters: { policy: string; used: number }[] };
    const counted = Object.fromEntries(state.counters.map((one) => [kebab(one.policy), one.used]));
    assert.deepEqual(counted, booked, `${profile.id} ${action.id}`);
  }
});

const failures: readonly (readonly [string, string, Record<string, unknown>, string, RegExp])[] = [
  ["sauti", "speak", { voice_id: "nobody" }, "unprocessable_content", /voice is unknown/],
  ["sauti", "getVoice", { voice_id: "nobody" }, "not_found", /does not know this job or voice/],
  [
    "voicedub",
    "dub",
    { voiceId: "00000000-0000-4000-8000-000000000000" },
    "voice_not_found",
    /does not know this voice/,
  ],
  ["voicedub", "dub", { pitchShift: 40 }, "invalid_arguments", /not allowed/],
  ["soundpiece", "newSample", { prompt: "x".repeat(2000) }, "null", /not allowed/],
  ["sync", "generate", { temperature: 7 }, "null", /does not accept these values/],
  ["vocabusta", "speak", { voice_id: "nobody" }, "null", /does not know this voice/],
];

for (const [provider, action, change, code, meaning] of failures)
  test(`${provider} refuses ${Object.keys(change).join()} of ${action}, and the profile knows what it means`, async () => {
    await assert.rejects(drive(provider, action, change), (error: Error) => {
      assert.match(error.message, meaning);
      assert.ok(error.message.includes(` ${code} `), error.message);
      return true;
    });
  });

test("a wrong key is understood for every provider", async () => {
  for (const profile of everyProfile) {
    const { url } = simulator.accounts[profile.id as keyof Simulator["accounts"]];
    const reading = profile.actions.find((one) => one.role === "read" && one.id !== "listErrors");
    const action = reading ?? profile.actions[0];
    assert.ok(action);
    await assert.rejects(
      new Driver(profile, url, "wrong").run(action, firstInput(action)),
      /: 401 .*does not accept this key/,
    );
  }
});

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
