/**
 * Builds everything that is shipped into dist/: the extension (with chunks that load at first need), the simulator as one
 * file, the webview with its styles and icon font. `--test` builds the tests that run inside the editor as well.
 * It must not decide what is packed: .vscodeignore does.
 *
 *     node esbuild.mjs [--production] [--test]
 */
import { copyFileSync, existsSync, globSync, mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

const root = import.meta.dirname;

/** Packages written as CommonJS call `require` for Node's own modules; a module has none unless it makes one. */
const requireBanner = {
  js: 'import { createRequire as __headroomRequire } from "node:module"; const require = __headroomRequire(import.meta.url);',
};

/** @type {import("esbuild").BuildOptions} */
const forNode = {
  platform: "node",
  target: "node22",
  format: "esm",
  external: ["vscode"],
  mainFields: ["module", "main"],
  banner: requireBanner,
};

/**
 * @param {string} outdir @param {boolean} production
 * @returns {Record<string, import("esbuild").BuildOptions>} one set of options a bundle
 */
function bundles(outdir, production) {
  const common = {
    absWorkingDir: root,
    bundle: true,
    charset: /** @type {const} */ ("utf8"),
    legalComments: /** @type {const} */ ("none"),
    logLevel: /** @type {const} */ ("warning"),
    metafile: true,
    minify: production,
    keepNames: false,
    sourcemap: production ? false : /** @type {const} */ ("linked"),
    define: { "process.env.NODE_ENV": '"production"' },
  };
  return {
    extension: {
      ...common,
      ...forNode,
      entryPoints: { extension: "src/extension.ts" },
      outdir,
      splitting: true,
      chunkNames: "chunks/[name]-[hash]",
    },
    simulator: { ...common, ...forNode, entryPoints: { simulator: "src/simulator/main.ts" }, outdir },
    webview: {
      ...common,
      platform: "browser",
      target: "es2023",
      format: "esm",
      entryPoints: { webview: "src/webview/main.ts" },
      outdir,
      tsconfig: "src/webview/tsconfig.json",
      conditions: ["production"],
      loader: { ".ttf": "file" },
      assetNames: "[name]",
    },
  };
}

/** How the tests that run inside the editor are bundled: CommonJS, since the host and mocha load them with `require`. */
const editorTests = {
  bundle: true,
  platform: /** @type {const} */ ("node"),
  target: "node22",
  format: /** @type {const} */ ("cjs"),
  external: ["vscode", "mocha"],
  outbase: "test/vscode",
  outExtension: { ".js": ".cjs" },
  sourcemap: /** @type {const} */ ("inline"),
  absWorkingDir: root,
  logLevel: /** @type {const} */ ("warning"),
  logOverride: { "empty-import-meta": /** @type {const} */ ("silent") },
};

/**
 * Builds a dist folder anew. A bundle whose entry file does not exist is left out.
 * @param {{ outdir?: string, production?: boolean, test?: boolean }} [options]
 *   `outdir` default dist; `production` minifies; `test` adds the editor's tests in its folder test.
 * @returns {Promise<Record<string, import("esbuild").Metafile>>} what lies in each bundle, by the bundle's name
 */
export async function buildAll(options = {}) {
  const dist = path.resolve(root, options.outdir ?? "dist");
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(dist, { recursive: true });
  /** @type {Record<string, import("esbuild").Metafile>} */
  const metafiles = {};
  for (const [name, bundle] of Object.entries(bundles(dist, options.production === true))) {
    const entry = Object.values(/** @type {Record<string, string>} */ (bundle.entryPoints))[0];
    if (entry === undefined || !existsSync(path.join(root, entry))) continue;
    const { metafile } = await build(bundle);
    if (metafile !== undefined) metafiles[name] = metafile;
  }
  for (const file of ["codicon.css", "codicon.ttf"]) {
    copyFileSync(path.join(root, "node_modules/@vscode/codicons/dist", file), path.join(dist, file));
  }
  if (options.test === true) {
    const suite = globSync("test/vscode/suite/**/*.test.ts", { cwd: root }).sort();
    const entryPoints = ["test/vscode/index.ts", ...suite];
    await build({ ...editorTests, entryPoints, outdir: path.join(dist, "test") });
  }
  return metafiles;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await buildAll({
    production: process.argv.includes("--production"),
    test: process.argv.includes("--test"),
  });
}
