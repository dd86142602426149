// The five built-in profiles and the reading of any profile file. zod and the files load only when one of these
// functions is called; nothing here knows what a profile is used for.
import { HeadroomError } from "../core/errors.ts";
import { expandFacts } from "../core/profile/facts.ts";
import type { Profile } from "../core/profile/schema.ts";
import { lineAndColumn, placeKey, places } from "./places.ts";

/** The built-in profiles as they stand in their files, in the order in which they are offered. */
async function builtIn(): Promise<readonly (readonly [file: string, raw: unknown])[]> {
  const files = await Promise.all([
    import("./soundpiece.json", { with: { type: "json" } }),
    import("./sauti.json", { with: { type: "json" } }),
    import("./voicedub.json", { with: { type: "json" } }),
    import("./sync.json", { with: { type: "json" } }),
    import("./vocabusta.json", { with: { type: "json" } }),
  ]);
  return files.map((one) => [`${one.default.id}.json`, one.default] as const);
}

/** What is wrong with a profile file, at one place. */
export interface ProfileProblem {
  readonly file: string;
  /** As actions[0].parameters[2].title; empty for the whole file. */
  readonly path: string;
  /** Counted from 1; null where the text was not at hand. */
  readonly line: number | null;
  readonly column: number | null;
  /** What is wrong and the way out, with file and path: fit to be shown alone. */
  readonly sentence: string;
}

/** A profile file read: the profile, or all that is wrong with it. */
export type ProfileReading =
  | { readonly profile: Profile; readonly problems: readonly [] }
  | { readonly profile: null; readonly problems: readonly ProfileProblem[] };

/**
 * The built-in profiles by id, checked, with defaults filled in and facts written out.
 * Throws HeadroomError `badShape` if one is broken, which only a faulty build can bring about.
 */
export async function loadProfiles(): Promise<ReadonlyMap<string, Profile>> {
  const profiles = new Map<string, Profile>();
  for (const [file, raw] of await builtIn()) {
    const { profile, problems } = await check(raw, file, null);
    if (profile === null)
      throw new HeadroomError("badShape", problems.map((one) => one.sentence).join("\n"), {
        path: problems[0]?.path ?? "",
        expected: "a provider profile",
      });
    profiles.set(profile.id, profile);
  }
  return profiles;
}

/** Reads the text of a profile file. `file` is named in every problem. Never throws for what the text holds. */
export async function readProfile(text: string, file: string): Promise<ProfileReading> {
  const plain = text.replace(/^\uFEFF/, "");
  const found = places(plain);
  if (!found.ok) {
    const { line, column } = lineAndColumn(plain, found.offset);
    const sentence = `${file}, line ${line}, column ${column}: this is not JSON, ${found.sentence}. Correct it there and save the file again.`;
    return { profile: null, problems: [{ file, path: "", line, column, sentence }] };
  }
  return check(JSON.parse(plain), file, (path) => {
    for (let length = path.length; length >= 0; length--) {
      const offset = found.offsets.get(placeKey(path.slice(0, length)));
      if (offset !== undefined) return lineAndColumn(plain, offset);
    }
    return null;
  });
}

type Locate = (path: readonly PropertyKey[]) => { readonly line: number; readonly column: number } | null;

async function check(raw: unknown, file: string, locate: Locate | null): Promise<ProfileReading> {
  const [{ profileSchema }, { explain }] = await Promise.all([
    import("../core/profile/schema.ts"),
    import("./explain.ts"),
  ]);
  const problem = (path: readonly PropertyKey[], words: string): ProfileProblem => {
    const place = locate?.(path) ?? null;
    const at = pathText(path);
    const where = [file, ...(at === "" ? [] : [at]), ...(place === null ? [] : [`line ${place.line}`])].join(
      ", ",
    );
    return {
      file,
      path: at,
      line: place?.line ?? null,
      column: place?.column ?? null,
      sentence: `${where}: ${words}`,
    };
  };
  const { value, unknown } = expandFacts(raw);
  if (unknown.length > 0)
    return {
      profile: null,
      problems: unknown.map(({ path, name }) =>
        problem(path, `no fact is called "${name}". Add it to the file's "facts", or write the fact here.`),
      ),
    };
  const result = profileSchema.safeParse(value);
  if (result.success) return { profile: result.data, problems: [] };
  return {
    profile: null,
    problems: result.error.issues
      .flatMap((issue) => explain(issue))
      .map((one) => problem(one.path, one.words)),
  };
}

function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((one, i) => (typeof one === "number" ? `[${one}]` : `${i === 0 ? "" : "."}${String(one)}`))
    .join("");
}
