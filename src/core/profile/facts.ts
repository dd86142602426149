// Shorthand for facts in a profile file: "fact": "page" or { "of": "page", "note": "..." } stands for the entry of the
// file's own `facts`. Expanded before the schema looks, so that everyone else sees whole facts.

/** A profile with its facts written out, and the names that `facts` does not have, with the path where each stands. */
export interface Expanded {
  readonly value: unknown;
  readonly unknown: readonly { readonly path: PropertyKey[]; readonly name: string }[];
}

/** Writes out every named fact of a parsed profile file. Never throws; what it does not know stays as it is. */
export function expandFacts(profile: unknown): Expanded {
  const unknown: { path: PropertyKey[]; name: string }[] = [];
  const table = isObject(profile) && isObject(profile.facts) ? profile.facts : {};

  const named = (value: unknown, path: PropertyKey[]): unknown => {
    const name = typeof value === "string" ? value : isObject(value) ? value.of : undefined;
    if (typeof name !== "string") return value;
    const fact = Object.hasOwn(table, name) ? table[name] : undefined;
    if (!isObject(fact)) {
      unknown.push({ path, name });
      return value;
    }
    const { of: _, ...rest } = isObject(value) ? value : {};
    return { ...fact, ...rest };
  };

  const walk = (value: unknown, path: PropertyKey[]): unknown => {
    if (Array.isArray(value)) return value.map((one, i) => walk(one, [...path, i]));
    if (!isObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, one]) => {
        const at = [...path, key];
        if (path.length === 0 && key === "facts") return [key, one];
        return [key, /^(fact|baseFact|plansFact)$/.test(key) ? named(one, at) : walk(one, at)];
      }),
    );
  };
  return { value: walk(profile, []), unknown };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
