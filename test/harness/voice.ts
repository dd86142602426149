// Sentences as they stand in the code, with their values, for tests of words.
import { formatFor } from "../../src/host/format.ts";

/** As the editor's own function does where there is no translation. */
export const t = (sentence: string, values: Readonly<Record<string, string | number>> = {}) =>
  sentence.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name]));

/** Speaks English. */
export const voice = { t, format: formatFor("en") };
