/** What passes between page and host: checked intents up, whole snapshots down, nothing to a page that is hidden. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import type * as vscode from "vscode";
import type { App } from "../../src/app/api.ts";
import type { Intent } from "../../src/protocol/intents.ts";
import type { Snapshot } from "../../src/protocol/snapshot.ts";
import "./vscode-shim.ts";

const { LazyApp } = await import("../../src/host/lazy-app.ts");
const { PlaygroundView } = await import("../../src/host/playground-view.ts");
const { Uri } = await import("vscode");

const snapshot = {
  type: "snapshot",
  cards: [{ results: [{ src: "a.wav" }, { src: null }] }],
} as unknown as Snapshot;

class View {
  readonly posted: { readonly type: string }[] = [];
  visible = true;
  hear: (message: unknown) => unknown = () => {};
  hide: () => unknown = () => {};
  readonly webview = {
    options: {} as vscode.WebviewOptions,
    html: "",
    cspSource: "vscode-resource:",
    asWebviewUri: (uri: vscode.Uri) => ({ toString: () => `page:${uri.path}` }),
    onDidReceiveMessage: (listener: (message: unknown) => unknown) => {
      this.hear = listener;
    },
    postMessage: async (message: { type: string }) => this.posted.push(message),
  };
  onDidChangeVisibility(listener: () => unknown) {
    this.hide = listener;
  }
  onDidDispose() {}
}

let intents: Intent[] = [];
let lines: string[] = [];
let failures: string[] = [];
let changed = () => {};
const settle = () => new Promise((resolve) => setTimeout(resolve, 20));

function made() {
  const app = {
    start: async () => {},
    snapshot: () => snapshot,
    onChange: (listener: () => void) => {
      changed = listener;
      return () => {};
    },
  } as unknown as App;
  const playground = new PlaygroundView({
    opened: () => {},
    app: new LazyApp(async () => ({ app, close: async () => {} })),
    dist: Uri.file("/dist"),
    results: Uri.file("/results"),
    t: (sentence) => sentence,
    receive: async (intent) => {
      if (intent.type === "saveResult") throw new Error("the disk is full");
      intents.push(intent);
    },
    failed: (cause) => failures.push(String(cause)),
    log: (line) => lines.push(line),
  });
  const view: View = new View();
  playground.resolveWebviewView(view as unknown as vscode.WebviewView);
  return { playground, view };
}

beforeEach(() => {
  intents = [];
  lines = [];
  failures = [];
});

test("the page may load from the extension's dist and the result folder, and from nowhere else", () => {
  const { view } = made();
  assert.deepEqual(
    view.webview.options.localResourceRoots?.map((uri) => uri.path),
    ["/dist", "/results"],
  );
  assert.match(view.webview.html, /content="default-src &#39;none&#39;;/);
  assert.doesNotMatch(view.webview.html, /unsafe|on(load|click)=/);
});

test("every page has a nonce of its own", () => {
  const nonce = () => /nonce-([^']+)/.exec(made().view.webview.html)?.[1];
  assert.notEqual(nonce(), nonce());
});

test("a page that says it is ready gets greeting and snapshot, with addresses that it may load", async () => {
  const { view } = made();
  await view.hear({ type: "ready" });
  await settle();
  assert.equal(view.posted[0]?.type, "greeting");
  const last = view.posted.at(-1) as unknown as Snapshot;
  assert.deepEqual(
    last.cards[0]?.results.map((result) => result.src),
    ["page:/results/a.wav", null],
  );
});

test("a page that is not ready or hidden gets nothing; one that comes back gets everything anew", async () => {
  const { view } = made();
  changed();
  assert.equal(JSON.stringify(view.posted), "[]");
  await view.hear({ type: "ready" });
  await settle();
  view.visible = false;
  view.hide();
  const before = view.posted.length;
  changed();
  assert.equal(view.posted.length - before, 0);
  view.visible = true;
  changed();
  assert.equal(view.posted.length - before, 0, "the new page has not loaded yet");
  await view.hear({ type: "ready" });
  await settle();
  assert.deepEqual(
    view.posted
      .slice(before)
      .map((one) => one.type)
      .slice(0, 2),
    ["greeting", "snapshot"],
  );
});

test("an intent that fits is carried out; anything else is dropped and logged", async () => {
  const { view } = made();
  await view.hear({ type: "cancel", cardId: "x-1" });
  for (const bad of [
    null,
    "send",
    { type: "eval" },
    { type: "cancel" },
    { type: "cancel", cardId: "x".repeat(101) },
    { type: "send", actionId: "a", values: { text: { toString: 1 } } },
  ])
    await view.hear(bad);
  await settle();
  assert.deepEqual(intents, [{ type: "cancel", cardId: "x-1" }]);
  assert.equal(lines.length, 6);
});

test("a wish that cannot be carried out is said, not lost", async () => {
  const { view } = made();
  await view.hear({ type: "saveResult", resultId: "r-1" });
  await settle();
  assert.deepEqual(failures, ["Error: the disk is full"]);
  assert.equal(lines.length, 0);
});
