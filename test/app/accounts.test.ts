// Accounts and keys: what is always there, where key text goes, what forgetting leaves behind.

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { baseOf, hintOf, keyReader } from "../../src/app/accounts.ts";
import { type Bench, bench, json, profiles, settle } from "./fakes.ts";

let on: Bench;
beforeEach(() => {
  on = bench();
});
afterEach(() => on.close());

const add = (keyText = "spk_0123456789abcdef") =>
  on.app.accounts.add({ providerId: "soundpiece", name: " Work ", planId: null, keyName: "main", keyText });

test("a simulated account of each provider is always there, and stays", async () => {
  const ids = on.app.accounts.list().map((one) => one.id);
  assert.deepEqual(
    ids,
    [...profiles.keys()].map((id) => `sim-${id}`),
  );
  await on.app.accounts.forgetAccount("sim-sauti");
  on.app.accounts.rename("sim-sauti", "mine");
  assert.equal(on.app.accounts.list().find((one) => one.id === "sim-sauti")?.name, "Simulated");
});

test("the simulated key comes from the simulator, every other from the key store", async () => {
  const read = keyReader(on.ports.keys, on.ports.simulator);
  assert.equal(await read("sim-sauti-1"), "sauti-simulated-key");
  assert.equal(await read("k-none"), null);
});

test("a real account's requests go to the profile's own address alone", async () => {
  const account = await add();
  const profile = profiles.get("soundpiece");
  assert.ok(profile);
  assert.equal(await baseOf(on.ports.simulator, profile, account), profile.baseUrl);
});

test("key text goes into the key store and nowhere else", async () => {
  const account = await add();
  assert.equal(account.name, "Work");
  assert.equal(on.keys.get(account.keys[0]?.id ?? ""), "spk_0123456789abcdef");
  assert.ok(!JSON.stringify(on.ports.accounts.list()).includes("0123456789abcdef"));
  assert.ok(!JSON.stringify(on.app.snapshot()).includes("0123456789abcdef"));
});

test("a hint shows the prefix and four signs, and of a short key nothing else", () => {
  assert.equal(hintOf("spk_0123456789abcdef"), "spk_…cdef");
  assert.equal(hintOf("spk_1234"), "spk_…");
});

test("what cannot be a key is told why", () => {
  const { accounts } = on.app;
  assert.equal(accounts.keyProblem("soundpiece", "  "), "Paste the key.");
  assert.match(accounts.keyProblem("soundpiece", "spk_ab cd") ?? "", /no spaces/);
  assert.match(accounts.keyProblem("soundpiece", "spk_schlüssel0123") ?? "", /letters, digits/);
  assert.equal(accounts.keyProblem("soundpiece", "spk_0123456789abcdef0123456789"), null);
});

test("a key of one's own can be renamed, one of a simulated account cannot", async () => {
  const account = await add();
  const key = account.keys[0]?.id ?? "";
  const { accounts } = on.app;
  accounts.renameKey(account.id, key, "  build  ");
  accounts.renameKey(account.id, key, "   ");
  accounts.renameKey("sim-sauti", "sim-sauti-1", "mine");
  const named = (id: string) => accounts.list().find((one) => one.id === id)?.keys[0];
  assert.deepEqual(named(account.id), { id: key, name: "build", hint: "spk_…cdef" });
  assert.equal(named("sim-sauti")?.name, "Simulated key");
  assert.equal(on.keys.get(key), "spk_0123456789abcdef");
});

/** Does something just before the keyring stores or forgets, once. */
function duringNext(what: "store" | "forget", work: () => unknown): void {
  const { keys } = on.ports;
  const real = keys[what];
  const slow = async (id: string, text: string) => {
    Object.assign(keys, { [what]: real });
    await work();
    return real(id, text);
  };
  Object.assign(keys, { [what]: slow });
}

const stored = (id: string) => on.app.accounts.list().find((one) => one.id === id);

test("a rename and a limit that are made while the keyring is slow are kept, also from another editor window", async () => {
  const account = await add();
  const limit = { policyId: "x", limit: 7, quotaWindowMs: null, evidence: "published", setAt: 1 } as const;
  const other = on.another("two").accounts;
  duringNext("store", () => other.rename(account.id, "Renamed"));
  await on.app.accounts.addKey(account.id, "second", "spk_ffffffffffffffff");
  const first = stored(account.id);
  assert.deepEqual([first?.name, first?.keys.length], ["Renamed", 2]);
  duringNext("forget", () => other.saveLimit(account.id, limit));
  await on.app.accounts.forgetKey(account.id, account.keys[0]?.id ?? "");
  assert.deepEqual(stored(account.id), { ...first, keys: first?.keys.slice(1), overrides: [limit] });
});

