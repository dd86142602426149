// Values as SQLite keeps them in the history: JSON, deflated with a dictionary of what such rows have in common, which
// makes a row about a third as long. It must not know what a value means.
import { deflateRawSync, inflateRawSync } from "node:zlib";

/**
 * What rows have in common. Part of the file's format: a change would make every stored row unreadable, so another
 * dictionary needs another mark.
 */
const DICTIONARY = Buffer.from(
  '{"error":{"code":"message":"{"id":"status":"succeeded","audio_base64":"(audio/wav, bytes, 1)","duration_seconds":' +
    '"sample_rate":24000,"characters":"output":"url":"https://"created_at":"job_id":"credits":"language":"voice":"model":' +
    '"saved":true,"left":true,"kind":"audio","title":"Audio","file":"x-0-0.wav","bytes":"mediaType":"audio/wav","digest":"' +
    '"link":null,"linkExpiresAt":null,"problem":null,"durationMs":,"place":{"step":-1,"index":0}}' +
    '"remoteId":null,"state":"succeeded","word":null,"progress":null,"createdAt":17,"endedAt":17,"polls":0,"nextPollAt":null,' +
    '"answers":{"last":{},"input":{"text":"","speed":1,"format":"wav"},"asks":null,"watched":true,"error":null,' +
    '"stage":"fetch","stepKey":null,"answerIndex":0,"pollErrors":0,"seen":true,"exchangeId":"x-' +
    '[{"at":17,"what":"state","state":"intent","note":null},{"at":17,"what":"state","state":"waiting","note":null},' +
    '{"at":17,"what":"waiting","wait":{"partition":"/account:","policyId":"","cause":"rate","until":17,"evidence":"published",' +
    '"left":0,"limit":10}},"what":"refused","attempt":1,"refusal":{"kind":"retrying","until":17,"cause":"' +
    '{"at":17,"what":"sent","attempt":1},{"at":17,"what":"answered","attempt":1,"head":{"status":200,"headers":{"date":"' +
    "Mon, Tue, Wed, Thu, Fri, Sat, Sun, Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec 2026 2027 GMT" +
    '"},"sentAt":17,"gotAt":17,"quick":false}},{"at":17,"what":"state","state":"accepted","state":"done","note":null}]' +
    '"providerId":"soundpiecevocabustavoicedubsyncsauti","accountId":"-simulated","keyId":"-simulated","actionId":"speak",' +
    '"title":"Speak · characters","state":"failed","state":"done","createdAt":17,"endedAt":17,"input":{"text":"' +
    '"},"idempotencyKey":null,"request":{"method":"GET","method":"POST","url":"https://api.http://127.0.0.1:/v1/","headers":{' +
    '"accept":"application/json","content-type":"application/json","idempotency-key":"},"body":"{\\n  \\"text\\": \\"\\",\\n  \\"' +
    '"},"answer":{"status":200,"headers":{"date":"GMT","content-type":"application/json","content-length":"' +
    '","connection":"keep-alive","keep-alive":"timeout=5","transfer-encoding":"chunked","server":"cloudflare","cf-ray":"' +
    '","cf-cache-status":"DYNAMIC","vary":"Accept-Encoding","cache-control":"no-store","etag":"\\"","strict-transport-security":' +
    '"max-age=15552000; includeSubDomains","x-content-type-options":"nosniff","access-control-allow-origin":"*",' +
    '"x-request-id":"","ratelimit-policy":"","ratelimit":"","retry-after":"","x-ratelimit-limit":"10",' +
    '"x-ratelimit-remaining":"","x-ratelimit-reset":"17"},"body":"{\\"id\\":\\"\\",\\"status\\":\\"succeeded\\",\\"' +
    '","bytes":0},"problem":null,"problem":{"sentence":"","remedy":"Change the input, then send again."},"attempts":1}',
);
/** Tells the dictionary; the first byte of every packed value. */
const MARK = 1;

/** A value as a cell. */
export function pack(value: unknown): Uint8Array {
  const deflated = deflateRawSync(JSON.stringify(value), { dictionary: DICTIONARY, level: 9 });
  return Buffer.concat([Buffer.from([MARK]), deflated]);
}

/** The value of a cell; rows from before schema version 3 are plain text. Throws for what was never packed. */
export function unpack(cell: unknown): unknown {
  if (typeof cell === "string") return JSON.parse(cell);
  if (!(cell instanceof Uint8Array) || cell[0] !== MARK) throw new Error("This is no packed value.");
  return JSON.parse(inflateRawSync(cell.subarray(1), { dictionary: DICTIONARY }).toString());
}
