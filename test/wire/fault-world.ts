// One exchange under faults: a simulator, an editor window's whole app, what a person would click, and what is true at
// the end. Polls, pauses and silences are shortened; quota windows are as published.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { App } from "../../src/app/api.ts";
import { stateOf } from "../../src/app/cards.ts";
import type { Profile } from "../../src/core/profile/schema.ts";
import { sniff } from "../../src/core/sniff.ts";
import type { CardView } from "../../src/protocol/snapshot.ts";
import { loadProfiles } from "../../src/providers/registry.ts";
import { type FaultKind, readFault } from "../../src/simulator/faults.ts";
import { encodeWav } from "../../src/simulator/media/wav.ts";
import { type Simulator, startSimulator } from "../../src/simulator/server.ts";
import type { Place, Subject } from "./fault-subjects.ts";
import { type EditorWindow, open } from "./whole-app.ts";

/** A fault on order. */
export interface Order {
  readonly kind: FaultKind;
  readonly at: Place;
  readonly more?: Readonly<Record<string, unknown>>;
}

/** What is true when nothing moves any more. */
export interface End {
  /** What the card showed when it first came to rest. */
  readonly first: CardView;
  /** What it shows after all that it offered was done. */
  readonly last: CardView;
  readonly charges: number;
  /** Whether every result lies whole on disk, as what it should be. */
  readonly whole: boolean;
  /** How long the sound or picture is. bytes */
  readonly size: number;
  readonly why: string;
}

/** A place in which runs follow each other; each has a new storage folder. */
export class World {
  readonly #simulator: Simulator;
  readonly #profiles: ReadonlyMap<string, Profile>;

  private constructor(simulator: Simulator, profiles: ReadonlyMap<string, Profile>) {
    this.#simulator = simulator;
    this.#profiles = profiles;
  }

  static async make(): Promise<World> {
    return new World(await startSimulator({ timeScale: 0.002 }), quick(await loadProfiles()));
  }

  close(): Promise<void> {
    return this.#simulator.close();
  }

  /** Sends one exchange under these faults and does what a person would do. Rejects where it does not come to rest. */
  async run(subject: Subject, orders: readonly Order[]): Promise<End> {
    const vendor = this.#simulator.vendors.get(subject.providerId)!;
    vendor.reset();
    vendor.set({ quotaWindowMs: QUOTA_WINDOW_MS, longPollMs: HELD_MS });
    for (const { kind, at, more } of orders)
      vendor.faults.order(readFault({ kind, match: subject.at[at], ...more }));
    const folder = await mkdtemp(join(tmpdir(), "headroom-fault-"));
    const place = { folder, simulator: this.#simulator, profiles: this.#profiles };
    const one = open(place, {}, "w1", { maxBytes: 3_000_000, inlineBytes: 1_000_000 });
    const person = new Person(one);
    try {
      if (subject.file !== undefined) await choose(one, subject, folder);
      const id = await one.send(subject.providerId, subject.actionId, subject.values);
      const first = await person.rest(id);
      const last = await person.wayOut(first);
      return {
        first,
        last,
        charges: vendor.charges.length,
        whole: await isWhole(one.app, last, subject.type),
        size: media(last).reduce((sum, { bytes }) => sum + (bytes ?? 0), 0),
        why: one.app.whyOf(id)?.text ?? "",
      };
    } finally {
      await one.close();
      await rm(folder, { recursive: true, force: true });
    }
  }
}

async function choose(one: EditorWindow, { providerId, actionId, file }: Subject, folder: string) {
  const path = join(folder, "own.wav");
  const bytes = encodeWav(new Int16Array(16_000), 16_000);
  await writeFile(path, bytes);
  one.do({ type: "chooseProvider", providerId });
  one.do({ type: "chooseAction", actionId });
  one.app.setFile(file ?? "", { path, name: "own.wav", bytes: bytes.length });
}

/** So short are quota windows on both sides. ms */
const QUOTA_WINDOW_MS = 800;
/** So long a long poll is held. ms */
const HELD_MS = 60;
/** Nothing for so long counts as a silent server. ms */
const SILENCE_MS = 1_500;
/** A job that stays as it is over so many polls moves no more. */
const STUCK_POLLS = 15;
const HANG_MS = 30_000;
/** More clicks than any way out has. */
const MOST_CLICKS = 8;

/** Waits as a person does, agrees with costs, and clicks what a card offers. */
class Person {
  readonly #one: EditorWindow;
  #flying = 0;

