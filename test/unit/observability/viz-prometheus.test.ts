import assert from "node:assert/strict";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test, type TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { stringify } from "yaml";
import {
  configFile,
  vizPrometheusConfig,
} from "../../../planning/observability/prometheus-config.ts";
import { cacheDirectory } from "../../../system/cache-directory.ts";
import { placeOf } from "../../../toolchain/artifact.ts";
import { prometheus } from "../../../toolchain/tools/prometheus.ts";
import { temporaryDirectory } from "../../temporary.ts";

const { folder } = await placeOf(prometheus, cacheDirectory(process.env));
const program = path.join(folder, "prometheus");
/** It takes minutes to build, so this test uses the one that tests on real clusters have brought. */
const skip = existsSync(program)
  ? false
  : "the cache has no Prometheus yet: the tests on real clusters bring it where they build it";

test(
  "of the series of all clusters, linkerd-viz is shown those of its own, without the label that tells them apart",
  { skip },
  async (context) => {
    // It stands for the one that collects, whose series of other clusters come from elsewhere.
    const scraped = (cluster: string) => ({
      job_name: cluster,
      static_configs: [{ targets: ["localhost:9090"] }],
      relabel_configs: [{ target_label: "cluster", replacement: cluster }],
    });
    const collector = await start(
      context,
      stringify({
        global: { scrape_interval: "1s" },
        scrape_configs: [scraped("east"), scraped("west")],
      }),
    );
    const shown = await start(
      context,
      vizPrometheusConfig({ cluster: "east", scrapeInterval: "15s", collector }),
    );
    const jobs = async (from: string) =>
      (await ask(from, "up")).map(({ job, cluster }) => [job, cluster]).sort();
    const deadline = performance.now() + 20_000;
    while ((await jobs(collector)).length < 2 && performance.now() < deadline) await sleep(200);
    assert.deepEqual(await jobs(collector), [
      ["east", "east"],
      ["west", "west"],
    ]);
    assert.deepEqual(await jobs(shown), [["east", undefined]]);
  },
);

/** @returns its URL */
async function start(context: TestContext, config: string): Promise<string> {
  const directory = await temporaryDirectory("engine-test");
  const file = path.join(directory, configFile);
  writeFileSync(file, config);
  const running = execa(
    program,
    [`--config.file=${file}`, "--storage.tsdb.path=data", "--web.listen-address=127.0.0.1:0"],
    { cwd: directory, reject: false, stdout: "ignore" },
  );
  context.after(async () => {
    running.kill();
    await running;
    rmSync(directory, { recursive: true });
  });
  return new Promise((resolve, reject) => {
    let told = "";
    running.stderr.on("data", (chunk: Buffer) => {
      told += chunk.toString();
      const [, address] = /msg="Listening on".* address=(\S+)/.exec(told) ?? [];
      if (address !== undefined) resolve(`http://${address}`);
    });
    running.once("exit", () => {
      reject(new Error(`Prometheus doesn't listen: ${told}`));
    });
  });
}

async function ask(
  from: string,
  query: string,
): Promise<readonly Readonly<Record<string, string>>[]> {
  const answer = await fetch(`${from}/api/v1/query?${new URLSearchParams({ query }).toString()}`);
  const { data } = (await answer.json()) as {
    readonly data?: {
      readonly result: readonly { readonly metric: Readonly<Record<string, string>> }[];
    };
  };
  return (data?.result ?? []).map(({ metric }) => metric);
}
