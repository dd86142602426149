/** The history's tree: every exchange can be reached, day by day and page by page, and what narrows it is said. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import type { HistoryItem } from "../../src/host/history-tree.ts";
import { type Bench, bench } from "../app/fakes.ts";
import { t } from "../harness/voice.ts";
import { exchanges } from "../store/schemas/rows.ts";
import { shim } from "./vscode-shim.ts";

const { chooseFilter, filterTitle } = await import("../../src/host/history-filter.ts");
const { exportHistory } = await import("../../src/host/history-export.ts");
const { HistoryTree } = await import("../../src/host/history-tree.ts");
const { LazyApp } = await import("../../src/host/lazy-app.ts");

const NOON = new Date(2026, 10, 22, 12).getTime();
const DAY = 86_400_000;
let on: Bench;
let tree: InstanceType<typeof HistoryTree>;
beforeEach(() => {
  on = bench();
  tree = new HistoryTree(new LazyApp(async () => ({ app: on.app, close: async () => {} })), t);
  tree.register();
});
afterEach(async () => {
  tree.dispose();
  await on.close();
});

/** So many of that day, of every state in turn. */
function add(count: number, daysAgo: number, providerId = "sauti"): void {
  on.ports.together(() => {
    for (let at = 0; at < count; at++) {
      const like = exchanges[at % exchanges.length]!;
      const id = `${providerId}-${daysAgo}-${at}`;
      on.ports.exchanges.begin({ ...like, id, providerId, createdAt: NOON - daysAgo * DAY + (at >> 1) });
    }
  });
}

async function children(item?: HistoryItem): Promise<{ ids: string[]; last: HistoryItem | undefined }> {
  const found = await tree.getChildren(item);
  const ids = found.flatMap((one) => (one.kind === "exchange" ? [one.exchange.id] : []));
  return { ids, last: found.at(-1) };
}

test("a day's exchanges come page by page, each once, newest first, until none is left", async () => {
  add(1_204, 1);
  add(3, 40);
  const days = await tree.getChildren();
  assert.deepEqual(
    days.map((one) => tree.getTreeItem(one).description),
    ["1204", "3"],
  );
  let page = await children(days[0]);
  assert.equal(page.ids.length, 500);
  assert.equal(tree.getTreeItem(page.last!).label, "Show 500 more");
  tree.more(page.last);
  page = await children(days[0]);
  assert.equal(tree.getTreeItem(page.last!).label, "Show 204 more");
  tree.more(page.last);
  page = await children(days[0]);
  assert.equal(page.last?.kind, "exchange");
  assert.deepEqual(
    page.ids,
    Array.from({ length: 1_204 }, (_, at) => `sauti-1-${1_203 - at}`),
  );
  assert.deepEqual((await children(days[1])).ids, ["sauti-40-2", "sauti-40-1", "sauti-40-0"]);
});

test("a row begins with the time to the second and the words, and tells API and state, also where the side bar is narrow", async () => {
  const [like] = exchanges;
  on.ports.exchanges.begin({
    ...like!,
    id: "x",
    providerId: "sauti",
    actionId: "speak",
    title: "Speak · 17 characters",
    state: "failed",
    input: { text: "Habari ya asubuhi" },
    createdAt: new Date(2026, 10, 22, 18, 5, 9).getTime(),
  });
  const [day] = await tree.getChildren();
  const [row] = await tree.getChildren(day);
  const item = tree.getTreeItem(row!);
  assert.equal(item.label, "18:05:09 Habari ya asubuhi");
  assert.equal(item.description, "Failed · SAUTI · Speak · 17 characters");
  assert.doesNotMatch(String(item.contextValue), /results/);
  on.ports.results.put({
    id: "r",
    exchangeId: "x",
    kind: "audio",
    title: "Audio",
    file: "r.wav",
    bytes: 175_000,
    mediaType: "audio/wav",
    link: null,
    linkExpiresAt: null,
    problem: null,
  });
  assert.match(String(tree.getTreeItem(row!).contextValue), /results/);
  const doc = on.app.whyOf("x");
  const [link] = doc?.links ?? [];
  assert.equal(link?.resultId, "r");
  assert.match(link?.line ?? "", /^Open result: Audio \(175.kB\)$/);
  assert.ok(doc?.text.split("\n").includes(link?.line ?? "-"));
});

test("the list takes APIs and states together, keeps the words, and says what was chosen", async () => {
  add(9, 0, "sauti");
  add(9, 0, "sync");
  add(9, 0, "voicedub");
  const providers = on.app.accounts.providers();
  shim.typed = ["SAUTI, Sync, Failed or refused"];
  const filter = await chooseFilter({ text: "habari" }, providers, t);
  assert.deepEqual(filter, {
    text: "habari",
    providerIds: ["sauti", "sync"],
    states: ["failed", "refused"],
  });
  tree.show(filter!, filterTitle(filter!, providers, t));
  assert.match(shim.tree?.description ?? "", /^“habari” · (SAUTI, Sync|Sync, SAUTI) · Failed or refused$/);
  const [day] = await tree.getChildren();
  assert.equal((await children(day)).ids.length, 4);
  assert.equal(shim.tree?.message, `${shim.tree?.description}: 4 found`);
  const none = { ...filter!, text: "no such word" };
  tree.show(none, filterTitle(none, providers, t));
  const [clear, ...more] = await tree.getChildren();
  assert.match(
    shim.tree?.message ?? "",
    /^Nothing in the history fits “no such word” · .* · Failed or refused\.$/,
  );
  assert.equal(more.length, 0);
  assert.equal(tree.getTreeItem(clear!).command?.command, "headroom.clearSearch");
  tree.show({}, filterTitle({}, providers, t));
  assert.equal((await tree.getChildren())[0]?.kind, "day");
  assert.deepEqual([shim.tree?.description, shim.tree?.message], ["", ""]);
  shim.typed = [];
  assert.equal(await chooseFilter(filter!, providers, t), null);
});

test("where nothing is to be exported nothing is asked for: it is said, with the way out", async () => {
  shim.shown = [];
  shim.typed = [];
  await exportHistory(on.app, {}, { narrowed: "", version: "1.0.0", t });
  add(3, 0);
  await exportHistory(
    on.app,
    { text: "no such words" },
    { narrowed: "“no such words”", version: "1.0.0", t },
  );
  assert.deepEqual(shim.shown, [
    ["info", "The history is empty: there is nothing to export."],
    ["info", "Of 3 requests none fits “no such words”. Clear search and filter to export them all."],
  ]);
});
