// The log channel. Every line passes the redaction; nothing else of Headroom writes to a log.
import * as vscode from "vscode";
import { makeRedactor, type Redactor } from "../core/redact.ts";

/** The output channel "Headroom". Made at the first line or when it is shown. */
export class Log implements vscode.Disposable {
  readonly #keys: () => Iterable<string>;
  #redactor: { readonly of: string; readonly text: Redactor["text"] } | null = null;
  #channel: vscode.LogOutputChannel | null = null;

  /** @param keys the key texts known in this process. */
  constructor(keys: () => Iterable<string>) {
    this.#keys = keys;
  }

  write(level: "info" | "warn" | "error", line: string): void {
    this.#open()[level](this.#clean(line));
  }

  /** Writes what an error says, with its causes. */
  error(what: string, error: unknown): void {
    const said: string[] = [];
    for (
      let one: unknown = error;
      one !== undefined && said.length < 5;
      one = one instanceof Error ? one.cause : undefined
    )
      said.push(one instanceof Error ? (one.stack ?? one.message) : String(one));
    this.write("error", `${what}: ${said.join("\ncaused by ")}`);
  }

  show(): void {
    this.#open().show();
  }

  dispose(): void {
    this.#channel?.dispose();
  }

  /** The redactor is made anew when another key was seen. */
  #clean(line: string): string {
    const keys = [...this.#keys()];
    const of = keys.join("\n");
    if (this.#redactor?.of !== of) this.#redactor = { of, text: makeRedactor(keys).text };
    return this.#redactor.text(line);
  }

  #open(): vscode.LogOutputChannel {
    this.#channel ??= vscode.window.createOutputChannel("Headroom", { log: true });
    return this.#channel;
  }
}
