import { servePlugin } from "../providers/server/index.ts";
import { linkerdTopology } from "./provider.ts";

await servePlugin(linkerdTopology);
