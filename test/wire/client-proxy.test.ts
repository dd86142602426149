// Rules of reaching the network: through a real proxy on the loopback, and to a server of a private authority.
import assert from "node:assert/strict";
import { createServer as createProxyServer, request as forward } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { type AddressInfo, connect } from "node:net";
import { test } from "node:test";
import { isHeadroomError } from "../../src/core/errors.ts";
import type { NetSettings } from "../../src/core/wire.ts";
import { plainSettings, planProxy } from "../../src/net/settings.ts";
import { authority, server as pair } from "../net/certificates.ts";
import { listen, outgoing, serve, turn, wired } from "../net/tools.ts";

/** A proxy that knows every host as the loopback's, and asks for a password where one is set. */
async function proxy(password: string | null = null) {
  const asked: string[] = [];
  const wanted = password === null ? null : `Basic ${Buffer.from(password).toString("base64")}`;
  const server = createProxyServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    if (wanted !== null && request.headers["proxy-authorization"] !== wanted) {
      response.writeHead(407).end();
      return;
    }
    const url = new URL(request.url ?? "");
    const headers = { ...request.headers };
    delete headers["proxy-authorization"];
    const options = {
      host: "127.0.0.1",
      port: url.port,
      path: url.pathname,
      method: request.method,
      headers,
    };
    request.pipe(
      forward(options, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      }),
    );
  });
  server.on("connect", (request, socket) => {
    asked.push(`CONNECT ${request.url}`);
    if (wanted !== null && request.headers["proxy-authorization"] !== wanted) {
      socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
      return;
    }
    const port = Number(request.url?.split(":")[1]);
    const through = connect(port, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      through.pipe(socket).pipe(through);
    });
    for (const one of [through, socket]) one.on("error", () => {});
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  server.unref();
  return { asked, port: (server.address() as AddressInfo).port, close: () => server.close() };
}

