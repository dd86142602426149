// What the app offers to the extension host, as one interface: the host codes against this file and nothing deeper.
// Nothing here touches an editor; everything that a person can do without one is behind `App`.
import type { Exchange, ExchangeFilter } from "../core/jobs/stores.ts";
import type { Account, LimitOverride } from "../core/profile/account.ts";
import type { Finding } from "../core/quota/ledger.ts";
import type { Evidence } from "../core/quota/model.ts";
import type { Intent, IntentType } from "../protocol/intents.ts";
import type { Snapshot, WaitingView } from "../protocol/snapshot.ts";
import type { ExportFormat } from "./export.ts";

/** Intents that need the editor; the host answers them and calls data functions of `App`. */
export const HOST_INTENTS = [
  "ready",
  "addAccount",
  "pickFile",
  "saveResult",
  "revealResult",
  "openResult",
  "openRequest",
  "openAnswer",
  "openAbout",
  "copyCode",
  "why",
  "runNotice",
] as const satisfies readonly IntentType[];

export type HostIntentType = (typeof HOST_INTENTS)[number];
/** Intents that the app carries out alone. */
export type AppIntent = Exclude<Intent, { type: HostIntentType }>;

/** Whether the host must carry out this intent. */
export function isHostIntent(intent: Intent): intent is Extract<Intent, { type: HostIntentType }> {
  return (HOST_INTENTS as readonly string[]).includes(intent.type);
}

/** A file the person chose for a form field. The path stays in the host. */
export interface ChosenFile {
  readonly path: string;
  readonly name: string;
  readonly bytes: number;
}

/** What the status bar shows. Instants in epoch ms; sentences in the person's language. */
export interface Headline {
  readonly providerName: string;
  readonly accountName: string;
  readonly simulated: boolean;
  /** How many requests and jobs, of every account, wait for the person's decision. */
  readonly decisions: number;
  /** The tightest policy of the account in use; null where nothing has a meter yet. */
  readonly meter: {
    readonly title: string;
    readonly noun: string;
    readonly left: number | null;
    readonly limit: number | null;
    readonly used: number;
  } | null;
  /** Requests that wait, of every editor window: the account's own, else those of others. */
  readonly waiting: number;
  /** The first of them, and why it waits; null where none does. */
  readonly first: WaitingView | null;
  /** Whose requests wait, as a provider's name, where none of the account in use do; else null. */
  readonly waitsAt: string | null;
  /** When the first waiting one goes out; null while nothing waits or only an event frees it. */
  readonly until: number | null;
  /** Jobs under way. */
  readonly running: number;
  /** `warning`: at most a tenth of the tightest policy is left; `error`: nothing is left and something waits. */
  readonly level: "plain" | "warning" | "error";
  /** One sentence with numbers for the screen reader. */
  readonly sentence: string;
  /** One line for each policy, for the hover. */
  readonly lines: readonly {
    readonly title: string;
    readonly sentence: string;
    readonly evidence: Evidence;
  }[];
}

/** A provider as the account pages need it. */
export interface ProviderInfo {
  readonly id: string;
  readonly name: string;
  readonly summary: string;
  readonly docs: string;
  readonly keyHint: string;
  readonly keyPattern: string | null;
  readonly plans: readonly { readonly id: string; readonly title: string }[];
}

/** A limit in force for an account, as the accounts tree shows it. */
export interface LimitInfo {
  readonly policyId: string;
  readonly title: string;
  readonly type: "rate" | "slots";
  readonly limit: number | null;
  readonly quotaWindowMs: number | null;
  readonly evidence: Evidence;
  /** Where the number comes from: an address, or "set by you". */
  readonly source: string;
  /** When it was read or set, as a day. */
  readonly readOn: string;
  /** Whether it was set or kept for this account, instead of what the profile says. */
  readonly overridden: boolean;
  /** What is counted, as "syntheses". */
  readonly noun: string;
  /** The number and its span alone, as "10 in any 60 s". */
  readonly words: string;
  /** The whole in words. */
  readonly sentence: string;
}

/** An action whose job can be taken up by its id alone. */
export interface Adoptable {
  readonly actionId: string;
  readonly title: string;
  readonly group: string | null;
}

/** What came of taking up a job: its exchange, or a sentence that says why not. */
export type Adopted = { readonly exchangeId: string } | { readonly problem: string };

/** What a new account needs. `keyText` goes to the SecretStorage and nowhere else. */
export interface NewAccount {
  readonly providerId: string;
  readonly name: string;
  readonly planId: string | null;
  readonly keyName: string;
  readonly keyText: string;
}

/** Accounts and keys. Every change is visible in all editor windows. Simulated accounts are always there and stay. */
export interface Accounts {
  providers(): readonly ProviderInfo[];
  /** All accounts; of each provider the simulated one first. */
  list(): readonly Account[];
  /** Why this text cannot be a key of the provider, as a sentence; null if it can. */
  keyProblem(providerId: string, keyText: string): string | null;
  add(account: NewAccount): Promise<Account>;
  addKey(accountId: string, name: string, text: string): Promise<void>;
  rename(accountId: string, name: string): void;
  renameKey(accountId: string, keyId: string, name: string): void;
  changePlan(accountId: string, planId: string | null): void;
  forgetKey(accountId: string, keyId: string): Promise<void>;
  forgetAccount(accountId: string): Promise<void>;
  /** Removes every real account with its keys, the history and its results. */
  forgetEverything(): Promise<void>;
  limits(accountId: string): readonly LimitInfo[];
  saveLimit(accountId: string, limit: LimitOverride): void;
  resetLimit(accountId: string, policyId: string): void;
}

