/** The main job, for each of the five providers: choose, fill, send, wait, hear; and every figure agrees with the simulator's books. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Frame } from "playwright-core";
import { type Editor, startEditor } from "../harness/editor.ts";
import type { EditorWindow } from "../harness/editor-window.ts";
import { recordingSeconds } from "../harness/recording-length.ts";
import { endSimulator, SimControl } from "../harness/sim-control.ts";
import {
  cards,
  chooseAction,
  meter,
  openPlayground,
  pickFile,
  play,
  playedSeconds,
  resultFiles,
  send,
  until,
} from "./steps.ts";

let editor: Editor;
let page: EditorWindow;
let view: Frame;
before(async () => {
  editor = await startEditor({ settings: { "headroom.simulator.timeScale": 0.15 } });
  page = await editor.open();
  view = await openPlayground(page);
});
after(async () => {
  await endSimulator(editor.storageFolder);
  await editor.close();
});

/** One provider's main action, as its own pages tell it. */
interface Job {
  readonly id: string;
  readonly name: string;
  readonly action: string;
  /** Title of the meter that the action spends from, and the simulator's counter; null where no limit is stated. */
  readonly meter: string;
  readonly counter: string | null;
  /** What is on the bill at the end: each paid step once. */
  readonly bill: number;
  /** What a person still does before and after Send. */
  fill?(): Promise<void>;
  decide?(): Promise<void>;
}

const jobs: readonly Job[] = [
  {
    id: "soundpiece",
    name: "SoundPiece",
    action: "New sample",
    meter: "Requests",
    counter: null,
    bill: 1,
  },
  { id: "sauti", name: "SAUTI", action: "Speak", meter: "Synthesis", counter: "synthesis", bill: 1 },
  {
    id: "voicedub",
    name: "VoiceDub",
    action: "Dub",
    meter: "Writes a minute",
    counter: "writeMinute",
    bill: 1,
    decide: () => confirm(/credit/i),
  },
  { id: "sync", name: "Sync", action: "Lip sync", meter: "Generate", counter: "generate", bill: 1 },
  {
    id: "vocabusta",
    name: "VocaBusta",
    action: "Dub",
    meter: "Requests a minute",
    counter: null,
    bill: 3,
    fill: () => pickFile(page, view, "file", speech()),
    decide: async () => {
      await confirm(/.+/);
      await edit("The text as a person has put it right.");
    },
  },
];

/** A recording to work on: a result that is a WAV. */
function speech(): string {
  const file = resultFiles(editor).find((name) => name.endsWith(".wav"));
  assert.ok(file !== undefined);
  return file;
}

const asked = () => cards(view).first().locator("hr-ask");

/** Puts the translation right before it is spoken. */
async function edit(text: string): Promise<void> {
  await asked()
    .getByText(/^\d+ characters, before \d+$/)
    .first()
    .waitFor({ timeout: 40_000 });
  const boxes = asked().locator("textarea");
  const count = await boxes.count();
  assert.ok(count > 0);
  for (let at = 0; at < count; at++) await boxes.nth(at).fill(text);
  await confirm(/What will be said/);
}

async function confirm(question: RegExp): Promise<void> {
  const place = asked().filter({ hasText: question });
  // A button that came to a resting pointer does not act at once: a person goes to it.
  await place.hover({ timeout: 40_000 });
  await place.getByRole("button", { name: /^Confirm/ }).click({ timeout: 40_000 });
}

/** What the simulator's books say is left, as the meter and the status bar should show it. */
async function figures(job: Job): Promise<{ shown: string; spoken: RegExp; bar: string }> {
  const books = await (await SimControl.in(editor.storageFolder)).books(job.id);
  if (job.counter === null) {
    const log = await (await SimControl.in(editor.storageFolder)).log(job.id);
    const used = log.filter(
      // A link to a result is no call of the API.
      (one) => one.at > Date.now() - 60_000 && !one.path.startsWith("/_files/"),
    ).length;
    return {
      shown: `${used}in60s,limitunknown`,
      bar: `${used} sent`,
      spoken: new RegExp(`^${used} requests sent within 60\\ss; .*limit unknown`),
    };
  }
  const line = books.counters.find(({ policy }) => policy === job.counter);
  assert.ok(line !== undefined);
  const { remaining, limit } = line;
  // The bar shows the tightest, which is another one once a minute is over.
  const [tightest = line] = books.counters.toSorted((a, b) => a.remaining / a.limit - b.remaining / b.limit);
  const bar = `${tightest.remaining}/${tightest.limit}`;
  return { shown: `${remaining}/${limit}`, bar, spoken: new RegExp(`^${remaining} of ${limit} `) };
}

for (const job of jobs)
  test(`${job.name}: what is sent from the form ends, plays at its full length, is charged once, and the meters are right`, async () => {
    await chooseAction(view, job.name, job.action);
    await job.fill?.();
    const had = new Set(resultFiles(editor));
    const before = await cards(view).count();
    await send(view);
    await until("a new card", async () => (await cards(view).count()) > before);
    await job.decide?.();
    await view.locator("hr-card").first().locator("article.succeeded").waitFor({ timeout: 60_000 });
    const seconds = await playedSeconds(view);
    const lengths = resultFiles(editor)
      .filter((file) => !had.has(file) && /\.(wav|flac|mp4)$/.test(file))
      .map(recordingSeconds);
    assert.ok(seconds > 0.5, `${seconds} s`);
    assert.ok(
      lengths.some((length) => Math.abs(length - seconds) < 0.06),
      `${seconds} s, on disk ${lengths.join(", ")}`,
    );
    await play(view);
    await until(`the meter and the status bar of ${job.name} say what the simulator counted`, async () => {
      const right = await figures(job);
      const shown = await meter(view, job.meter);
      const bar = await page.statusBar(new RegExp(job.name));
      return (
        shown.shown === right.shown && right.spoken.test(shown.spoken) && bar === `${job.name} ${right.bar}`
      );
    });
    const { charges, refusals } = await (await SimControl.in(editor.storageFolder)).books(job.id);
    assert.deepEqual([charges.count, refusals], [job.bill, 0]);
  });
