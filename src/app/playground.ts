// What a person has chosen and typed: provider, account, key, action, form. Sends through begin.ts; draws nothing.

import { isEmpty, mediaTypeOf, readFile } from "../core/profile/input.ts";
import type { Action, Parameter, Profile } from "../core/profile/schema.ts";
import { type Problem, validateInput } from "../core/profile/validate.ts";
import { makeRedactor } from "../core/redact.ts";
import type { FormValue } from "../protocol/snapshot.ts";
import type { AccountBook } from "./accounts.ts";
import type { ChosenFile } from "./api.ts";
import { begin } from "./begin.ts";
import { actionOf, type Context, type Place } from "./context.ts";
import { Drafts } from "./drafts.ts";
import type { Choice } from "./ports.ts";
import { pathOf, resultFile } from "./results.ts";

/** Roles of actions that stand in the form. */
const IN_FORM = new Set(["create", "read", "delete"]);

/** The playground's own state in this editor window. */
export class Playground {
  readonly #context: Context;
  readonly #accounts: AccountBook;
  #providerId: string;
  #accountId: string | null = null;
  #keyId: string | null = null;
  #actionId: string | null = null;
  readonly #drafts: Drafts;
  /** What the server said of a field, until the value changes. */
  readonly #said = new Map<string, { readonly value: unknown; readonly sentence: string }>();
  /** Fields that the person has touched, or all after a try to send. */
  #shown: "touched" | "all" = "touched";
  /** Grows when the page must take our values; begins anew with the process, so that they win over what a page has kept. */
  #draft: number;

  constructor(context: Context, accounts: AccountBook) {
    this.#context = context;
    this.#accounts = accounts;
    this.#providerId = accounts.providers()[0]?.id ?? "";
    this.#drafts = new Drafts(context.ports.memory);
    this.#draft = context.ports.clock.now();
    this.#recall(context.ports.memory?.read("choice"));
  }

  get profile(): Profile | null {
    return this.#context.profile(this.#providerId);
  }

