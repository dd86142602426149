// What the page and the status bar are told, and what they are never told.

import assert from "node:assert/strict";
import { stripTypeScriptTypes } from "node:module";
import { afterEach, beforeEach, test } from "node:test";
import vm from "node:vm";
import { fieldOf } from "../../src/app/field-of.ts";
import { tightest } from "../../src/app/headline.ts";
import type { Meter, Wait } from "../../src/core/quota/model.ts";
import { snapshotSchema } from "../../src/protocol/snapshot.ts";
import { type Bench, bench, json, profiles, settle } from "./fakes.ts";

let on: Bench;
beforeEach(() => {
  on = bench();
});
afterEach(() => on.close());

test("a snapshot keeps to the protocol for every action of every provider", () => {
  for (const profile of profiles.values()) {
    on.app.receive({ type: "chooseProvider", providerId: profile.id });
    for (const { value } of on.app.snapshot().actions) {
      on.app.receive({ type: "chooseAction", actionId: value });
      const snapshot = snapshotSchema.parse(on.app.snapshot());
      assert.equal(snapshot.form?.actionId, value);
      assert.equal(snapshot.simulated, true);
    }
  }
});

test("a field of a group of which exactly one is needed names the others, and any other field names none", () => {
  on.app.receive({ type: "chooseProvider", providerId: "voicedub" });
  on.app.receive({ type: "chooseAction", actionId: "dub" });
  const named = on.app.snapshot().form?.fields.filter(({ insteadOf }) => insteadOf !== undefined);
  assert.deepEqual(
    named?.map(({ title, insteadOf }) => [title, insteadOf]),
    [
      ["Link", ["File"]],
      ["File", ["Link"]],
    ],
  );
});

test("many changes are told as one, at most ten times a second, and none while idle", async () => {
  let told = 0;
  on.app.onChange(() => told++);
  for (let second = 0; second < 3; second++)
    for (let i = 0; i < 100; i++) {
      on.app.receive({ type: "draft", actionId: "speak", values: { text: `${i}` } });
      await on.clock.pass(10);
    }
  assert.ok(told > 20 && told <= 31, String(told));
  await on.clock.pass(60_000);
  const rest = told;
  await on.clock.pass(600_000);
  assert.equal(told, rest);
  assert.equal(on.clock.timers, 0);
});

test("a sentence that names an instant is made anew when the instant has passed", async () => {
  let told = 0;
  on.app.onChange(() => told++);
  on.ledger.firstAt = on.clock.now() + 5_000;
  on.app.snapshot();
  await on.clock.pass(4_900);
  assert.equal(told, 0);
  await on.clock.pass(300);
  assert.equal(told, 1);
});

test("problems of a field are shown once it was filled in or the form was sent", () => {
  on.app.receive({ type: "chooseProvider", providerId: "sauti" });
  on.app.receive({ type: "draft", actionId: "speak", values: { text: "" } });
  assert.equal(on.app.snapshot().form?.canSend, false);
  assert.equal(on.app.snapshot().form?.problems.text, undefined);
  assert.throws(() => on.send("sauti", "speak", { text: "" }));
  assert.match(on.app.snapshot().form?.problems.text ?? "", /Text is empty/);
});

test("what stands in the way is told before anything was tried, and nothing is sent with it", async () => {
  on.app.receive({ type: "chooseProvider", providerId: "soundpiece" });
  on.app.receive({ type: "chooseAction", actionId: "newSample" });
  assert.equal(on.app.snapshot().form?.blocked, null);
  on.app.receive({ type: "draft", actionId: "newSample", values: { prompt: "", duration: -5 } });
  assert.match(on.app.snapshot().form?.blocked ?? "", /empty; it is needed\. And 1 more\.$/);
  on.app.receive({ type: "draft", actionId: "newSample", values: { prompt: "Rain", duration: -5 } });
  assert.match(on.app.snapshot().form?.blocked ?? "", /^Duration must be more than 0 s; this is -5\.$/);
  on.app.receive({ type: "send", actionId: "newSample", values: { prompt: "Rain", duration: -5 } });
  await settle();
  assert.equal(on.client.asked.length, 0);
  assert.deepEqual(on.app.snapshot().cards, []);
});

test("a draft is kept while another action is looked at", () => {
  on.app.receive({ type: "chooseProvider", providerId: "sauti" });
  on.app.receive({ type: "draft", actionId: "speak", values: { text: "Habari" } });
  on.app.receive({ type: "chooseAction", actionId: "listVoices" });
  on.app.receive({ type: "chooseAction", actionId: "speak" });
  assert.equal(on.app.snapshot().form?.values.text, "Habari");
});

