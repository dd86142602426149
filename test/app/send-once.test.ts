// One wish to send is one request: however often the page says it, across a restart, and only from the account that was shown.
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { type Bench, bench, settle } from "./fakes.ts";

let on: Bench;
beforeEach(() => {
  on = bench();
});
afterEach(() => on.close());

const wish = (sendId: string, accountId = "sim-soundpiece") =>
  ({ type: "send", actionId: "newSample", values: { prompt: "Rain" }, sendId, accountId }) as const;
const first = "0123456789abcdef0123";

function choose(): void {
  on.app.receive({ type: "chooseProvider", providerId: "soundpiece" });
  on.app.receive({ type: "chooseAction", actionId: "newSample" });
}

test("a wish that is said twice is sent once, and the next wish is another request", async () => {
  choose();
  on.app.receive(wish(first));
  on.app.receive(wish(first));
  await settle();
  on.app.receive(wish(first));
  await settle();
  assert.equal(on.app.history.list({ limit: 9 }).length, 1);
  on.app.receive(wish("f".repeat(20)));
  assert.equal(on.app.history.list({ limit: 9 }).length, 2);
});

test("a wish that was sent is not sent again after the editor window was loaded anew", async () => {
  choose();
  on.app.receive(wish(first));
  await settle();
  const later = on.another("later");
  later.receive({ type: "chooseProvider", providerId: "soundpiece" });
  later.receive(wish(first));
  await settle();
  assert.equal(on.app.history.list({ limit: 9 }).length, 1);
});

test("what was wished for another account than the chosen one is not sent, and one sentence says so", async () => {
  choose();
  const account = await on.app.accounts.add({
    providerId: "soundpiece",
    name: "Studio",
    planId: null,
    keyName: "main",
    keyText: `sp_${"a".repeat(40)}`,
  });
  on.app.receive({ type: "chooseAccount", accountId: account.id });
  on.app.receive(wish(first));
  await settle();
  assert.equal(on.app.history.list({ limit: 9 }).length, 0);
  const said = () => on.app.snapshot().notices.map((one) => one.sentence);
  assert.deepEqual(said(), ["Nothing was sent: the account is Studio by now. Send again if that is meant."]);
  on.app.receive(wish("f".repeat(20), account.id));
  assert.equal(on.app.history.list({ limit: 9 })[0]?.accountId, account.id);
  assert.deepEqual(said(), []);
});
