// Runs children that die at a seam, opens an editor window after them and judges what it makes of what they left behind. It
// must not know how the product does it: it looks at files, rows and the simulator's books alone.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { text } from "node:stream/consumers";
import { decode } from "../../src/core/quota/state.ts";
import type { CardView } from "../../src/protocol/snapshot.ts";
import { encodeWav } from "../../src/simulator/media/wav.ts";
import { type EditorWindow, type Ground, ground, open } from "../wire/whole-app.ts";
import type { Order } from "./kill-child.ts";
import { EDITED, type Flow, seeThrough } from "./kill-flows.ts";
import type { Fate } from "./kill-seams.ts";

/** What a child prints right before it stops itself. */
const STOPPED = "stopped\n";

/** Leases are short, so that nobody waits for those of the dead. ms */
export const LEASE_MS = 250;

/** One simulator and a folder for every run. */
export interface Arena {
  readonly place: Ground;
  readonly recording: string;
  readonly profiles: string;
  /** Where compiled sources are kept from child to child. */
  readonly compiled: string;
  runs: number;
}

/** What a child that lived to the end tells. */
export interface Lived {
  readonly state: CardView["state"];
  readonly seams: readonly string[];
}

/** What became of one exchange after its process had died. */
export interface Verdict {
  readonly at: string;
  /** Whether the process really died there. */
  readonly killed: boolean;
  readonly state: CardView["state"] | "nothing";
  readonly charges: number;
}

export async function makeArena(): Promise<Arena> {
  const place = await ground(0.01);
  const recording = join(place.folder, "recording.wav");
  writeFileSync(recording, encodeWav(new Int16Array(8_000), 8_000));
  const profiles = join(place.folder, "profiles.json");
  writeFileSync(profiles, JSON.stringify([...place.profiles]));
  return { place, recording, profiles, compiled: join(place.folder, "compiled"), runs: 0 };
}

/** An empty folder of its own and a simulator that knows of nothing. */
export async function fresh(arena: Arena, flow: Flow): Promise<string> {
  await arena.place.control(`reset?provider=${flow.provider}`, {});
  const folder = join(arena.place.folder, `run-${arena.runs++}`);
  mkdirSync(folder);
  return folder;
}

/** Starts a child with its fate; null where none is given. */
function startChild(arena: Arena, folder: string, flow: Flow, fate: Fate | null, takesOver = false) {
  const order: Order = {
    folder,
    accounts: arena.place.simulator.accounts,
    flow,
    fate,
    recording: arena.recording,
    profiles: arena.profiles,
    leaseMs: LEASE_MS,
    takesOver,
  };
  const program = join(import.meta.dirname, "kill-child.ts");
  return spawn(process.execPath, ["--disable-warning=ExperimentalWarning", program, JSON.stringify(order)], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, NODE_COMPILE_CACHE: arena.compiled },
  });
}

/** Lets a child live: every seam that it passes, in order, and what became of its exchange. */
export async function dryRun(arena: Arena, flow: Flow): Promise<Lived> {
  const child = startChild(arena, await fresh(arena, flow), flow, null);
  return JSON.parse(await text(child.stdout)) as Lived;
}

/**
 * Kills a child at a seam, opens an editor window after it and sees its exchange through. With `again` the first process that takes
 * the exchange over is killed as well, after so many seams.
 */
export async function killedAt(
  arena: Arena,
  flow: Flow,
  at: string,
  again: number | null = null,
): Promise<Verdict> {
  const folder = await fresh(arena, flow);
  let killed = await dies(startChild(arena, folder, flow, { at, signal: "SIGKILL" }));
  if (again !== null) {
    const next = startChild(arena, folder, flow, { at: again, signal: "SIGKILL" }, true);
    killed = (await dies(next)) && killed;
  }
  const one = open({ ...arena.place, folder }, { leaseMs: LEASE_MS }, "after");
  try {
    await one.app.start();
    return { at, killed, ...(await judged(arena, flow, one)) };
  } finally {
    await one.close();
  }
}

/** Waits for a child's end; whether it was killed. */
async function dies(child: ReturnType<typeof startChild>): Promise<boolean> {
  child.stdout.resume();
  const [code, signal] = (await once(child, "exit")) as [number | null, string | null];
  // Windows knows no signals: whoever is killed there has exit code 1.
  const killed = signal === "SIGKILL" || (process.platform === "win32" && code === 1);
  assert.ok(killed || code === 0, `the child ended by itself: ${code}`);
  return killed;
}

/** What is kept of an exchange, in the database and on disk. */
function stored(one: EditorWindow) {
  const exchanges = one.app.history.list({ limit: 5 });
  return exchanges.map((exchange) => ({
    exchange,
    job: one.ports.jobs.get(exchange.id),
    moments: one.ports.exchanges.timeline(exchange.id),
    results: one.ports.results.of(exchange.id),
    files: readdirSync(one.ports.results.folder),
  }));
}

/**
 * Freezes a child at a seam, lets another editor window take its exchange over and see it through, and wakes the child up: by
 * then it may neither write nor be charged for anything.
 */