test("of a chosen file the page is told the name, never the path", () => {
  on.app.receive({ type: "chooseProvider", providerId: "sauti" });
  on.app.receive({ type: "chooseAction", actionId: "transcribe" });
  on.app.setFile("audio", { path: "/home/me/secret/a.wav", name: "a.wav", bytes: 10 });
  const text = JSON.stringify(on.app.snapshot());
  assert.ok(text.includes("a.wav") && !text.includes("/home/me"));
  on.app.receive({ type: "draft", actionId: "transcribe", values: { audio: "a.wav" } });
  assert.equal(on.app.snapshot().form?.canSend, true);
  on.app.receive({ type: "draft", actionId: "transcribe", values: { audio: null } });
  assert.equal(on.app.snapshot().form?.values.audio, null);
});

test("a server's complaint finds its field, or none", () => {
  const speak = profiles.get("sauti")?.actions.find((one) => one.id === "speak");
  assert.ok(speak);
  assert.equal(fieldOf(speak, 422, { detail: [{ loc: ["body", "text"], msg: "long" }] }, null), "text");
  assert.equal(fieldOf(speak, 422, {}, "Unknown voice nobody"), "voice_id");
  assert.equal(fieldOf(speak, 422, {}, "Bad request"), null);
  assert.equal(fieldOf(speak, 500, {}, "voice broke"), null);
});

test("the tightest policy is the one with the smallest part left", () => {
  const meter = (title: string, used: number, limit: number | null): Meter =>
    ({ title, used, limit, left: limit === null ? null : limit - used }) as Meter;
  const names = (meters: Meter[]) => tightest(meters)?.title ?? null;
  assert.equal(names([meter("a", 5, 10), meter("b", 2, 3), meter("c", 900, null)]), "b");
  assert.equal(names([meter("a", 0, 10), meter("b", 0, 3)]), "b");
  assert.equal(names([meter("a", 1, null), meter("b", 4, null)]), "b");
  assert.equal(names([]), null);
});

test("code names the key's variable, never a key, and keeps to the provider's rules", async () => {
  on.client.script = () => json(500, {});
  for (const profile of profiles.values()) {
    for (const action of profile.actions.filter((one) => one.role === "create")) {
      const files = action.parameters.filter((one) => one.type === "file");
      on.app.receive({ type: "chooseProvider", providerId: profile.id });
      on.app.receive({ type: "chooseAction", actionId: action.id });
      for (const { name, accept } of files) {
        const ending = accept?.some((one) => one.startsWith("video"))
          ? "mp4"
          : (accept?.find((one) => one.startsWith("."))?.slice(1) ?? "wav");
        on.app.setFile(name, { path: `/x/a.${ending}`, name: `a.${ending}`, bytes: 10 });
      }
      let id: string;
      try {
        id = on.send(profile.id, action.id);
      } catch {
        continue;
      }
      const typescript = on.app.codeFor(id, "typescript")?.text ?? "";
      const python = on.app.codeFor(id, "python")?.text ?? "";
      const curl = on.app.codeFor(id, "curl")?.text ?? "";
      for (const code of [typescript, python, curl]) {
        assert.ok(code.includes(profile.auth.env ?? `${profile.id.toUpperCase()}_API_KEY`));
        assert.ok(code.includes(profile.baseUrl) && !code.includes("127.0.0.1"));
        assert.ok(!code.includes("simulated-key"));
        assert.equal(/idempotency/i.test(code), action.idempotency.in !== "none", code);
      }
      assert.match(typescript, /retry-after/);
      assert.match(python, /retry-after/);
      const source = stripTypeScriptTypes(typescript)
        .replace(/^import .*$/gm, "")
        .replace(/await import/g, "await imported");
      assert.doesNotThrow(() => new vm.Script(`async () => {${source}}`), typescript);
    }
  }
  await settle();
});