/** A document for a read-only editor. */
export interface Doc {
  readonly title: string;
  readonly language: "json" | "http" | "plaintext";
  readonly text: string;
  /** Lines of the text that name a result on disk, in their order. Default none. */
  readonly links?: readonly { readonly line: string; readonly resultId: string }[];
}

/** An exchange in words, for a list. */
export interface Described {
  readonly state: string;
  /** When it was begun, as a time of day to the second. */
  readonly at: string;
  readonly provider: string;
  /** The beginning of what was sent; empty where that is no text and no file. */
  readonly words: string;
  /** State, provider, account, day and time, and what went wrong. */
  readonly detail: string;
  /** Its results that lie on disk. */
  readonly results: readonly { readonly id: string; readonly title: string }[];
  /** Whether a result of its was removed to stay within the bound on disk. */
  readonly left: boolean;
}

/** What is stored of exchanges, counted. */
export interface Stock {
  readonly exchanges: number;
  /** On disk. */
  readonly results: number;
  readonly bytes: number;
  /** Not over, in any editor window; what is kept for later is not among them. */
  readonly underWay: number;
}

/** The history of exchanges, newest first. */
export interface History {
  list(filter: ExchangeFilter): readonly Exchange[];
  /** When each that a filter finds was begun, newest first. Epoch ms */
  instants(filter: Omit<ExchangeFilter, "limit">): readonly number[];
  get(exchangeId: string): Exchange | null;
  stock(): Stock;
  describe(exchange: Exchange): Described;
  /** Removes one that has ended with its results; one under way is left. */
  remove(exchangeId: string): Promise<void>;
  /** Removes all that have ended with their results, a few at a time; resolves when they are gone. */
  clear(): Promise<void>;
  /** What a filter finds, newest first, as the text of a file: without keys, piece by piece. `version` is Headroom's. */
  exported(
    filter: Omit<ExchangeFilter, "limit">,
    format: ExportFormat,
    version: string,
  ): AsyncGenerator<string>;
  onChange(listener: () => void): () => void;
}

/** A result on disk, for Save, Reveal and Open. */
export interface ResultFile {
  readonly path: string;
  readonly title: string;
  /** Name offered when saving, chosen by us, with the ending of the sniffed type. */
  readonly suggestedName: string;
  readonly mediaType: string | null;
  readonly bytes: number;
}

export type CodeLanguage = "curl" | "typescript" | "python";

/** Everything that a person can do, without an editor. Build it with `createApp`. */
export interface App {
  /**
   * The whole state for the playground. `results[].src` is the bare file name inside the result folder: the host
   * replaces it by an address the page may load.
   */
  snapshot(): Snapshot;
  /** Calls back when the snapshot may have changed, at most about ten times a second, never while idle. */
  onChange(listener: () => void): () => void;
  /** Carries out an intent; never throws, what goes wrong stands in the next snapshot. */
  receive(intent: AppIntent): void;
  /** Puts a chosen file into the form; null takes it out. */
  setFile(field: string, file: ChosenFile | null): void;
  readonly accounts: Accounts;
  readonly history: History;
  /** The answer of an exchange as a document: status line, headers, body; null if there is none yet. */
  answerOf(exchangeId: string): Doc | null;
  /** The request of an exchange as a document, without key. */
  requestOf(exchangeId: string): Doc | null;
  /** The timeline of an exchange in words: queued for what until when, each attempt, what was decided on what. */
  whyOf(exchangeId: string): Doc | null;
  /** The exchange as code that keeps the provider's rules; the key is read from an environment variable. */
  codeFor(exchangeId: string, language: CodeLanguage): Doc | null;
  resultFile(resultId: string): ResultFile | null;
  /** A result was played, opened or saved: it does not leave the disk for now, and once saved not at all by itself. */
  used(resultId: string, saved?: boolean): void;
  /** The person has set other bounds for what is stored: they are kept soon. */
  boundsChanged(): void;
  headline(): Headline;
  /** Shows an exchange's card in the page and brings it into view, however old it is, also one that was put away. */
  reveal(exchangeId: string): void;
  /** Sends the input of an exchange (default: the newest of the chosen provider) again, with a fresh idempotency key. */
  sendAgain(exchangeId?: string): void;
  /** What of a provider's can be taken up by a pasted id. */
  adoptables(providerId: string): readonly Adoptable[];
  /** Why a text cannot be the id of a job, as a sentence; null if it can. */
  jobIdProblem(text: string): string | null;
  /** Takes up a job that was begun elsewhere: it is watched to its end and its results are fetched. Charges nothing. */
  adopt(accountId: string, actionId: string, jobId: string): Promise<Adopted>;
  /** Saves the limit that a notice offers to keep for its account; false where the notice offers none. */
  keepLimit(noticeId: string): boolean;
  /** Cancels everything that waits in this editor window; returns how many. */
  cancelAll(): number;
  /** Puts a notice of the host's into the snapshot, once for each id. */
  notify(notice: Snapshot["notices"][number]): void;
  /** Tells what answers taught about limits, once for each account and policy until it changes again. */
  learned(findings: readonly Finding[]): void;
  /** What the forecast says of the form as it stands; null without a form. */
  forecast(): string | null;
  /** Takes up what was under way before: resends, polls, fetches. Call once. */
  start(): Promise<void>;
  /** Stops all loops and gives leases back; jobs stay stored and go on at the next start. */
  stop(): Promise<void>;
}
