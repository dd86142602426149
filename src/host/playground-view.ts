// The playground's page in the side bar: makes it, checks what it says, sends it whole snapshots. State lives in the
// app; a hidden page is thrown away and gets everything anew when it comes back.
import { randomBytes } from "node:crypto";
import * as vscode from "vscode";
import type { Translate } from "../app/ports.ts";
import type { Intent } from "../protocol/intents.ts";
import { pageHtml } from "../protocol/page.ts";
import type { Down, Snapshot } from "../protocol/snapshot.ts";
import { pageStrings } from "./l10n.ts";
import type { LazyApp } from "./lazy-app.ts";

/** What the view is built from. */
export interface PlaygroundOptions {
  readonly app: LazyApp;
  /** The extension's folder with page, styles and font. */
  readonly dist: vscode.Uri;
  /** Where results lie; the page may load them from there and from nowhere else on disk. */
  readonly results: vscode.Uri;
  readonly t: Translate;
  /** Carries out an intent of the page. */
  readonly receive: (intent: Intent) => Promise<void>;
  /** Hears what an intent could not be carried out for, such as a disk that is full. */
  readonly failed: (cause: unknown) => void;
  /** Hears that a person sees the page. */
  readonly opened: () => void;
  readonly log: (line: string) => void;
}

/** Provides the view `headroom.playground`. */
export class PlaygroundView implements vscode.WebviewViewProvider, vscode.Disposable {
  static readonly id = "headroom.playground";
  readonly #options: PlaygroundOptions;
  readonly #unsubscribe: () => void;
  readonly #session = randomBytes(9).toString("base64url");
  #view: vscode.WebviewView | null = null;
  #loaded = false;
  #first: Promise<typeof import("../protocol/intents.ts")> | null = null;

  constructor(options: PlaygroundOptions) {
    this.#options = options;
    this.#unsubscribe = options.app.onChange((_, snapshot) => this.#post(snapshot));
  }

  /** Whether a person can see it now. */
  get visible(): boolean {
    return this.#view?.visible ?? false;
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    const { dist, results, t } = this.#options;
    this.#view = view;
    this.#loaded = false;
    view.webview.options = { enableScripts: true, localResourceRoots: [dist, results] };
    view.webview.onDidReceiveMessage((message: unknown) => void this.#hear(message));
    view.onDidChangeVisibility(() => {
      // A hidden page is gone and hears nothing; the new one says when it is ready.
      this.#loaded = false;
    });
    view.onDidDispose(() => {
      if (this.#view === view) this.#view = null;
    });
    const at = (name: string) => view.webview.asWebviewUri(vscode.Uri.joinPath(dist, name)).toString();
    view.webview.html = pageHtml({
      nonce: randomBytes(18).toString("base64url"),
      cspSource: view.webview.cspSource,
      scriptUri: at("webview.js"),
      styleUri: at("webview.css"),
      language: vscode.env.language,
      title: t("Headroom Playground"),
    });
  }

  dispose(): void {
    this.#unsubscribe();
  }

  async #hear(message: unknown): Promise<void> {
    try {
      this.#first ??= import("../protocol/intents.ts");
      const { intentSchema } = await this.#first;
      const read = intentSchema.safeParse(message);
      if (!read.success)
        return this.#options.log(`The page said something unknown: ${read.error.message.slice(0, 300)}`);
      if (read.data.type === "ready") await this.#greet();
      else await this.#options.receive(read.data).catch(this.#options.failed);
    } catch (error) {
      // That the app cannot be built is said where it is built.
      this.#options.log(`The page was not served: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  async #greet(): Promise<void> {
    this.#loaded = true;
    this.#options.opened();
    this.#send({ type: "greeting", session: this.#session, strings: pageStrings() });
    const app = await this.#options.app.get();
    this.#post(() => app.snapshot());
  }

  #post(snapshot: () => Snapshot): void {
    const view = this.#view;
    if (view === null || !this.#loaded || !view.visible) return;
    this.#send(
      withAddresses(snapshot(), (file) =>
        view.webview.asWebviewUri(vscode.Uri.joinPath(this.#options.results, file)).toString(),
      ),
    );
  }

  #send(message: Down): void {
    void this.#view?.webview.postMessage(message);
  }
}

/** The snapshot with every result's bare file name replaced by an address that the page may load. */
export function withAddresses(snapshot: Snapshot, addressOf: (file: string) => string): Snapshot {
  return {
    ...snapshot,
    cards: snapshot.cards.map((card) => ({
      ...card,
      results: card.results.map((result) =>
        result.src === null ? result : { ...result, src: addressOf(result.src) },
      ),
    })),
  };
}
