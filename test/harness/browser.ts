/**
 * The headless browser that drives the workbench: on Linux the one that npm brings, unpacked once into the cache;
 * elsewhere an installed Chrome or Edge. It must not know what a page shows.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium } from "playwright-core";
import { cache, root } from "./paths.ts";
import { plainEnvironment, runToEnd } from "./processes.ts";

const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--mute-audio",
  "--autoplay-policy=no-user-gesture-required",
  "--font-render-hinting=none",
];

/**
 * Starts the browser, headless. `HEADROOM_BROWSER` names another executable to use.
 * @returns the browser; close it, or it ends with this process.
 */
export async function launchBrowser(): Promise<Browser> {
  const own = process.env.HEADROOM_BROWSER;
  if (own !== undefined) return chromium.launch({ executablePath: own, args: flags });
  if (process.platform !== "linux") {
    return chromium.launch({ channel: process.platform === "win32" ? "msedge" : "chrome", args: flags });
  }
  const folder = await prepareBrowser();
  const executablePath = path.join(folder, "chromium");
  return chromium.launch({ executablePath, args: flags, env: environmentFor(folder, executablePath) });
}

/** Unpacks the npm package's browser into the cache unless it stands there already; returns its folder. Linux x64 only. */
export async function prepareBrowser(): Promise<string> {
  const entry = fileURLToPath(import.meta.resolve("@sparticuz/chromium"));
  const manifest = path.join(path.dirname(path.dirname(entry)), "package.json");
  const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };
  const folder = path.join(cache, `browser-${version}`);
  if (existsSync(folder)) return folder;
  const building = `${folder}.${process.pid}`;
  rmSync(building, { recursive: true, force: true });
  mkdirSync(building, { recursive: true });
  // The package unpacks into the system's temporary folder, and its libraries only where it believes to be on Lambda.
  const code = 'import chromium from "@sparticuz/chromium"; await chromium.executablePath();';
  const env = plainEnvironment({ TMPDIR: building, AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x" });
  const { code: ended, output } = await runToEnd(process.execPath, ["--input-type=module", "-e", code], {
    cwd: root,
    env,
    timeoutMs: 120_000,
  });
  if (ended !== 0) throw new Error(`The browser could not be unpacked:\n${output}`);
  try {
    renameSync(building, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
    rmSync(building, { recursive: true, force: true });
  }
  return folder;
}

/** Lends the package's own libraries to a machine that lacks them, and its font to all: pictures look alike everywhere. */
function environmentFor(folder: string, executable: string): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(plainEnvironment())) if (value !== undefined) env[name] = value;
  if (lacksLibraries(executable)) env.LD_LIBRARY_PATH = path.join(folder, "al2023", "lib");
  env.FONTCONFIG_FILE = writeFontSettings(folder);
  return env;
}

function writeFontSettings(folder: string): string {
  const file = path.join(folder, "fonts.conf");
  const prefer = (family: string, font: string) =>
    `<alias binding="strong"><family>${family}</family><prefer><family>${font}</family></prefer></alias>`;
  const lines = [
    '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>',
    `<dir>${path.join(folder, "fonts")}</dir><dir>/usr/share/fonts</dir>`,
    `<cachedir>${path.join(folder, "fonts-cache")}</cachedir>`,
    ...["sans-serif", "system-ui"].map((family) => prefer(family, "Open Sans")),
    "</fontconfig>",
  ];
  writeFileSync(file, `${lines.join("\n")}\n`);
  return file;
}

function lacksLibraries(executable: string): boolean {
  try {
    return execFileSync("ldd", [executable], { encoding: "utf8" }).includes("not found");
  } catch {
    return true;
  }
}
