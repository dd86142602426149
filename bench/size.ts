// What is shipped: the VSIX and the bundles in it, in bytes. Run after `npm run package`.
import { globSync, statSync } from "node:fs";
import path from "node:path";

/** Prints the sizes of the package and of every bundle, largest first. */
export function sizeFigures(): void {
  const root = path.resolve(import.meta.dirname, "..");
  console.log("\nSizes");
  const files = [
    ...globSync("headroom-*.vsix", { cwd: root }),
    ...globSync("dist/**/*.{js,css,ttf}", { cwd: root }),
  ];
  const sized = files.map((file) => ({ file, bytes: statSync(path.join(root, file)).size }));
  for (const { file, bytes } of sized.sort((a, b) => b.bytes - a.bytes))
    console.log(`${(bytes / 1000).toFixed(1).padStart(9)} kB  ${file}`);
}
