// Several processes on one database file: together they spend what one would, and no more.
import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { Claim, RatePolicy } from "../../src/core/quota/model.ts";
import type { Work } from "./ledger-child.ts";

const words = { title: "Requests", noun: "requests", refusedCount: false, evidence: "published" } as const;

function claimOf(kind: RatePolicy["kind"], limit: number, quotaWindowMs: number): Claim {
  const policy = { type: "rate", id: "requests", kind, limit, quotaWindowMs, ...words } as const;
  return { accountId: "a", parts: [{ partition: "p/account:a/requests", policy, cost: 1 }] };
}

interface Seen {
  readonly name: string;
  readonly at: number;
}

/** Lets processes do their work; the parent is the server and notes every arrival. Its clock is ahead by `skewMs`. */
async function runAll(
  claim: Claim,
  counts: readonly number[],
  skewMs: number,
  kill?: (seen: Seen[], children: ChildProcess[]) => void,
) {
  const folder = mkdtempSync(join(tmpdir(), "headroom-ledger-"));
  const seen: Seen[] = [];
  const children: ChildProcess[] = [];
  try {
    for (const _ of counts)
      children.push(fork(new URL("./ledger-child.ts", import.meta.url), { stdio: "inherit" }));
    // They begin together: who starts late has missed a quota window, which says nothing of fairness.
    await Promise.all(children.map((child) => once(child, "message")));
    const since = Date.now();
    await Promise.all(
      children.map((child, i) => {
        const count = counts[i] ?? 0;
        child.on("message", (message: { readonly id?: string }) => {
          if (message.id === undefined) return;
          seen.push({ name: message.id.split(" ")[0] ?? "", at: Date.now() });
          if (child.connected)
            child.send({ id: message.id, date: new Date(Date.now() + skewMs).toUTCString() });
          kill?.(seen, children);
        });
        child.send({
          path: join(folder, "ledger.db"),
          claim,
          count,
          name: `window${i}`,
          since,
        } satisfies Work);
        return new Promise<void>((resolve) => child.once("exit", () => resolve()));
      }),
    );
  } finally {
    for (const child of children) child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  }
  return seen.sort((a, b) => a.at - b.at);
}

/** The most arrivals in any stretch of a quota window's length. */
function mostSliding(seen: readonly Seen[], lengthMs: number): number {
  return Math.max(...seen.map(({ at }, i) => seen.slice(i).filter((one) => one.at < at + lengthMs).length));
}

/** The most arrivals in any quota window on the server's clock. */
function mostFixed(seen: readonly Seen[], lengthMs: number, skewMs: number): number {
  const cells = new Map<number, number>();
  for (const { at } of seen) {
    const cell = Math.floor((at + skewMs) / lengthMs);
    cells.set(cell, (cells.get(cell) ?? 0) + 1);
  }
  return Math.max(...cells.values());
}

test("three processes never put more into a sliding quota window than the limit", {
  timeout: 30_000,
}, async () => {
  const seen = await runAll(claimOf("sliding", 8, 1500), [8, 8, 8], 0);
  assert.equal(seen.length, 24);
  assert.ok(mostSliding(seen, 1500) <= 8, `${mostSliding(seen, 1500)} in one window`);
});

test("two processes never put more into a fixed quota window than the limit, the server's clock ahead", {
  timeout: 30_000,
}, async () => {
  const seen = await runAll(claimOf("fixed", 10, 2000), [12, 12], 1300);
  assert.equal(seen.length, 24);
  assert.ok(mostFixed(seen, 2000, 1300) <= 10);
});

test("of two processes that ask one by one, neither is left behind", { timeout: 30_000 }, async () => {
  const seen = await runAll(claimOf("sliding", 10, 1500), [15, 15], 0);
  for (const name of ["window0", "window1"]) {
    const early = seen.slice(0, 20).filter((one) => one.name === name).length;
    // One may take the first quota window whole before the other asks; of the next, the other gets half or more.
    assert.ok(early >= 4 && early <= 16, `${name} had ${early} of the first twenty`);
  }
});

test("a process that is killed leaves its spends counted and its place in line free", {
  timeout: 30_000,
}, async () => {
  let killed = false;
  const seen = await runAll(claimOf("sliding", 6, 1500), [20, 8], 0, (all, children) => {
    if (killed || all.length < 6) return;
    killed = true;
    children[0]?.kill("SIGKILL");
  });
  assert.equal(seen.filter((one) => one.name === "window1").length, 8);
  assert.ok(mostSliding(seen, 1500) <= 6);
});