  /** The account in use: the chosen one while it exists, else the provider's first. */
  get place(): Place | null {
    const profile = this.profile;
    const own = this.#accounts.list().filter((one) => one.providerId === this.#providerId);
    const account = own.find((one) => one.id === this.#accountId) ?? own[0];
    const key = account?.keys.find((one) => one.id === this.#keyId) ?? account?.keys[0];
    return profile === null || account === undefined || key === undefined
      ? null
      : { profile, account, keyId: key.id };
  }

  /** Actions that stand in the form. */
  get actions(): readonly Action[] {
    return (this.profile?.actions ?? []).filter((one) => IN_FORM.has(one.role));
  }

  get action(): Action | null {
    return this.actions.find((one) => one.id === this.#actionId) ?? this.actions[0] ?? null;
  }

  get chosen(): Choice {
    const place = this.place;
    return {
      providerId: this.#providerId,
      accountId: place?.account.id ?? null,
      keyId: place?.keyId ?? null,
      actionId: this.action?.id ?? null,
    };
  }

  get draft(): number {
    return this.#draft;
  }

  /** The form's values as they stand. */
  get values(): Readonly<Record<string, unknown>> {
    const action = this.action;
    return action === null ? {} : this.#drafts.of(this.#providerId, action);
  }

  /** All that keeps the form from being sent as it stands. */
  get wrong(): readonly Problem[] {
    const { action, values } = this;
    return action === null ? [] : [...this.#spoken(action, values), ...validateInput(action, values)];
  }

  /** A key that stands in a field would leave as text, to whoever reads it there, and stay in the history. */
  #spoken(action: Action, values: Readonly<Record<string, unknown>>): Problem[] {
    const { t, keys } = this.#context.ports;
    const { text } = makeRedactor([...keys.known()]);
    return action.parameters.flatMap(({ name, title }) => {
      const value = values[name];
      if (typeof value !== "string" || text(value) === value) return [];
      const sentence = t("{title} holds one of your keys; take it out: a key is sent by itself.", { title });
      return [{ field: name, sentence }];
    });
  }

  /** What stands in the way, by field: all of it after a try to send, before that only what was filled in wrong. */
  get problems(): Record<string, string> {
    const action = this.action;
    if (action === null) return {};
    const { values } = this;
    const found: Record<string, string> = {};
    for (const { field, sentence } of this.wrong)
      if (this.#shown === "all" || !isEmpty(values[field])) found[field] ??= sentence;
    for (const { name } of action.parameters) {
      const said = this.#said.get(`${this.#key(action.id)}/${name}`);
      if (said !== undefined && same(said.value, values[name])) found[name] ??= said.sentence;
    }
    return found;
  }

  /** Whether the form could be sent as it stands. */
  get canSend(): boolean {
    return this.action !== null && this.place !== null && this.wrong.length === 0;
  }

  choose(what: { providerId?: string; accountId?: string; keyId?: string; actionId?: string }): void {
    if (what.providerId !== undefined && this.#context.profile(what.providerId) !== null) {
      this.#providerId = what.providerId;
      this.#accountId = null;
      this.#keyId = null;
      this.#actionId = null;
    }
    if (what.accountId !== undefined) {
      const account = this.#accounts.get(what.accountId);
      if (account !== null && account.providerId !== this.#providerId)
        this.choose({ providerId: account.providerId });
      this.#accountId = what.accountId;
      this.#keyId = null;
    }
    if (what.keyId !== undefined) this.#keyId = what.keyId;
    if (what.actionId !== undefined) this.#actionId = what.actionId;
    this.#context.ports.memory?.keep("choice", this.chosen);
    this.#shown = "touched";
    this.#draft++;
    this.#context.changed();
  }

  /** Takes up what was kept as far as it still exists. */
  #recall(kept: unknown): void {
    if (typeof kept !== "object" || kept === null) return;
    const { providerId, accountId, keyId, actionId } = kept as Partial<Record<keyof Choice, unknown>>;
    if (typeof providerId !== "string" || this.#context.profile(providerId) === null) return;
    this.#providerId = providerId;
    this.#accountId = typeof accountId === "string" ? accountId : null;
    this.#keyId = typeof keyId === "string" ? keyId : null;
    this.#actionId = typeof actionId === "string" ? actionId : null;
  }

  /** The form as the page shows it; a draft of an action that is no longer chosen is kept for it. */
  setDraft(actionId: string, values: Readonly<Record<string, FormValue>>): void {
    const action = this.profile === null ? null : actionOf(this.profile, actionId);
    if (action === null) return;
    this.#drafts.take(this.#providerId, action, values);
    this.#context.changed();
  }

  setFile(field: string, file: ChosenFile | null): void {
    const action = this.action;
    if (action === null || !action.parameters.some((one) => one.name === field && one.type === "file"))
      return;
    const value =
      file === null
        ? undefined
        : { file: file.path, fileName: file.name, mediaType: mediaTypeOf(file.name), bytes: file.bytes };
    this.#put(action, field, value);
  }

  /** Sends the form as exchange `id`, default a new one; null where it cannot be sent, and then the problems say why. */
  send(actionId: string, values: Readonly<Record<string, FormValue>>, id?: string): string | null {
    if (this.action?.id !== actionId) this.choose({ actionId });
    this.setDraft(actionId, values);
    const { action, place } = this;
    this.#shown = "all";
    this.#context.changed();
    if (action === null || place === null) return null;
    const [first] = this.wrong;
    if (first !== undefined) {
      this.#context.say(first.sentence);
      return null;
    }
    this.#shown = "touched";
    this.#context.say(this.#context.ports.t("{title} is under way.", { title: action.title }));
    return begin(this.#context, place, action, given(action, this.values), id);
  }

  /** A server has named a field; it is said while the value stays as it was sent. */
  fieldProblem(providerId: string, actionId: string, field: string, value: unknown, sentence: string): void {
    this.#said.set(`${providerId}/${actionId}/${field}`, { value, sentence });
    this.#context.changed();
  }

  /** Puts a result into the form: as a file where one is asked for, else as its link. False where nothing fits. */
  useAsInput(result: {
    readonly id: string;
    readonly file: string | null;
    readonly mediaType: string | null;
    readonly bytes: number | null;
    readonly link: string | null;
  }): boolean {
    const candidates = [this.action, ...this.actions].filter((one) => one !== null);
    for (const action of candidates) {
      const field = action.parameters.find((one) => fits(one, result));
      if (field === undefined) continue;
      if (action !== this.action) this.choose({ actionId: action.id });
      if (field.type !== "file") {
        this.#put(action, field.name, result.link);
        return true;
      }
      if (result.file === null) continue;
      this.#put(action, field.name, {
        file: pathOf(this.#context, result.file),
        fileName: resultFile(this.#context, result.id)?.suggestedName ?? result.file,
        mediaType: result.mediaType ?? mediaTypeOf(result.file),
        bytes: result.bytes,
      });
      return true;
    }
    return false;
  }

  /** Forgets what was typed and what servers said of it; the choice stays. */
  forget(): void {
    this.#drafts.forget();
    this.#said.clear();
    this.#shown = "touched";
    this.#draft++;
    this.#context.changed();
  }

  #put(action: Action, field: string, value: unknown): void {
    this.#drafts.set(this.#providerId, action, field, value);
    this.#draft++;
    this.#context.changed();
  }

  #key(actionId: string): string {
    return `${this.#providerId}/${actionId}`;
  }
}

/** Only what the action has, without empty values. */
function given(action: Action, values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const names = action.parameters.map((one) => one.name).filter((name) => !isEmpty(values[name]));
  return Object.fromEntries(names.map((name) => [name, values[name]]));
}

function fits(
  { type, name, at, pattern, accept }: Parameter,
  result: { readonly file: string | null; readonly mediaType: string | null; readonly link: string | null },
): boolean {
  if (type === "file")
    return (
      result.file !== null &&
      (accept === undefined ||
        accept.some((one) =>
          one.endsWith("/*")
            ? (result.mediaType ?? "").startsWith(one.slice(0, -1))
            : one === result.mediaType || result.file?.endsWith(one),
        ))
    );
  if (type !== "string" || result.link === null || /callback|webhook/i.test(name)) return false;
  return (
    /(^|[_/])(url|link|source|video|audio|reference)$/i.test(at ?? name) || /^\^?https/.test(pattern ?? "")
  );
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** What the page is told of a value: a file by its name, the rest as it is. */
export function formValue(parameter: Parameter, value: unknown): FormValue {
  if (value === undefined || value === null) return null;
  if (parameter.type === "file") return readFile(value)?.fileName ?? null;
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  return JSON.stringify(value, null, 2);
}
