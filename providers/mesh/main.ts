import { servePlugin } from "../server/index.ts";
import { meshProvider } from "./provider.ts";

await servePlugin(meshProvider);
