/**
 * Lays out the extension as it is shipped in a folder of its own, so that packing, tests and a developer's dist/ never
 * get into each other's way. It must not decide what is packed: .vscodeignore does.
 */
import { cpSync, existsSync, globSync, mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import type { Metafile } from "esbuild";
import { buildAll } from "../esbuild.mjs";

const root = path.resolve(import.meta.dirname, "..");

/** A laid out extension. */
export interface Stage {
  /** The extension's folder, below the cache that git ignores. */
  readonly folder: string;
  /** What lies in each bundle. */
  readonly metafiles: Record<string, Metafile>;
  /** Removes the folder. It is removed when the process ends as well. */
  remove(): void;
}

/**
 * Builds into a new stage.
 * @param options `production` minifies, default true; `test` adds the editor's tests below dist/test.
 */
export async function stageExtension(
  options: { readonly production?: boolean; readonly test?: boolean } = {},
): Promise<Stage> {
  const folder = path.join(root, ".vscode-test", `stage-${process.pid}-${Date.now().toString(36)}`);
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  process.once("exit", remove);
  mkdirSync(folder, { recursive: true });
  const named = ["README.md", "CHANGELOG.md", "LICENSE", ".vscodeignore", "media", "schemas", "l10n"];
  for (const name of [...named, ...globSync("package{,.nls*}.json", { cwd: root })]) {
    const source = path.join(root, name);
    if (existsSync(source)) cpSync(source, path.join(folder, name), { recursive: true });
  }
  const metafiles = await buildAll({
    outdir: path.join(folder, "dist"),
    production: options.production ?? true,
    test: options.test ?? false,
  });
  return { folder, metafiles, remove };
}
