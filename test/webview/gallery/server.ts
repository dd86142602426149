// A small server on loopback that serves the panel as the editor would: the host's own shell, the real bundle, a theme, sample media.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { build } from "esbuild";
import { pageHtml } from "../../../src/protocol/page.ts";
import { encodeWav } from "../../../src/simulator/media/wav.ts";
import { talkingFaceMp4 } from "../../../src/simulator/sample/talking-face.ts";
import { type ThemeName, themeCss, themeNames } from "./themes.ts";

const root = path.resolve(import.meta.dirname, "../../..");

/** A running gallery. */
export interface Gallery {
  readonly origin: string;
  /** The page in a theme; a snapshot has to be posted to it. */
  address(theme: ThemeName): string;
  close(): Promise<void>;
}

interface File {
  readonly type: string;
  readonly body: Uint8Array | string;
}

/** Bundles the panel in memory and serves it on a free port. */
export async function startGallery(): Promise<Gallery> {
  const files = await bundle();
  files.set("/media/voice.wav", { type: "audio/wav", body: hum(4.8, 24_000) });
  files.set("/media/face.mp4", { type: "video/mp4", body: Buffer.from(talkingFaceMp4, "base64") });
  for (const theme of themeNames)
    files.set(`/theme-${theme}.css`, { type: "text/css", body: themeCss(theme) });
  const server = createServer((request, answer) => {
    const url = new URL(request.url ?? "/", "http://gallery");
    const file = url.pathname === "/" ? page(url) : files.get(url.pathname);
    if (file === undefined) {
      answer.writeHead(404).end();
      return;
    }
    const range = /bytes=(\d+)-(\d*)/.exec(request.headers.range ?? "");
    const body = Buffer.from(file.body);
    const from = range === null ? 0 : Number(range[1]);
    const to = range === null || range[2] === "" ? body.length - 1 : Number(range[2]);
    answer.writeHead(range === null ? 200 : 206, {
      "content-type": file.type,
      "accept-ranges": "bytes",
      "content-length": to - from + 1,
      ...(range === null ? {} : { "content-range": `bytes ${from}-${to}/${body.length}` }),
    });
    answer.end(body.subarray(from, to + 1));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { origin, address: (theme) => `${origin}/?theme=${theme}`, close: () => closed(server) };

  function page(url: URL): File {
    const theme = (url.searchParams.get("theme") ?? "dark") as ThemeName;
    const html = pageHtml({
      nonce: "gallery-nonce",
      cspSource: origin,
      scriptUri: `${origin}/main.js`,
      styleUri: `${origin}/main.css`,
      language: "en",
      title: "Headroom Playground",
    }).replace("</head>", `<link rel="stylesheet" href="/theme-${theme}.css"></head>`);
    return { type: "text/html", body: html.replace("<body>", `<body class="${themeClass(theme)}">`) };
  }
}

function themeClass(theme: ThemeName): string {
  return {
    dark: "vscode-dark",
    light: "vscode-light",
    hcDark: "vscode-high-contrast",
    hcLight: "vscode-high-contrast-light",
  }[theme];
}

async function bundle(): Promise<Map<string, File>> {
  const made = await build({
    absWorkingDir: root,
    entryPoints: ["src/webview/main.ts"],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2023",
    outdir: "gallery",
    tsconfig: "src/webview/tsconfig.json",
    conditions: ["production"],
    loader: { ".ttf": "file" },
    assetNames: "[name]",
    minify: true,
    legalComments: "none",
    logLevel: "warning",
  });
  const types: Record<string, string> = { ".js": "text/javascript", ".css": "text/css", ".ttf": "font/ttf" };
  return new Map(
    made.outputFiles.map((file) => [
      `/${path.basename(file.path)}`,
      { type: types[path.extname(file.path)] ?? "application/octet-stream", body: file.contents },
    ]),
  );
}

/** A tone with the rise and fall of speech. */
function hum(seconds: number, rate: number): Buffer {
  const samples = new Int16Array(Math.round(seconds * rate));
  for (let i = 0; i < samples.length; i++) {
    const t = i / rate;
    const word = Math.max(0, Math.sin(t * 5.2) * Math.sin(t * 1.7) + 0.25 * Math.sin(t * 13));
    samples[i] = Math.round(26_000 * word * Math.sin(2 * Math.PI * 170 * t));
  }
  return encodeWav(samples, rate);
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
