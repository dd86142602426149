/**
 * Gives the packaged extension to tests: built and packed once for all test files of a run.
 * It must not pack in its own way: what is tested is what `npm run package` would ship.
 */
import { existsSync, readdirSync, renameSync, statSync } from "node:fs";
import path from "node:path";
import { cacheFolder, root } from "./paths.ts";
import { runToEnd } from "./processes.ts";

/**
 * The path of a VSIX of the sources as they are now. `HEADROOM_VSIX` names one that stands ready; else it is built into
 * the cache, unless the one there is newer than every source.
 */
export async function packagedVsix(): Promise<string> {
  const ready = process.env.HEADROOM_VSIX;
  if (ready !== undefined && ready !== "") return ready;
  const file = path.join(cacheFolder(), "headroom-test.vsix");
  if (existsSync(file) && statSync(file).mtimeMs > newestSource()) return file;
  const building = `${file}.${process.pid}.vsix`;
  const { code, output } = await runToEnd(process.execPath, ["scripts/package.ts", "--out", building], {
    cwd: root,
  });
  if (code !== 0) throw new Error(`The extension could not be packed:\n${output.slice(-4000)}`);
  renameSync(building, file);
  return file;
}

function newestSource(): number {
  const folders = ["src", "media"]
    .map((name) => path.join(root, name))
    .filter((folder) => existsSync(folder));
  const below = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true }).map((name) => path.join(folder, String(name))),
  );
  const single = [
    "package.json",
    "package.nls.json",
    "esbuild.mjs",
    ".vscodeignore",
    "README.md",
    "CHANGELOG.md",
  ];
  const files = [...below, ...single.map((name) => path.join(root, name))].filter((file) => existsSync(file));
  return Math.max(...files.map((file) => statSync(file).mtimeMs));
}