export async function frozenAt(arena: Arena, flow: Flow, at: string): Promise<Verdict> {
  const folder = await fresh(arena, flow);
  const child = startChild(arena, folder, flow, { at, signal: "SIGSTOP" });
  const ended = once(child, "exit");
  const [first] = (await once(child.stdout, "data")) as [Buffer];
  const killed = String(first) === STOPPED;
  const one = open({ ...arena.place, folder }, { leaseMs: LEASE_MS }, "after");
  try {
    await one.app.start();
    const verdict = { at, killed, ...(await judged(arena, flow, one)) };
    const before = stored(one);
    child.stdout.resume();
    child.kill("SIGCONT");
    await ended;
    assert.deepEqual(stored(one), before, `woken up at ${at} it has written`);
    const charges = await arena.place.charges(flow.provider);
    assert.ok(charges <= flow.charges, `woken up at ${at} it was charged: ${charges}`);
    assert.deepEqual(kept(one), []);
    return verdict;
  } finally {
    child.kill("SIGKILL");
    await one.close();
  }
}

/** Sees the one exchange through and holds it against the simulator's books and the bytes on disk. */
export async function judged(
  arena: Arena,
  flow: Flow,
  one: EditorWindow,
): Promise<Pick<Verdict, "state" | "charges">> {
  const exchanges = one.app.history.list({ limit: 5 });
  const [exchange] = exchanges;
  if (exchange === undefined) {
    assert.equal(await arena.place.charges(flow.provider), 0, "charged for what nobody knows of");
    return { state: "nothing", charges: 0 };
  }
  assert.equal(exchanges.length, 1);
  const card = await seeThrough(one, exchange.id);
  const { state } = card;
  if (state === "unknown") await decided(arena, flow, one, card);
  else await ended(arena, flow, one, card, "succeeded");
  return { state, charges: await arena.place.charges(flow.provider) };
}

/** A person decides on an unknown outcome: looks, resends where that is offered, else gives up. */
async function decided(arena: Arena, flow: Flow, one: EditorWindow, card: CardView): Promise<void> {
  const { id, can } = card;
  const before = await arena.place.charges(flow.provider);
  if (can.includes("check")) {
    one.do({ type: "check", cardId: id });
    await one.card(id, (now) => now.problem?.sentence !== card.problem?.sentence);
    assert.equal(await arena.place.charges(flow.provider), before, "a check was charged");
  }
  const again = can.includes("resend");
  one.do({ type: again ? "resend" : "giveUp", cardId: id });
  await one.card(id, (now) => now.state !== "unknown");
  await ended(arena, flow, one, await seeThrough(one, id), again ? "succeeded" : "lost");
}

/** It has ended so, was charged as often as it must be, and keeps nothing. */
async function ended(
  arena: Arena,
  flow: Flow,
  one: EditorWindow,
  card: CardView,
  state: CardView["state"],
): Promise<void> {
  const charges = await arena.place.charges(flow.provider);
  const found = `${JSON.stringify(card, null, 1)}\n${one.app.whyOf(card.id)?.text}\n${one.logged.join("\n")}`;
  assert.equal(card.state, state, found);
  assert.ok(charges <= flow.charges, `charged ${charges} times\n${found}`);
  assert.deepEqual(kept(one), [], found);
  if (state !== "succeeded") return;
  assert.equal(charges, flow.charges, found);
  const { edited } = one.ports.jobs.get(card.id) ?? {};
  for (const value of Object.values(edited ?? {})) assert.ok(JSON.stringify(value).includes(EDITED), found);
  assert.equal(Object.keys(edited ?? {}).length, flow.edits ?? 0, found);
  await whole(one, card);
}

/** Places and flights that the ledger still holds for an exchange; what a dead process asked besides is given up later. */
function kept(one: EditorWindow): string[] {
  const database = new DatabaseSync(join(one.ports.results.folder, "..", "headroom.db"), { readOnly: true });
  const states = database
    .prepare("SELECT state FROM partitions")
    .all()
    .map((row) => decode(String(row.state)));
  database.close();
  const ids = states.flatMap(({ holders, flying }) => [...holders, ...flying].map(([id]) => id));
  return ids.filter((id) => id.startsWith("x-"));
}

/** Every result is there once, with the bytes that the provider has, and nothing else lies beside it. */
async function whole(one: EditorWindow, card: CardView): Promise<void> {
  const results = one.ports.results.of(card.id);
  assert.ok(results.length > 0);
  const names = results.map((result) => result.file);
  assert.deepEqual(readdirSync(one.ports.results.folder).sort(), names.toSorted());
  assert.equal(new Set(names).size, results.length);
  for (const { file, bytes, link, problem, kind } of results) {
    assert.equal(problem, null);
    const got = readFileSync(join(one.ports.results.folder, file ?? ""));
    assert.equal(got.length, bytes);
    if (kind === "audio" || kind === "video") assert.ok(got.length > 1_000);
    if (link === null) continue;
    const answer = await fetch(link);
    assert.equal(digest(got), digest(Buffer.from(await answer.arrayBuffer())), `${file} is not ${link}`);
  }
}

function digest(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
