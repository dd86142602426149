// Where things stand in a JSON text: the first syntax error, or the offset of every value by its path. Reads with the
// grammar of RFC 8259 and builds no values; JSON.parse does that.

/** What was found in a JSON text. Offsets count UTF-16 units from the start. */
export type Places =
  | { readonly ok: true; readonly offsets: ReadonlyMap<string, number> }
  | { readonly ok: false; readonly offset: number; readonly sentence: string };

class SyntaxStop extends Error {
  readonly offset: number;
  constructor(offset: number, sentence: string) {
    super(sentence);
    this.offset = offset;
  }
}

/** The key under which `places` keeps a path. */
export function placeKey(path: readonly PropertyKey[]): string {
  return JSON.stringify(path.map(String));
}

/** Finds the offset of every value of a JSON text, or the first place where it is not JSON. Never throws. */
export function places(text: string): Places {
  const offsets = new Map<string, number>();
  let at = 0;

  const stop = (sentence: string): never => {
    throw new SyntaxStop(at, sentence);
  };
  const blank = (): void => {
    while (/[ \t\r\n]/.test(text.charAt(at)) && at < text.length) at++;
  };
  const list = (close: string, path: readonly PropertyKey[], entry: (index: number) => void): void => {
    at++;
    blank();
    for (let index = 0; text[at] !== close; index++) {
      if (index > 0) {
        if (text[at] !== ",") stop(`a comma or ${close} is missing`);
        at++;
        blank();
        if (text[at] === close) stop(`there is a comma too many before ${close}`);
      }
      if (path.length > 200) stop("it is nested too deeply");
      entry(index);
      blank();
    }
    at++;
  };
  const quoted = (what: string): string => {
    const hit = /^"(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/u.exec(text.slice(at));
    if (hit === null)
      return stop(text[at] === '"' ? "this text is not closed" : `${what} in double quotes is missing`);
    at += hit[0].length;
    return JSON.parse(hit[0]) as string;
  };
  const value = (path: readonly PropertyKey[]): void => {
    blank();
    offsets.set(placeKey(path), at);
    const next = text[at];
    if (next === "{")
      list("}", path, () => {
        const name = quoted("a name");
        blank();
        if (text[at] !== ":") stop("a colon is missing");
        at++;
        value([...path, name]);
      });
    else if (next === "[") list("]", path, (index) => value([...path, index]));
    else if (next === '"') quoted("a text");
    else {
      const hit = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)/.exec(
        text.slice(at, at + 400),
      );
      if (hit === null) stop(next === undefined ? "the file ends too early" : "a value is missing");
      else at += hit[0].length;
    }
  };

  try {
    value([]);
    blank();
    if (at < text.length) stop("there is something after the end");
    return { ok: true, offsets };
  } catch (error) {
    if (error instanceof SyntaxStop) return { ok: false, offset: error.offset, sentence: error.message };
    throw error;
  }
}

/** Line and column of an offset, counted from 1. */
export function lineAndColumn(
  text: string,
  offset: number,
): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset).split("\n");
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
