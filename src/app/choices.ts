// Choices of a field that another call offers, as voices: asked for through the gate when the person wants them, kept
// for this editor window by account.
import { readError } from "../core/profile/failure.ts";
import { nextPage, readChoices } from "../core/profile/lists.ts";
import { said } from "../core/profile/said.ts";
import { type Call, SILENT, send } from "./calls.ts";
import { actionOf, type Context } from "./context.ts";
import type { Playground } from "./playground.ts";
import { errorProblem, failureProblem } from "./problems.ts";
import { answered } from "./record.ts";

export interface Choice {
  readonly value: string;
  readonly title: string;
}

type Loaded =
  | { readonly state: "loading" }
  | { readonly state: "loaded"; readonly choices: readonly Choice[] };

/** A list of many pages is taken so far; who needs more types what is wanted. */
const MOST_PAGES = 10;

/** So many choices are kept over a reload, of the lists that were loaded last. */
const MOST_KEPT = 2_000;

/** Loaded choices by account, action and field. */
export class Choices {
  readonly #context: Context;
  readonly #playground: Playground;
  readonly #loaded = new Map<string, Loaded>();
  readonly #aborts = new Set<AbortController>();

  constructor(context: Context, playground: Playground) {
    this.#context = context;
    this.#playground = playground;
    for (const [key, choices] of readLists(context.ports.memory?.read("lists")))
      this.#loaded.set(key, { state: "loaded", choices });
  }

  /** What is known for a field of the present action. */
  of(field: string): Loaded | null {
    return this.#loaded.get(this.#key(field)) ?? null;
  }

  /** Asks for a field's choices; what goes wrong stands at the field. */
  async load(field: string): Promise<void> {
    const { action, place } = this.#playground;
    const parameter = action?.parameters.find((one) => one.name === field);
    const from = parameter?.choicesFrom;
    if (action === null || place === null || from === undefined) return;
    const offered = actionOf(place.profile, from.action);
    const key = this.#key(field);
    if (offered === null || this.#loaded.get(key)?.state === "loading") return;
    this.#loaded.set(key, { state: "loading" });
    this.#context.changed();
    const abort = new AbortController();
    this.#aborts.add(abort);
    const about = {
      ...this.#context.ports,
      providerName: place.profile.name,
      simulated: place.account.simulated,
    };
    const values = this.#playground.values;
    const failed = (sentence: string) => {
      this.#loaded.delete(key);
      this.#playground.fieldProblem(place.profile.id, action.id, field, values[field], sentence);
    };
    try {
      let input: Record<string, unknown> | null = Object.fromEntries(
        offered.parameters.filter((one) => one.name !== field).map((one) => [one.name, values[one.name]]),
      );
      const choices: Choice[] = [];
      for (let page = 0; page < MOST_PAGES && input !== null; page++) {
        const call: Call = {
          place,
          action: offered,
          input,
          exchangeId: null,
          idempotencyKey: null,
          lane: "person",
          title: offered.title,
          saveTo: null,
          signal: abort.signal,
        };
        const given = answered(await send(this.#context, call, SILENT));
        if (given.status >= 400) {
          const failure = readError(place.profile, given.status, given.headers, given.body);
          return failed(failureProblem(about, given.status, failure).sentence);
        }
        for (const { value, title } of readChoices(from, given))
          choices.push({ value: String(value), title: said(title, 200) });
        input = nextPage(offered, input, given);
      }
      this.#loaded.delete(key);
      this.#loaded.set(key, { state: "loaded", choices: choices.slice(0, MOST_KEPT) });
      this.#keep();
    } catch (error) {
      failed(errorProblem(about, error).sentence);
    } finally {
      this.#aborts.delete(abort);
      this.#context.changed();
    }
  }

  /** No list is known any more; what was kept is gone. */
  forget(): void {
    this.#loaded.clear();
    this.#context.ports.memory?.keep("lists", undefined);
  }

  stop(): void {
    for (const abort of this.#aborts) abort.abort("closing");
  }

  /** The newest lists, as many as fit, of accounts that still exist. */
  #keep(): void {
    let room = MOST_KEPT;
    const kept: Record<string, readonly Choice[]> = {};
    for (const [key, loaded] of [...this.#loaded].toReversed()) {
      if (loaded.state !== "loaded" || this.#context.account(key.split("/")[0] ?? "") === null) continue;
      room -= loaded.choices.length;
      if (room < 0) break;
      kept[key] = loaded.choices;
    }
    this.#context.ports.memory?.keep("lists", kept);
  }

  #key(field: string): string {
    const { accountId, keyId, actionId } = this.#playground.chosen;
    return `${accountId}/${keyId}/${actionId}/${field}`;
  }
}

/** Lists as they were kept, the oldest first; what is none is passed over. */
function readLists(kept: unknown): [string, Choice[]][] {
  if (typeof kept !== "object" || kept === null) return [];
  return Object.entries(kept)
    .map(([key, list]): [string, Choice[]] => [key, Array.isArray(list) ? list.filter(isChoice) : []])
    .filter(([, list]) => list.length > 0)
    .toReversed();
}

function isChoice(one: unknown): one is Choice {
  if (typeof one !== "object" || one === null) return false;
  const { value, title } = one as Partial<Record<keyof Choice, unknown>>;
  return typeof value === "string" && typeof title === "string";
}