test("a key that is added while its account is forgotten does not stay in the keyring", async () => {
  const account = await add();
  duringNext("store", () => on.app.accounts.forgetAccount(account.id));
  await on.app.accounts.addKey(account.id, "second", "spk_ffffffffffffffff");
  assert.deepEqual([stored(account.id), on.keys.size], [undefined, 0]);
  const next = await add();
  duringNext("forget", () => on.app.accounts.addKey(next.id, "second", "spk_ffffffffffffffff"));
  await on.app.accounts.forgetAccount(next.id);
  assert.deepEqual([stored(next.id), on.keys.size], [undefined, 0]);
});

test("forgetting an account forgets its keys", async () => {
  const account = await add();
  await on.app.accounts.addKey(account.id, "second", "spk_ffffffffffffffff");
  assert.equal(on.keys.size, 2);
  await on.app.accounts.forgetAccount(account.id);
  assert.equal(on.keys.size, 0);
  assert.ok(!on.app.accounts.list().some((one) => one.id === account.id));
});

test("forgetting everything takes older copies of it too, after the history", async () => {
  const left: number[] = [];
  const own = bench({ forgetTraces: () => void left.push(own.app.history.list({ limit: 10 }).length) });
  own.client.script = () => json(500, {});
  own.send("sauti", "speak");
  await settle();
  await own.app.accounts.forgetEverything();
  assert.deepEqual(left, [0]);
  await own.close();
});

test("forgetting everything leaves no key, no account, no history", async () => {
  await add();
  on.client.script = () => json(500, {});
  const ids = [on.send("sauti", "speak")];
  await settle();
  on.client.script = () => new Promise(() => {});
  ids.push(on.send("sauti", "speak"));
  await settle();
  await on.app.accounts.forgetEverything();
  assert.equal(on.keys.size, 0);
  assert.deepEqual(on.ports.accounts.list(), []);
  assert.deepEqual(on.app.history.list({ limit: 10 }), []);
  assert.deepEqual(
    ids.map((id) => on.ports.jobs.get(id)),
    [null, null],
  );
});

test("a saved limit is in force with its day, and can be taken back", () => {
  const { accounts } = on.app;
  const limit = {
    policyId: "synthesis",
    limit: 20,
    quotaWindowMs: null,
    evidence: "published" as const,
    setAt: 0,
  };
  accounts.saveLimit("sim-sauti", limit);
  const saved = accounts.limits("sim-sauti").find((one) => one.policyId === "synthesis");
  assert.equal(saved?.limit, 20);
  assert.equal(saved?.source, "set by you");
  accounts.resetLimit("sim-sauti", "synthesis");
  const back = accounts.limits("sim-sauti").find((one) => one.policyId === "synthesis");
  assert.equal(back?.limit, 10);
  assert.match(back?.sentence ?? "", /SAUTI allows 10 syntheses in any 60\ss\./);
  assert.match(back?.words ?? "", /^10 in any 60\ss$/);
  assert.equal(back?.noun, "syntheses");
  const words = (id: string) => accounts.limits(id).map((one) => one.words);
  assert.ok(words("sim-sync").includes("3 at once") && words("sim-soundpiece").includes("Not known"));
});

test("a plan changes the limits that follow from it", () => {
  const { accounts } = on.app;
  const slots = () => accounts.limits("sim-sync").find((one) => one.type === "slots")?.limit;
  assert.equal(slots(), 3);
  const other = profiles.get("sync")?.plans.find((one) => one.id !== "creator");
  accounts.changePlan("sim-sync", other?.id ?? null);
  assert.notEqual(slots(), 3);
});

test("a key that is typed into a field is told at the field, in whatever form, and nothing is sent with it", () => {
  on.keys.set("k1", "sauti_0123456789abcdef");
  on.app.receive({ type: "chooseProvider", providerId: "sauti" });
  on.app.receive({ type: "chooseAction", actionId: "speak" });
  for (const text of [
    "sauti_0123456789abcdef",
    "key: SAUTI_0123456789ABCDEF",
    btoa("sauti_0123456789abcdef"),
  ]) {
    on.app.receive({ type: "draft", actionId: "speak", values: { text } });
    const { form } = on.app.snapshot();
    assert.match(form?.problems.text ?? "", /Text holds one of your keys; take it out/);
    assert.equal(form?.canSend, false);
    on.app.receive({ type: "send", actionId: "speak", values: { text } });
    assert.equal(on.app.history.list({ limit: 1 }).length, 0);
  }
  on.app.receive({ type: "draft", actionId: "speak", values: { text: "sauti_0123" } });
  assert.deepEqual(on.app.snapshot().form?.problems, {});
});
