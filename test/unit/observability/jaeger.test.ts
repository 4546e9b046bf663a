import { existsSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { execa } from "execa";
import { jaegerConfig } from "../../../planning/observability/jaeger-config.ts";
import { cacheDirectory } from "../../../system/cache-directory.ts";
import { placeOf } from "../../../toolchain/artifact.ts";
import { jaeger } from "../../../toolchain/tools/jaeger.ts";

const { folder } = await placeOf(jaeger, cacheDirectory(process.env));
const program = path.join(folder, "jaeger");
/** It takes minutes to build, so these tests use what those on real clusters have brought. */
const skip = existsSync(program)
  ? false
  : "the cache has no Jaeger yet: the tests of the night on real clusters bring it where they build it";

for (const [what, config] of [
  ["that keeps spans", { maxTraces: 50_000 }],
  ["that passes spans on", { maxTraces: 50_000, passTo: "jaeger-east.linkerd-observability:4317" }],
] as const) {
  test(`the configuration ${what} is accepted by Jaeger itself`, { skip }, async () => {
    await execa(program, ["validate", `--config=yaml:${jaegerConfig(config)}`]);
  });
}
