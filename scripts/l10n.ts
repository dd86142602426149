/**
 * Collects every English sentence that the sources hand to `t(...)` into l10n/bundle.l10n.json, which translators copy to
 * bundle.l10n.LANGUAGE.json. `--check` only says what is missing or left over. It must not translate.
 */
import { globSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "..");
const file = path.join(root, "l10n", "bundle.l10n.json");

/** A call of `t` with a literal sentence, which may stand on the next line. */
const call = /(?<![\w$])t\(\s*("(?:[^"\\\n]|\\.)*")/g;

/** Every sentence in the sources that matches the pattern below src, sorted. */
export function sentences(pattern = "{app,host,webview}/**/*.ts"): string[] {
  const found = new Set<string>();
  for (const name of globSync(pattern, { cwd: path.join(root, "src") }))
    for (const [, literal] of readFileSync(path.join(root, "src", name), "utf8").matchAll(call))
      found.add(JSON.parse(literal ?? '""') as string);
  return [...found].sort();
}

/** The sentences that stand in the bundle. */
export function bundled(): string[] {
  return Object.keys(JSON.parse(readFileSync(file, "utf8")) as Record<string, string>);
}

if (import.meta.main) {
  const now = sentences();
  if (process.argv.includes("--check")) {
    const known = new Set(bundled());
    const missing = now.filter((one) => !known.has(one));
    for (const one of missing) console.log(`missing: ${one}`);
    process.exitCode = missing.length > 0 ? 1 : 0;
  } else {
    writeFileSync(file, `${JSON.stringify(Object.fromEntries(now.map((one) => [one, one])), null, 2)}\n`);
    console.log(`${path.relative(root, file)}: ${now.length} sentences`);
  }
}
