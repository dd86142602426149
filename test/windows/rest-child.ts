// Begins a download in a process of its own, to be killed in the midst of it. It must not end by itself.
import { listen, outgoing, wired } from "../net/tools.ts";

const [url = "", saveTo = ""] = process.argv.slice(2);
await wired().client.send(outgoing(url, { saveTo, repeat: "safe" }), listen());
