// A request as a TypeScript program for Node 20 or later: idempotency key, Retry-After in both forms, poll loop.
import { type CodeFacts, ID_MARK, KEY_MARK } from "./code-facts.ts";

/** The program as text. */
export function typescriptCode(facts: CodeFacts): string {
  const { profile, action, env, limits, poll } = facts;
  return [
    `// ${profile.name}: ${action.title}`,
    ...limits.map((one) => `// ${one}`),
    ...(hasFiles(facts) ? ['import { openAsBlob } from "node:fs";'] : []),
    `const key = process.env.${env};`,
    `if (key === undefined) throw new Error("Set ${env} first.");`,
    ...(facts.idempotencyKey === null
      ? []
      : [
          "// One key for one piece of work: every retry carries the same one.",
          "const idempotencyKey = crypto.randomUUID();",
        ]),
    "",
    ...CALL(facts),
    "",
    ...request(facts),
    ...(poll === null ? ["", ...lastLine(facts)] : ["", ...loop(poll)]),
    "",
  ].join("\n");
}

/** The wait is never shorter than what the server says; a create without a key is repeated after a 429 alone. */
const CALL = ({ profile, attempts, fallbackS }: CodeFacts): string[] => [
  "function waitMs(answer: Response, attempt: number): number {",
  '  const said = answer.headers.get("retry-after") ?? "";',
  "  const seconds = /^\\d+(\\.\\d+)?$/.test(said) ? Number(said) : (Date.parse(said) - Date.now()) / 1000;",
  `  const least = Number.isFinite(seconds) && seconds > 0 ? seconds : ${fallbackS} * 2 ** attempt;`,
  "  return (least + Math.random()) * 1000;",
  "}",
  "",
  "async function call(url: string, init: RequestInit, repeatable: boolean): Promise<Response> {",
  "  for (let attempt = 0; ; attempt++) {",
  "    const answer = await fetch(url, {",
  "      ...init,",
  '      redirect: "error",',
  `      headers: { ...init.headers, ${JSON.stringify(profile.auth.header)}: ${JSON.stringify(profile.auth.prefix)} + key },`,
  "    });",
  "    const again = answer.status === 429 || (repeatable && answer.status >= 500);",
  "    if (answer.ok) return answer;",
  `    if (!again || attempt >= ${attempts}) throw new Error(\`\${answer.status}: \${await answer.text()}\`);`,
  "    await new Promise((resolve) => setTimeout(resolve, waitMs(answer, attempt)));",
  "  }",
  "}",
];

function request(facts: CodeFacts): string[] {
  const { method, url, headers, body, idempotencyKey } = facts;
  const repeatable = idempotencyKey !== null || method === "GET";
  const lines = [
    `const answer = await call(${JSON.stringify(url)}, {`,
    `  method: ${JSON.stringify(method)},`,
  ];
  const entries = Object.entries(headers).map(([name, value]) => `${JSON.stringify(name)}: ${keyed(value)}`);
  if (entries.length > 0) lines.push(`  headers: { ${entries.join(", ")} },`);
  const before: string[] = [];
  if (body.type === "json") lines.push(`  body: JSON.stringify(${keyed(JSON.parse(body.text), 2)}),`);
  if (body.type === "multipart") {
    before.push("const form = new FormData();");
    for (const part of body.parts)
      before.push(
        "text" in part
          ? `form.set(${JSON.stringify(part.name)}, ${keyed(part.text)});`
          : `form.set(${JSON.stringify(part.name)}, await openAsBlob(${JSON.stringify(part.fileName)}, { type: ${JSON.stringify(part.mediaType)} }), ${JSON.stringify(part.fileName)});`,
      );
    lines.push("  body: form,");
  }
  return [...before, ...lines, `}, ${repeatable});`];
}

function loop(poll: NonNullable<CodeFacts["poll"]>): string[] {
  return [
    "// biome-ignore lint: a path such as job.status or *.id into an answer",
    "const at = (value: any, path: string): any =>",
    '  path.split(".").reduce((one, name) => (name === "*" ? Object.values(one ?? {})[0] : one?.[name]), value);',
    `const id = String(at(await answer.json(), ${JSON.stringify(poll.idPath)}));`,
    "for (;;) {",
    `  await new Promise((resolve) => setTimeout(resolve, (${poll.intervalS} + Math.random() * ${poll.jitterS}) * 1000));`,
    `  const job = await (await call(${JSON.stringify(poll.url)}.replace(${JSON.stringify(ID_MARK)}, encodeURIComponent(id)), {}, true)).json();`,
    `  const status = at(job, ${JSON.stringify(poll.statusPath)});`,
    `  if (${JSON.stringify(poll.failed)}.includes(status)) throw new Error(JSON.stringify(job));`,
    `  if (!${JSON.stringify(poll.done)}.includes(status)) continue;`,
    "  console.log(JSON.stringify(job, null, 2));",
    "  break;",
    "}",
  ];
}

function lastLine({ action }: CodeFacts): string[] {
  const binary = action.answers.some((one) => one.results.some((result) => result.from === "body"));
  return binary
    ? [
        'await (await import("node:fs/promises")).writeFile("result.bin", new Uint8Array(await answer.arrayBuffer()));',
      ]
    : ["console.log(JSON.stringify(await answer.json(), null, 2));"];
}

function hasFiles({ body }: CodeFacts): boolean {
  return body.type === "multipart" && body.parts.some((part) => "file" in part);
}

/** A value as source text, with the idempotency key as a variable. */
function keyed(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replaceAll(`"${KEY_MARK}"`, "idempotencyKey");
}
