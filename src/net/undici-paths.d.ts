// Types for undici's inner paths, which it does not declare itself. Only undici.ts may import these paths.
declare module "undici/lib/dispatcher/agent.js" {
  import type { Agent } from "undici";

  const value: typeof Agent;
  export = value;
}

declare module "undici/lib/dispatcher/env-http-proxy-agent.js" {
  import type { EnvHttpProxyAgent } from "undici";

  const value: typeof EnvHttpProxyAgent;
  export = value;
}

declare module "undici/lib/api/api-request.js" {
  import type { Dispatcher } from "undici";

  function request(
    this: Dispatcher,
    options: Dispatcher.RequestOptions<null>,
  ): Promise<Dispatcher.ResponseData<null>>;
  export = request;
}

declare module "undici/lib/api/api-connect.js" {
  import type { Dispatcher } from "undici";

  const connect: Dispatcher["connect"];
  export = connect;
}

declare module "undici/lib/dispatcher/pool.js" {
  import type { Pool } from "undici";

  const value: typeof Pool;
  export = value;
}

declare module "undici/lib/core/connect.js" {
  import type { buildConnector } from "undici";

  const value: typeof buildConnector;
  export = value;
}
