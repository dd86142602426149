// A request as a Python program over `requests`: idempotency key, Retry-After in both forms, poll loop.
import { type CodeFacts, ID_MARK, KEY_MARK } from "./code-facts.ts";

/** The program as text. */
export function pythonCode(facts: CodeFacts): string {
  const { profile, action, env, limits, poll, idempotencyKey } = facts;
  return [
    `# ${profile.name}: ${action.title}`,
    ...limits.map((one) => `# ${one}`),
    `import json, os, random, time${idempotencyKey === null ? "" : ", uuid"}`,
    "from email.utils import parsedate_to_datetime",
    "",
    "import requests",
    "",
    `key = os.environ[${JSON.stringify(env)}]`,
    ...(idempotencyKey === null
      ? []
      : [
          "# One key for one piece of work: every retry carries the same one.",
          "idempotency_key = str(uuid.uuid4())",
        ]),
    "",
    ...waiting(facts),
    "",
    ...request(facts),
    ...(poll === null ? ["", ...lastLine(facts)] : ["", ...loop(poll)]),
    "",
  ].join("\n");
}

/** The wait is never shorter than what the server says; a create without a key is repeated after a 429 alone. */
function waiting({ profile, attempts, fallbackS }: CodeFacts): string[] {
  return [
    "def wait_s(answer, attempt):",
    '    said = answer.headers.get("retry-after", "")',
    "    try:",
    "        seconds = float(said)",
    "    except ValueError:",
    "        try:",
    "            seconds = parsedate_to_datetime(said).timestamp() - time.time()",
    "        except (TypeError, ValueError):",
    "            seconds = 0",
    `    return (seconds if seconds > 0 else ${fallbackS} * 2**attempt) + random.random()`,
    "",
    "",
    "def call(method, url, repeatable, headers=None, **more):",
    "    attempt = 0",
    "    while True:",
    `        sent = {**(headers or {}), ${JSON.stringify(profile.auth.header)}: ${JSON.stringify(profile.auth.prefix)} + key}`,
    "        answer = requests.request(method, url, headers=sent, allow_redirects=False, timeout=180, **more)",
    "        if answer.ok:",
    "            return answer",
    "        again = answer.status_code == 429 or (repeatable and answer.status_code >= 500)",
    `        if not again or attempt >= ${attempts}:`,
    '            raise SystemExit(f"{answer.status_code}: {answer.text}")',
    "        time.sleep(wait_s(answer, attempt))",
    "        attempt += 1",
    "",
  ];
}

function request({ method, url, headers, body, idempotencyKey }: CodeFacts): string[] {
  const repeatable = idempotencyKey !== null || method === "GET" ? "True" : "False";
  const parts = [`${JSON.stringify(method)}`, JSON.stringify(url), repeatable];
  const entries = Object.entries(headers).filter(
    ([name]) => !(name === "content-type" && body.type === "json"),
  );
  if (entries.length > 0) parts.push(`headers=${literal(Object.fromEntries(entries))}`);
  if (body.type === "json") parts.push(`json=${literal(JSON.parse(body.text))}`);
  if (body.type === "multipart") {
    const texts = body.parts.flatMap((part) => ("text" in part ? [[part.name, part.text] as const] : []));
    const files = body.parts.flatMap((part) =>
      "file" in part
        ? [
            `${JSON.stringify(part.name)}: (${JSON.stringify(part.fileName)}, open(${JSON.stringify(part.fileName)}, "rb").read(), ${JSON.stringify(part.mediaType)})`,
          ]
        : [],
    );
    parts.push(`data=${literal(Object.fromEntries(texts))}`, `files={${files.join(", ")}}`);
  }
  return [`answer = call(${parts.join(", ")})`];
}

function loop(poll: NonNullable<CodeFacts["poll"]>): string[] {
  return [
    "def at(value, path):",
    '    for name in path.split("."):',
    '        value = next(iter(value.values()), None) if name == "*" else (value or {}).get(name)',
    "    return value",
    "",
    "",
    `job_id = str(at(answer.json(), ${JSON.stringify(poll.idPath)}))`,
    "while True:",
    `    time.sleep(${poll.intervalS} + random.random() * ${poll.jitterS})`,
    `    job = call("GET", ${JSON.stringify(poll.url)}.replace(${JSON.stringify(ID_MARK)}, requests.utils.quote(job_id, safe="")), True).json()`,
    `    status = at(job, ${JSON.stringify(poll.statusPath)})`,
    `    if status in ${literal(poll.failed)}:`,
    "        raise SystemExit(json.dumps(job))",
    `    if status in ${literal(poll.done)}:`,
    "        print(json.dumps(job, indent=2))",
    "        break",
  ];
}

function lastLine({ action }: CodeFacts): string[] {
  const binary = action.answers.some((one) => one.results.some((result) => result.from === "body"));
  return binary
    ? ['open("result.bin", "wb").write(answer.content)']
    : ["print(json.dumps(answer.json(), indent=2))"];
}

/** A JSON value as a Python literal, with the idempotency key as a variable. */
function literal(value: unknown): string {
  if (value === KEY_MARK) return "idempotency_key";
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (typeof value === "object")
    return `{${Object.entries(value)
      .map(([name, one]) => `${JSON.stringify(name)}: ${literal(one)}`)
      .join(", ")}}`;
  // JSON's escapes are Python's, but for surrogate pairs, which JSON.stringify leaves as they are.
  return JSON.stringify(value);
}