test("a result becomes the input of the form that takes its kind, or it is said that none does", () => {
  const result = {
    exchangeId: on.send("sauti", "speak"),
    title: "Audio",
    bytes: 10,
    problem: null,
    linkExpiresAt: null,
  };
  const sound = { kind: "audio" as const, mediaType: "audio/wav", file: "r.wav" };
  on.ports.results.put({ ...result, ...sound, id: "r1", link: null });
  on.ports.results.put({ ...result, ...sound, id: "r2", link: "https://files.example.com/a.wav" });
  on.app.receive({ type: "chooseProvider", providerId: "sauti" });
  on.app.receive({ type: "useAsInput", resultId: "r1" });
  assert.equal(on.app.snapshot().form?.actionId, "transcribe");
  assert.equal(on.app.snapshot().form?.values.audio, "sauti-speak-audio.wav");
  on.app.receive({ type: "chooseProvider", providerId: "soundpiece" });
  on.app.receive({ type: "chooseAction", actionId: "separateStems" });
  on.app.receive({ type: "useAsInput", resultId: "r2" });
  assert.equal(on.app.snapshot().form?.values.source, "https://files.example.com/a.wav");
  on.app.receive({ type: "useAsInput", resultId: "r1" });
  assert.match(on.app.snapshot().notices[0]?.sentence ?? "", /No form of this provider/);
});

test("a film whose bytes are a recording without pictures is played as a recording", async () => {
  const exchangeId = on.send("sauti", "speak");
  const result = { exchangeId, title: "Film", bytes: 10, problem: null, linkExpiresAt: null, link: null };
  const put = (id: string, mediaType: string) =>
    on.ports.results.put({ ...result, id, kind: "video", mediaType, file: id });
  put("r1", "audio/wav");
  put("r2", "video/mp4");
  put("r3", "text/html");
  const kinds = on.card(exchangeId).results.map(({ id, kind }) => [id, kind]);
  assert.deepEqual(
    kinds.filter(([id]) => id?.startsWith("r")),
    [
      ["r1", "audio"],
      ["r2", "video"],
      ["r3", "video"],
    ],
  );
  await settle();
});

test("a place that has just become free is not called free while another request waits for it", () => {
  on.app.receive({ type: "chooseProvider", providerId: "sync" });
  on.ledger.shown = ({ parts }) =>
    parts.flatMap(({ policy, partition }) =>
      policy.type !== "slots"
        ? []
        : [
            {
              ...policy,
              partition,
              accountId: "sim-sync",
              policyId: policy.id,
              kind: "slots" as const,
              used: 2,
              left: 1,
              inFlight: 0,
              foreign: 0,
              quotaWindowMs: null,
              nextAt: null,
              fullAt: null,
              leavesAt: [],
              closedUntil: null,
              evidenceAt: null,
            },
          ],
    );
  const [free] = on.app.snapshot().meters;
  assert.deepEqual([free?.left, on.app.headline().meter?.left], [1, 1]);
  const wait: Wait = {
    cause: "slots",
    until: null,
    partition: free?.id ?? "",
    policyId: "slots",
    evidence: "counted",
    evidenceAt: null,
    left: 0,
    limit: 3,
  };
  const ticket = {
    id: "a.1",
    accountId: "sim-sync",
    lane: "person",
    since: 0,
    title: "Lip sync",
    own: true,
  } as const;
  on.ledger.tickets = () => ["a.1", "b.1"].map((id) => ({ ...ticket, id, wait }));
  const [taken] = on.app.snapshot().meters;
  assert.deepEqual([taken?.used, taken?.left, taken?.inFlight], [3, 0, 1]);
  assert.equal(on.app.headline().meter?.left, 0);
});

test("what is under way keeps its card, however much was sent after it", async () => {
  on.client.script = () => new Promise(() => {});
  const first = on.send("sauti", "speak");
  for (let sent = 0; sent < 45; sent++) {
    on.send("sauti", "speak");
    await on.clock.pass(1);
  }
  assert.equal(on.card(first).state, "waiting");
  assert.equal(on.app.snapshot().cards.length, 46);
});

test("the headline speaks of what waits for the account in use, and of others only where nothing does", () => {
  const [sauti, sync] = ["sauti", "sync"].map((id) =>
    on.app.accounts.list().find((one) => one.providerId === id),
  );
  const wait = {
    policyId: "x",
    partition: "x",
    cause: "rate",
    evidence: "counted",
    left: 0,
    limit: 1,
  } as const;
  const ticket = { id: "1", lane: "person", since: 0, title: "", own: true } as const;
  const now = on.clock.now();
  const others = { ...ticket, accountId: sync?.id ?? "", wait: { ...wait, until: now + 1_000 } };
  const own = { ...ticket, accountId: sauti?.id ?? "", wait: { ...wait, until: now + 9_000 } };
  on.app.receive({ type: "chooseProvider", providerId: "sauti" });
  on.ledger.tickets = () => [others, own];
  assert.deepEqual([on.app.headline().until, on.app.headline().waitsAt], [now + 9_000, null]);
  on.ledger.tickets = () => [others];
  assert.deepEqual([on.app.headline().until, on.app.headline().waitsAt], [now + 1_000, "Sync"]);
});
