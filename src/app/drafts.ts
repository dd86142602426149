// What was typed into the forms: one draft for each action, kept over a reload of the editor window. It sends and draws nothing.
import { firstInput, isEmpty, readFile } from "../core/profile/input.ts";
import type { Action, Parameter } from "../core/profile/schema.ts";
import type { FormValue } from "../protocol/snapshot.ts";
import type { FormMemory } from "./ports.ts";

/** Longer drafts live as long as the editor window: the editor's memory is made for small things. Characters as JSON. */
const MOST_KEPT = 500_000;

/** The values of each form, so that changing the action or loading the editor window anew loses nothing. */
export class Drafts {
  readonly #memory: FormMemory | undefined;
  /** By provider and action; what was kept is looked at when its form is asked for. */
  readonly #drafts: Map<string, Readonly<Record<string, unknown>>>;

  constructor(memory: FormMemory | undefined) {
    this.#memory = memory;
    const kept = memory?.read("drafts");
    this.#drafts = new Map(Object.entries(isRecord(kept) ? kept : {}).filter(hasRecord));
  }

  /** A form's values: as they were left, else what it holds at first. */
  of(providerId: string, action: Action): Readonly<Record<string, unknown>> {
    const draft = this.#drafts.get(keyOf(providerId, action));
    return draft === undefined ? firstInput(action) : fitting(action, draft);
  }

  /** Takes what the page says of a form. It knows a file by its name alone: what it says of one keeps the file or takes it out. */
  take(providerId: string, action: Action, values: Readonly<Record<string, FormValue>>): void {
    const next: Record<string, unknown> = { ...this.of(providerId, action) };
    for (const { name, type } of action.parameters) {
      if (!Object.hasOwn(values, name)) continue;
      if (type !== "file") next[name] = values[name];
      else if (isEmpty(values[name])) delete next[name];
    }
    this.#put(providerId, action, next);
  }

  /** Puts one value into a form. */
  set(providerId: string, action: Action, field: string, value: unknown): void {
    this.#put(providerId, action, { ...this.of(providerId, action), [field]: value });
  }

  /** Every form is as it was at first; what was kept is gone. */
  forget(): void {
    this.#drafts.clear();
    this.#memory?.keep("drafts", undefined);
  }

  #put(providerId: string, action: Action, draft: Readonly<Record<string, unknown>>): void {
    this.#drafts.set(keyOf(providerId, action), draft);
    const small = [...this.#drafts].filter(([, one]) => JSON.stringify(one).length <= MOST_KEPT);
    this.#memory?.keep("drafts", Object.fromEntries(small));
  }
}

function keyOf(providerId: string, action: Action): string {
  return `${providerId}/${action.id}`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function hasRecord(entry: [string, unknown]): entry is [string, Record<string, unknown>] {
  return isRecord(entry[1]);
}

/** Of a draft that an older version may have kept: only fields that exist, with values that they can hold. */
function fitting(action: Action, draft: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const named = action.parameters.filter(
    (one) => Object.hasOwn(draft, one.name) && canHold(one, draft[one.name]),
  );
  return Object.fromEntries(named.map(({ name }) => [name, draft[name]]));
}

function canHold({ type }: Parameter, value: unknown): boolean {
  if (value === null || value === undefined || type === "json") return true;
  return type === "file" ? readFile(value) !== null : typeof value !== "object";
}
