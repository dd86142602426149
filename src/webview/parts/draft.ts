// What the person is typing: kept by the page, told to the host some moments after the last key, overwritten by a snapshot
// only when that says so. It must not draw.
import type { Intent } from "../../protocol/intents.ts";
import type { FormValue, Snapshot } from "../../protocol/snapshot.ts";
import type { Kept } from "../base/host.ts";

type FormView = NonNullable<Snapshot["form"]>;

/** Quiet after the last key before the host hears of the form, ms. */
const quietMs = 150;

/** Where a draft tells and keeps what it holds, and its one timer. */
export interface DraftPorts {
  post(intent: Intent): void;
  keep(part: Kept): void;
  after(ms: number, run: () => void): () => void;
}

/** The values of one form, as typed. */
export class Draft {
  readonly #ports: DraftPorts;
  #actionId: string | null = null;
  #draft = -1;
  #cancel: (() => void) | null = null;
  values: Readonly<Record<string, FormValue>> = {};
  /** Fields the person has changed since the form was filled anew. */
  touched: ReadonlySet<string> = new Set();

  constructor(ports: DraftPorts) {
    this.#ports = ports;
  }

  /** Takes the form of a snapshot over when it is another one, or when the host says that its values win. */
  take(form: FormView | null, kept: Kept = {}): void {
    if (form === null) {
      this.#stop();
      this.#actionId = null;
      this.values = {};
      this.touched = new Set();
      return;
    }
    if (form.actionId === this.#actionId && form.draft === this.#draft) return;
    const first = this.#actionId === null;
    this.#stop();
    this.#actionId = form.actionId;
    this.#draft = form.draft;
    this.touched = new Set();
    const same =
      first && kept.actionId === form.actionId && kept.draft === form.draft && kept.values !== undefined;
    this.values = same ? { ...form.values, ...kept.values } : form.values;
    if (same && differ(this.values, form.values)) this.#tell();
    else this.#keep();
  }

  change(name: string, value: FormValue): void {
    this.values = { ...this.values, [name]: value };
    this.touched = new Set([...this.touched, name]);
    this.#cancel?.();
    this.#cancel = this.#ports.after(quietMs, () => this.#tell());
    this.#keep();
  }

  /** Tells the host at once what it has not heard yet; called before anything else is asked of it. */
  flush(): void {
    if (this.#cancel === null) return;
    this.#stop();
    this.#tell();
  }

  #tell(): void {
    this.#cancel = null;
    if (this.#actionId === null) return;
    this.#ports.post({ type: "draft", actionId: this.#actionId, values: { ...this.values } });
    this.#keep();
  }

  #keep(): void {
    if (this.#actionId === null) return;
    this.#ports.keep({ actionId: this.#actionId, draft: this.#draft, values: { ...this.values } });
  }

  #stop(): void {
    this.#cancel?.();
    this.#cancel = null;
  }
}

function differ(a: Readonly<Record<string, FormValue>>, b: Readonly<Record<string, FormValue>>): boolean {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].some((name) => a[name] !== b[name]);
}
