// The entry of the webview: joins the line to the host, the clock, the draft and the panel. No logic of its own.
import type { Intent } from "../protocol/intents.ts";
import type { Snapshot } from "../protocol/snapshot.ts";
import { Edits } from "./base/edits.ts";
import { type EditorApi, Host } from "./base/host.ts";
import { type Page, sayIn } from "./base/page.ts";
import { PointerGuard } from "./base/pointer-guard.ts";
import { browserClock, Ticker } from "./base/ticker.ts";
import { Words } from "./base/words.ts";
import type { App } from "./parts/app.ts";
import { Draft } from "./parts/draft.ts";
import "./page.css";
import "./parts/app.ts";

declare function acquireVsCodeApi(): EditorApi;

/** Quiet after the last scroll before the place is kept, ms. */
const scrollQuietMs = 200;

function start(app: App, host: Host): void {
  const ticker = new Ticker();
  const nonce = document.querySelector<HTMLScriptElement>("script[type=module]")?.nonce ?? "";
  let strings: Readonly<Record<string, string>> = {};
  let words = new Words(document.documentElement.lang);
  let language = "";
  let session = "";
  let last: Snapshot | null = null;
  let kept = host.kept();

  const draft = new Draft({
    post: host.post,
    keep: (part) => host.keep(part),
    after: browserClock.after,
  });
  const edits = new Edits({
    post: host.post,
    keep: (part) => host.keep(part),
    after: browserClock.after,
  });
  const flush = (): void => {
    draft.flush();
    edits.flush();
  };
  // What the host does next is about the page as it stands now.
  const post = (intent: Intent): void => {
    flush();
    host.post(intent);
  };
  const page = (): Page => ({ post, t: sayIn(strings), words, edits, ticker, nonce });

  const pointer = new PointerGuard(window, () => performance.now());
  app.panel = {
    draft,
    drawn: () => pointer.look(),
    kept: () => host.kept(),
    keep: (part) => host.keep(part),
  };
  app.page = page();

  host.listen((message) => {
    if (message.type === "greeting") {
      session = message.session;
      strings = message.strings;
      app.page = page();
      return;
    }
    if (last !== null && message.revision < last.revision) return;
    if (message.language !== language) {
      language = message.language;
      words = new Words(language);
      document.documentElement.lang = language;
      app.page = page();
    }
    ticker.adjust(message.at);
    draft.take(message.form, kept);
    edits.take(message.cards, kept.edits);
    app.snapshot = message;
    // A new editor window begins with the form; and what it finds kept may be older than the last look at the page.
    if (last === null && kept.place?.session === session) restoreScroll(app, kept.place.scroll);
    last = message;
    kept = {};
  });

  let quiet: (() => void) | null = null;
  window.addEventListener("scroll", () => {
    quiet?.();
    quiet = browserClock.after(scrollQuietMs, () =>
      host.keep({ place: { session, scroll: window.scrollY } }),
    );
  });
  document.addEventListener("visibilitychange", () => {
    ticker.hide(document.hidden);
    if (document.hidden) flush();
  });
  window.addEventListener("pagehide", flush);
  // From here the person goes to the palette, say to load the editor window anew.
  window.addEventListener("blur", flush);
  ticker.hide(document.hidden);
  host.post({ type: "ready" });
}

function restoreScroll(app: App, scroll: number): void {
  void app.updateComplete.then(() => setTimeout(() => window.scrollTo({ top: scroll }), 0));
}

const app = document.querySelector<App>("hr-app");
if (app !== null) start(app, new Host(acquireVsCodeApi()));
