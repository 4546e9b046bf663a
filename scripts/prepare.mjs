// What `npm install` of a git URL needs: npm packs the clone, and runs only `prepare` before that. An installation
// in a checkout, and `npm pack`, which has built everything by `prepack`, need nothing.
import { existsSync } from "node:fs";

// npm names what it packs in this variable.
if (process.env.npm_package_resolved && !existsSync(new URL("../dist", import.meta.url))) {
  await import("./build.mjs");
}
