// https://www.npmjs.com/package/@durable-streams/server: the protocol's reference server, with files.
import { DurableStreamTestServer } from "@durable-streams/server";

const { PORT, DATA } = process.env;
await new DurableStreamTestServer({ port: Number(PORT), host: "127.0.0.1", dataDir: DATA }).start();
