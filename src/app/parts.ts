// The app's parts, built once in the order in which they need each other. No logic.
import type { Finding } from "../core/quota/ledger.ts";
import type { Snapshot } from "../protocol/snapshot.ts";
import { AccountBook } from "./accounts.ts";
import { Changes } from "./changes.ts";
import { Choices } from "./choices.ts";
import type { Context } from "./context.ts";
import { Decisions } from "./decide.ts";
import { ExchangeHistory } from "./history.ts";
import { Lengths } from "./lengths.ts";
import { ListPolls } from "./list-poll.ts";
import { Playground } from "./playground.ts";
import type { Ports } from "./ports.ts";
import { SlotWatch } from "./slot-watch.ts";
import { Storage } from "./storage.ts";
import { Work } from "./work.ts";

export type Notice = Snapshot["notices"][number];

/** Everything that lives as long as the app. */
export interface Parts {
  readonly context: Context;
  readonly changes: Changes;
  readonly accounts: AccountBook;
  readonly history: ExchangeHistory;
  readonly playground: Playground;
  readonly choices: Choices;
  readonly work: Work;
  readonly slots: SlotWatch;
  readonly decisions: Decisions;
  readonly storage: Storage;
  /** Cards that the person put away, in this editor window. */
  readonly dismissed: Set<string>;
  readonly notices: Map<string, Notice>;
  /** The newest finding of each account and policy, by its notice's id. */
  readonly taught: Map<string, Finding>;
  /** The newest thing worth saying aloud. */
  said: Snapshot["said"];
  /** The card that the person asked to see last, from outside the page. */
  reveal: Snapshot["reveal"];
  /** When everything was forgotten last, as far as this editor window has taken it up. Epoch ms. */
  forgottenAt: number;
}

/** Builds the parts over the ports. */
export function makeParts(ports: Ports): Parts {
  const changes = new Changes(ports.clock);
  const context: Context = {
    ports,
    live: new Map(),
    lengths: new Lengths(ports),
    lists: new ListPolls(),
    slots: {
      ask: (place, at) => slots.ask(place, at),
      waiting: (place, wait) => slots.waiting(place, wait),
    },
    profile: (id) => ports.profiles.get(id) ?? null,
    account: (id) => accounts.get(id),
    changed: () => changes.changed(),
    fieldProblem(exchangeId, field, sentence) {
      const exchange = ports.exchanges.get(exchangeId);
      if (exchange !== null)
        playground.fieldProblem(
          exchange.providerId,
          exchange.actionId,
          field,
          exchange.input[field],
          sentence,
        );
    },
    say(sentence) {
      parts.said = { id: (parts.said?.id ?? 0) + 1, sentence };
      changes.changed();
    },
  };
  const slots = new SlotWatch(context);
  const history = new ExchangeHistory(context);
  const accounts = new AccountBook(ports, async () => {
    decisions.abandonAll();
    await history.clear();
    ports.memory?.forgetEverywhere();
    heedForgotten(parts);
    forgetTyped(parts);
    parts.notices.clear();
    parts.taught.clear();
    parts.said = null;
    parts.reveal = null;
  });
  const playground = new Playground(context, accounts);
  const choices = new Choices(context, playground);
  const work = new Work(context);
  const decisions = new Decisions(context, work);
  const storage = new Storage(context, history, (notice) => notify(parts, notice));
  const parts: Parts = {
    context,
    changes,
    accounts,
    history,
    playground,
    choices,
    work,
    slots,
    decisions,
    storage,
    dismissed: new Set(),
    notices: new Map(),
    taught: new Map(),
    said: null,
    reveal: null,
    forgottenAt: ports.memory?.forgottenAt() ?? 0,
  };
  return parts;
}

/** Takes up that everything was forgotten, in whichever editor window: what was typed in this one goes, too. True where it is news. */
export function heedForgotten(parts: Parts): boolean {
  const at = parts.context.ports.memory?.forgottenAt() ?? 0;
  if (at <= parts.forgottenAt) return false;
  parts.forgottenAt = at;
  forgetTyped(parts);
  return true;
}

function forgetTyped({ playground, choices, context }: Parts): void {
  playground.forget();
  choices.forget();
  context.lengths.forget();
}

/** Puts a notice into the view, once for each id. */
export function notify(parts: Parts, notice: Notice): void {
  parts.notices.set(notice.id, notice);
  parts.changes.changed();
}
