/**
 * Packs the extension into headroom-VERSION.vsix in the project's root, or where `--out FILE` says. Needs no network.
 * It must not change any source, and packs nothing but what .vscodeignore lets through.
 */
import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { createVSIX } from "@vscode/vsce";
import { stageExtension } from "./stage.ts";

const root = path.resolve(import.meta.dirname, "..");
const { values } = parseArgs({ options: { out: { type: "string" } } });
const manifest = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as {
  name: string;
  version: string;
};
const file = path.resolve(values.out ?? path.join(root, `${manifest.name}-${manifest.version}.vsix`));

const stage = await stageExtension();
await createVSIX({
  cwd: stage.folder,
  packagePath: file,
  // All that runs is bundled; and there is no repository address to rewrite links with.
  dependencies: false,
  allowMissingRepository: true,
  rewriteRelativeLinks: false,
});
stage.remove();
console.log(`${path.relative(process.cwd(), file)}: ${Math.ceil(statSync(file).size / 1024)} kB`);
