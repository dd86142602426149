// Holds the app that is built at first need, so that activation pays for nothing. It must not know how it is built.

import type { App } from "../app/api.ts";
import { tellEach } from "../core/listeners.ts";
import type { Snapshot } from "../protocol/snapshot.ts";

/** The app with what ends everything beneath it. */
export interface Built {
  readonly app: App;
  /** Closes network and database; called after the app has stopped. */
  close(): Promise<void>;
}

/** The app, or the promise of it. One for each editor window. */
export class LazyApp {
  readonly #build: () => Promise<Built>;
  readonly #ready = new Set<(app: App) => void>();
  readonly #changed = new Set<(app: App, snapshot: () => Snapshot) => void>();
  readonly #failed = new Set<(error: unknown) => void>();
  #building: Promise<App> | null = null;
  #app: App | null = null;
  #close: (() => Promise<void>) | null = null;
  #ended = false;

  /** @param build makes the app; called once, and again after a failure. */
  constructor(build: () => Promise<Built>) {
    this.#build = build;
  }

  /** The app if it has been built. */
  get now(): App | null {
    return this.#app;
  }

  /** The app; builds and starts it at the first call. Rejects when that fails; the next call then tries again. */
  get(): Promise<App> {
    if (this.#ended) return Promise.reject(new Error("Headroom is closing."));
    this.#building ??= this.#make();
    return this.#building;
  }

  async #make(): Promise<App> {
    try {
      const { app, close } = await this.#build();
      this.#app = app;
      this.#close = close;
      app.onChange(() => this.#tellChanged(app, [...this.#changed]));
      tellEach(this.#ready, app);
      this.#tellChanged(app, [...this.#changed]);
      // What was under way goes on beside whatever is asked now.
      void app.start().catch((error: unknown) => this.#tell(error));
      return app;
    } catch (error) {
      this.#building = null;
      this.#tell(error);
      throw error;
    }
  }

  #tell(error: unknown): void {
    tellEach(this.#failed, error);
  }

  /** Calls back with the app once it stands; at once if it does. Returns what cancels it. */
  onReady(listener: (app: App) => void): () => void {
    if (this.#app !== null) listener(this.#app);
    else this.#ready.add(listener);
    return () => this.#ready.delete(listener);
  }

  /** Calls back when building or starting failed. Returns what cancels it. */
  onFailed(listener: (error: unknown) => void): () => void {
    this.#failed.add(listener);
    return () => this.#failed.delete(listener);
  }

  /**
   * Calls `listener` whenever the app says that something changed, from the time it stands. `snapshot` is made once for
   * all listeners of one change. Returns what cancels it.
   */
  onChange(listener: (app: App, snapshot: () => Snapshot) => void): () => void {
    this.#changed.add(listener);
    if (this.#app !== null) this.#tellChanged(this.#app, [listener]);
    return () => this.#changed.delete(listener);
  }

  #tellChanged(app: App, listeners: readonly ((app: App, snapshot: () => Snapshot) => void)[]): void {
    let made: Snapshot | null = null;
    const snapshot = () => {
      made ??= app.snapshot();
      return made;
    };
    tellEach(listeners, app, snapshot);
  }

  /** Stops the app if it was ever built, closes what lies beneath it, and builds none after that. */
  async end(): Promise<void> {
    this.#ended = true;
    this.#ready.clear();
    this.#changed.clear();
    const app = await this.#building?.catch(() => null);
    try {
      await app?.stop();
    } finally {
      await this.#close?.();
    }
  }
}
