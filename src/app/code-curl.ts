// A request as a cURL command line. One call: the shell keeps no rules beyond the key and a wait that the server names.
import type { CodeFacts } from "./code-facts.ts";
import { KEY_MARK } from "./code-facts.ts";

/** The command, quoted for a POSIX shell; the key comes from an environment variable. */
export function curlCode(facts: CodeFacts): string {
  const { profile, env, method, url, headers, body, limits } = facts;
  // curl's own --retry obeys Retry-After, in both forms, but also repeats after 5xx: an unkeyed create could be charged twice.
  const retry = facts.idempotencyKey !== null || method === "GET" ? ` --retry ${facts.attempts}` : "";
  const lines = [`curl --fail-with-body${retry} --request ${method} ${quote(url)}`];
  lines.push(`--header "${profile.auth.header}: ${profile.auth.prefix}$${env}"`);
  for (const [name, value] of Object.entries(headers))
    lines.push(`--header ${quoteKeyed(`${name}: ${value}`)}`);
  if (body.type === "json") lines.push(`--data ${quoteKeyed(body.text)}`);
  if (body.type === "multipart")
    for (const part of body.parts)
      lines.push(
        "text" in part
          ? `--form-string ${quoteKeyed(`${part.name}=${part.text}`)}`
          : `--form ${quote(`${part.name}=@${part.fileName};type=${part.mediaType}`)}`,
      );
  const key =
    facts.idempotencyKey === null
      ? []
      : ["# One key for one piece of work: keep it for every retry.", 'IDEMPOTENCY_KEY="$(uuidgen)"'];
  return [...limits.map((one) => `# ${one}`), ...key, lines.join(" \\\n  "), ""].join("\n");
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The same, with the idempotency key taken from the shell. */
function quoteKeyed(text: string): string {
  return text.split(KEY_MARK).map(quote).join('"$IDEMPOTENCY_KEY"');
}
