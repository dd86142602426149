// A step of the walkthrough is ticked off however it was done, and not before the editor knows the walkthrough.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import type { Memento } from "vscode";
import { textOf } from "../rules/sources.ts";
import { shim } from "./vscode-shim.ts";

const { Walkthrough } = await import("../../src/host/walkthrough.ts");

let kept: Map<string, unknown>;
let later: (() => void)[];
const state = {
  get: (key: string, otherwise: unknown) => kept.get(key) ?? otherwise,
  update: async (key: string, value: unknown) => void kept.set(key, value),
} as unknown as Memento;
const clock = {
  after: (_: number, run: () => void) => {
    later.push(run);
    return () => {};
  },
};
const ticked = () => shim.executed.filter(([name]) => name === "setContext").map(([, key]) => key);
beforeEach(() => {
  kept = new Map();
  later = [];
  shim.executed = [];
});

test("what is done before the editor knows the walkthrough is ticked off once it does", () => {
  const walkthrough = new Walkthrough(state, clock);
  walkthrough.did("open");
  walkthrough.did("open");
  assert.deepEqual(ticked(), []);
  later[0]?.();
  assert.deepEqual(ticked(), ["headroom.did.open"]);
  walkthrough.did("copy");
  walkthrough.did("copy");
  assert.deepEqual(ticked(), ["headroom.did.open", "headroom.did.copy"]);
});

test("what was done in a session that ended too soon is ticked off in the next one", () => {
  new Walkthrough(state, clock).did("hear");
  new Walkthrough(state, clock);
  later[1]?.();
  assert.deepEqual(ticked(), ["headroom.did.hear"]);
});

test("each step of the manifest's walkthrough has its own key, and each key its step", () => {
  const keys = [...textOf("package.json").matchAll(/"onContext:headroom\.did\.(\w+)"/g)].map(
    (match) => match[1],
  );
  const walkthrough = new Walkthrough(state, clock);
  later[0]?.();
  for (const step of ["hear", "open", "wait", "account", "copy"] as const) walkthrough.did(step);
  assert.deepEqual(
    ticked(),
    keys.map((key) => `headroom.did.${key}`),
  );
});