  constructor(one: EditorWindow) {
    this.#one = one;
    const { client } = one.ports;
    const send = client.send.bind(client);
    client.send = (request, progress) => {
      this.#flying++;
      const idleMs = Math.min(request.idleMs, SILENCE_MS);
      return send({ ...request, idleMs }, progress).finally(() => {
        this.#flying--;
      });
    };
  }

  /** Resolves when an exchange has ended, asks, is no longer watched, or plainly moves no more. */
  async rest(id: string): Promise<CardView> {
    const { jobs, exchanges } = this.#one.ports;
    const endAt = Date.now() + HANG_MS;
    const since = jobs.get(id)?.polls ?? 0;
    for (let still = 0; ; ) {
      const job = jobs.get(id);
      const exchange = exchanges.get(id);
      assert.ok(exchange);
      const state = stateOf(exchange, job);
      const over = /succeeded|failed|cancelled|unknown|lost/.test(state);
      const stuck = job?.stage === "watch" && (!job.watched || job.polls > since + STUCK_POLLS);
      still = this.#flying === 0 && (over || stuck) ? still + 1 : 0;
      if (state === "decide") this.#agree(id);
      if (still === 2 || (stuck && job.watched)) return this.#card(id);
      if (Date.now() > endAt)
        throw new Error(`hangs: ${JSON.stringify(this.#card(id))}\n${this.#one.logged.join("\n")}`);
      await new Promise((done) => setTimeout(done, 10));
    }
  }

  /** Does what the card offers until there is nothing left that helps. */
  async wayOut(card: CardView): Promise<CardView> {
    for (let clicks = 0; clicks < MOST_CLICKS; clicks++) {
      const missing = card.results.filter((one) => one.problem !== null || one.src === null);
      const cardId = card.id;
      if (card.can.includes("resend")) this.#one.do({ type: "resend", cardId });
      else if (card.can.includes("giveUp")) this.#one.do({ type: "giveUp", cardId });
      else if (card.can.includes("watchAgain") && clicks === 0) this.#one.do({ type: "watchAgain", cardId });
      else if (card.state === "succeeded" && missing.length > 0)
        for (const { id } of missing) this.#one.do({ type: "fetchResult", resultId: id });
      else return card;
      card = await this.rest(cardId);
    }
    return card;
  }

  #agree(id: string): void {
    this.#one.do({ type: "confirm", cardId: id });
  }

  #card(id: string): CardView {
    const card = this.#one.snapshot().cards.find((one) => one.id === id);
    assert.ok(card);
    return card;
  }
}

async function isWhole(app: App, card: CardView, type: string): Promise<boolean> {
  for (const { id, problem, bytes } of media(card)) {
    const file = app.resultFile(id);
    if (problem !== null || file === null) return false;
    const content = await readFile(file.path);
    if (content.length !== bytes || sniff(content) !== type) return false;
  }
  return media(card).length > 0;
}

function media(card: CardView): CardView["results"] {
  return card.results.filter((one) => one.kind === "audio" || one.kind === "video");
}

/** Jobs take next to nothing here, so polls and pauses may as well. */
function quick(profiles: ReadonlyMap<string, Profile>): ReadonlyMap<string, Profile> {
  const short: Readonly<Record<string, number>> = {
    intervalMs: 20,
    minimumIntervalMs: 20,
    jitterMs: 5,
    typicalMs: 40,
    baseMs: 10,
    capMs: 40,
    quotaWindowMs: QUOTA_WINDOW_MS,
    holdMs: HELD_MS,
  };
  const text = JSON.stringify([...profiles], (name, value: unknown) => {
    // A server that is told how many whole seconds to hold a poll cannot be told less than one.
    if (name === "longPoll" && JSON.stringify(value).includes("timeout")) return undefined;
    return short[name] ?? value;
  });
  return new Map(JSON.parse(text) as [string, Profile][]);
}
