// For `npm install` of a git URL: npm packs the clone, and before that runs only `prepare`. An installation
// in a checkout needs nothing, and neither does `npm pack`, which has built everything in `prepack`.
import { existsSync } from "node:fs";

// npm sets this variable to what it packs.
if (process.env.npm_package_resolved && !existsSync(new URL("../dist", import.meta.url))) {
  await import("./build.mjs");
}
