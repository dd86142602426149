// Decodes base64 (or base64url, with or without line ends, padding and a data: prefix) that comes in pieces of any
// length. It holds one piece at a time and must not know where the bytes go.

/** The longest `data:` prefix that is taken for one. Characters. */
const PREFIX = 256;

/** Decodes one text piece by piece. */
export class Base64 {
  #scratch = Buffer.allocUnsafeSlow(64 * 1024);
  /** Up to three characters that wait for their fourth, or the beginning that may be a prefix. */
  #rest = "";
  #begun = false;
  #broken = false;

  /** Whether something came that is no base64, or the end is cut off; what was decoded until then is right. */
  get broken(): boolean {
    return this.#broken;
  }

  /** The bytes of a further piece; good until the next call. Empty once the text is broken. */
  push(text: string): Buffer {
    let whole = this.#rest + text;
    this.#rest = "";
    if (this.#broken) return EMPTY;
    if (!this.#begun) {
      const comma = whole.indexOf(",");
      if (whole.startsWith("data:".slice(0, whole.length)) && comma < 0 && whole.length < PREFIX) {
        this.#rest = whole;
        return EMPTY;
      }
      if (whole.startsWith("data:")) whole = whole.slice(comma + 1);
      this.#begun = true;
    }
    return this.#decode(whole);
  }

  /** The last bytes; to be called once. */
  end(): Buffer {
    // A short text that began like a prefix and is none.
    const last = this.#begun ? EMPTY : this.#decode(this.#rest);
    const bytes = this.#rest.length > 1 ? Buffer.from(this.#rest, "base64") : EMPTY;
    if (this.#rest.length === 1) this.#broken = true;
    return Buffer.concat([last, bytes]);
  }

  #decode(text: string): Buffer {
    const whole = this.#write(text.length % 4 === 0 ? text : text.slice(0, -(text.length % 4)));
    if (whole !== null) {
      this.#rest = text.length % 4 === 0 ? "" : text.slice(-(text.length % 4));
      if (!/[\s=]/.test(this.#rest)) return this.#checked(whole);
    }
    // Line ends, padding or something else: the slow way.
    const clean = text.replace(/[\s=]+/g, "");
    if (/[^A-Za-z0-9+/_-]/.test(clean)) return this.#fail();
    const full = clean.length - (clean.length % 4);
    this.#rest = clean.slice(full);
    return this.#write(clean.slice(0, full)) ?? this.#fail();
  }

  #checked(bytes: Buffer): Buffer {
    return /[^A-Za-z0-9+/_-]/.test(this.#rest) ? this.#fail() : bytes;
  }

  #fail(): Buffer {
    this.#broken = true;
    this.#rest = "";
    return EMPTY;
  }

  /** Null where the decoder skipped something. */
  #write(text: string): Buffer | null {
    const due = (text.length / 4) * 3;
    if (this.#scratch.length < due) this.#scratch = Buffer.allocUnsafeSlow(due);
    const written = this.#scratch.write(text, 0, "base64");
    return written === due ? this.#scratch.subarray(0, written) : null;
  }
}

const EMPTY = Buffer.alloc(0);