/** A server of the private authority; sees what headers came. */
async function secure() {
  const seen: unknown[] = [];
  const server = createSecureServer(pair, (request, response) => {
    seen.push(request.headers);
    response.end("{}");
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  server.unref();
  return { seen, port: (server.address() as AddressInfo).port, close: () => server.close() };
}

const using = (more: Partial<NetSettings>) => wired({ settings: () => ({ ...plainSettings, ...more }) });

test("https goes through http.proxy in a tunnel, with its password, and the password stops at the proxy", async () => {
  const [target, via] = [await secure(), await proxy("me:pass word")];
  const { client } = using({
    proxy: `http://me:pass%20word@127.0.0.1:${via.port}`,
    extraCertificates: [authority],
  });
  const answer = await client.send(outgoing(`https://api.test:${target.port}/v1`), listen());
  assert.equal(answer.head.status, 200);
  assert.deepEqual(via.asked, [`CONNECT api.test:${target.port}`]);
  assert.doesNotMatch(JSON.stringify(target.seen), /proxy-authorization/);
  await client.close();
  target.close();
  via.close();
});

test("plain http goes through the proxy of the environment", async () => {
  const [target, via] = [await serve((_request, response) => response.end("{}")), await proxy()];
  const { client } = using({ environment: { http_proxy: `127.0.0.1:${via.port}` } });
  const port = new URL(target.url).port;
  await client.send(outgoing(`http://api.test:${port}/v1`), listen());
  assert.deepEqual(via.asked, [`GET http://api.test:${port}/v1`]);
  await client.close();
  await target.close();
  via.close();
});

test("the simulator on the loopback is reached directly, whatever the proxy, and where it is no address as well", async () => {
  const target = await serve((_request, response) => response.end("{}"));
  for (const proxy of ["http://127.0.0.1:1", "socks5://127.0.0.1:9", "://x"]) {
    const { client } = using({ proxy, environment: { HTTP_PROXY: "http://127.0.0.1:1" } });
    assert.equal((await client.send(outgoing(target.url), listen())).head.status, 200, proxy);
    await client.close();
  }
  await target.close();
});

test("a proxy that refuses the password is unreachable, and nothing is spent", async () => {
  const via = await proxy("me:right");
  const { client, ledger } = using({ proxy: `http://me:wrong@127.0.0.1:${via.port}` });
  const refused = (error: unknown) =>
    isHeadroomError(error, "unreachable") && error.fields.code === "proxy 407";
  await assert.rejects(client.send(outgoing("https://api.test:1/", { id: "p" }), listen()), refused);
  assert.deepEqual(ledger.told, ["reserve p#1", "refund p#1"]);
  await assert.rejects(client.send(outgoing("http://api.test:1/"), listen()), refused);
  await client.close();
  via.close();
});

test("a proxy that is no address is said before anything is spent, and a better one is taken up", async () => {
  for (const bad of ["http://", "socks5://127.0.0.1:9", "://x", "http://[::"]) {
    const via = await proxy();
    const target = await serve((_request, response) => response.end("{}"));
    const url = target.url.replace("127.0.0.1", "api.test");
    let settings: NetSettings = { ...plainSettings, proxy: bad };
    const { client, ledger } = wired({ settings: () => settings });
    const refused = (error: unknown) =>
      isHeadroomError(error, "notConfigured") && error.fields.field === "proxy";
    const first = assert.rejects(client.send(outgoing(url), listen()), refused, bad);
    await client.reconfigure();
    await first;
    await assert.rejects(client.send(outgoing(url), listen()), refused, bad);
    assert.deepEqual([ledger.told, target.requests.length], [[], 0]);
    settings = { ...plainSettings, proxy: `http://127.0.0.1:${via.port}` };
    await client.reconfigure();
    assert.equal((await client.send(outgoing(url), listen())).head.status, 200);
    await client.close();
    await target.close();
    via.close();
  }
});

test("a private authority is believed when it is given, refused when not, and skipped only where asked for", async () => {
  const target = await secure();
  const url = `https://localhost:${target.port}/`;
  const known = using({ extraCertificates: [authority] });
  assert.equal((await known.client.send(outgoing(url), listen())).head.status, 200);
  const strange = using({});
  await assert.rejects(
    strange.client.send(outgoing(url), listen()),
    (error) => isHeadroomError(error, "unreachable") && /CERT|SIGNATURE|ISSUER/.test(error.fields.code ?? ""),
  );
  const lax = using({ strictSSL: false });
  assert.equal((await lax.client.send(outgoing(url), listen())).head.status, 200);
  for (const { client } of [known, strange, lax]) await client.close();
  target.close();
});

test("changed settings count from the next request on", async () => {
  const via = await proxy();
  const target = await serve((_request, response) => response.end("{}"));
  let settings = plainSettings;
  const { client } = wired({ settings: () => settings });
  await client.send(outgoing(target.url), listen());
  settings = { ...plainSettings, proxy: `http://127.0.0.1:${via.port}` };
  await client.reconfigure();
  await client.send(outgoing(target.url.replace("127.0.0.1", "api.test")), listen());
  assert.equal(via.asked.length, 1);
  await client.close();
  await target.close();
  via.close();
});

test("a request that waits while the settings change goes out by the new ones", async () => {
  const target = await serve((_request, response) => response.end("{}"));
  const { client, ledger } = using({});
  ledger.limit = 0;
  const sending = client.send(outgoing(target.url, { id: "w" }), listen());
  while (client.waiting === 0) await turn();
  await client.reconfigure();
  ledger.limit = Number.POSITIVE_INFINITY;
  ledger.give(0);
  assert.equal((await sending).head.status, 200);
  assert.deepEqual(ledger.told, ["reserve w#1", "refund w#1", "reserve w#2", "sent w#2", "settle w#2 200"]);
  await client.close();
  await target.close();
});

test("the setting goes before the environment, and both lists of exceptions count", () => {
  const plan = planProxy({
    ...plainSettings,
    proxy: "http://set:1",
    noProxy: [".corp.test"],
    environment: { HTTPS_PROXY: "http://env:2", NO_PROXY: "a.test, b.test" },
  });
  assert.equal(plan.https, "http://set:1");
  assert.equal(plan.noProxy, ".corp.test,a.test,b.test");
  assert.equal(planProxy({ ...plainSettings, environment: { HTTPS_PROXY: "env:2" } }).https, "http://env:2");
  assert.deepEqual(planProxy(plainSettings), {
    http: null,
    https: null,
    noProxy: "",
  });
});
