import { servePlugin } from "../server/plugin.ts";
import { kindProvider } from "./provider.ts";

await servePlugin(kindProvider);
