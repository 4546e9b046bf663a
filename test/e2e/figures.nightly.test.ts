import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { after, before, describe, test, type TestContext } from "node:test";
import { execa } from "execa";
import { deploymentPath } from "../../linkerd/names.ts";
import { observabilityNamespace, prometheusName } from "../../planning/observability/names.ts";
import type { Topology } from "../../planning/topology.ts";
import { timeLimits } from "../../system/time-limits.ts";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import type { PageModel } from "../../ui/model.ts";
import { ConstantTraffic, createSteady, exportSteady } from "./constant-traffic.ts";
import { Deferred } from "../../kubernetes/deferred.ts";
import { eventually, TestEnvironment } from "./environment.ts";
import { createNamespace, namespace } from "./workload.ts";

const topology: Topology = {
  clusters: [
    { name: "west", network: "lab" },
    { name: "east", network: "lab" },
  ],
  links: [{ between: ["west", "east"] }],
};
const observed: Topology = { ...topology, observability: { prometheus: { scrapeInterval: "5s" } } };

/** For so long figures are compared, in milliseconds. */
const compared = 60_000;

describe("the live page of a running pair", { timeout: 1_800_000 }, () => {
  let environment: TestEnvironment;
  let west: KubernetesApi;
  let page: OpenPage;
  let traffic: readonly ConstantTraffic[] = [];
  let withoutDataPlane: string | undefined;

  before(async () => {
    environment = await TestEnvironment.create("figures", topology);
    const { outputs } = await environment.up();
    west = await environment.api("west");
    const east = await environment.api("east");
    await Promise.all([createNamespace(west), createNamespace(east)]);
    await exportSteady(east, "gateway", { "mirror.linkerd.io/exported": "true" });
    await exportSteady(east, "flat", { "mirror.linkerd.io/exported": "remote-discovery" });
    await Promise.all([createSteady(east, "steady", "east"), createSteady(west, "client", "west")]);
    page = await OpenPage.open(environment);
    if (outputs["dataPlane"] !== "real") {
      withoutDataPlane = "no data plane: the proxies are stand-ins that carry no traffic";
      return;
    }
    traffic = ["gateway-east", "flat-east"].map(
      (mirror) => new ConstantTraffic(west, "client", `http://${mirror}.${namespace}`, 10),
    );
    for (const one of traffic) await one.answered();
  });
  after(async () => {
    await Promise.all(traffic.map((one) => one.end()));
    await page.close();
    await environment.dispose();
  });

  const sent = () => traffic.reduce((sum, one) => sum + one.summary().requests, 0);

  /** What the page shows for the Link in every look of a while, against what was sent meanwhile. */
  async function compare(context: TestContext, from: "proxies" | "prometheus"): Promise<void> {
    await eventually(`figures of ${from}`, timeLimits.firstRequest, async () => {
      await page.next();
      const { figures } = clusterIn(page.model, "west");
      return figures?.from === from && figures.seconds !== undefined ? true : undefined;
    });
    const begin = { at: performance.now(), requests: sent() };
    const shown: number[] = [];
    const seconds: number[] = [];
    while (performance.now() < begin.at + compared) {
      await page.next();
      const link = page.model.links.find(({ id }) => id === "west → east");
      assert.ok(link?.traffic, "the Link has no figures");
      assert.equal(link.traffic.success, 1);
      shown.push(link.traffic.perSecond);
      seconds.push(clusterIn(page.model, "west").figures?.seconds ?? 0);
    }
    const rate = (sent() - begin.requests) / ((performance.now() - begin.at) / 1000);
    // A look at proxies shows the time since the one before, and so counts for as long.
    const weights = from === "proxies" ? seconds : shown.map(() => 1);
    const total = weights.reduce((sum, one) => sum + one, 0);
    const average = shown.reduce((sum, one, index) => sum + one * (weights[index] ?? 0), 0) / total;
    context.diagnostic(
      `sent ${rate.toFixed(2)}/s, shown ${average.toFixed(2)}/s in ${shown.length} looks: ${shown.map((one) => one.toFixed(1)).join(", ")}`,
    );
    assert.ok(Math.abs(average / rate - 1) < 0.05, `${average}/s shown, ${rate}/s sent`);
  }

  test("takes less than a twentieth of a processor", async (context) => {
    await page.next();
    const before = { used: await page.used(), at: performance.now() };
    await sleep(Number(process.env["PAGE_SECONDS"] ?? 120) * 1000);
    const used = (await page.used()) - before.used;
    const part = used / ((performance.now() - before.at) / 1000);
    context.diagnostic(
      `${used.toFixed(2)} CPU seconds, ${(part * 100).toFixed(2)} % of a processor, ${page.looks} looks, ` +
        `the last one in ${page.model.milliseconds} ms; since its start ${(await page.used()).toFixed(2)} CPU seconds`,
    );
    assert.ok(part < 0.05, `${part}`);
  });

  test("shows what was sent, as the proxies tell", async (context) => {
    if (withoutDataPlane !== undefined) {
      context.skip(withoutDataPlane);
      return;
    }
    await compare(context, "proxies");
  });

  test("shows what was sent, as Prometheus tells", async (context) => {
    await environment.change(observed);
    await environment.up();
    await page.close();
    page = await OpenPage.open(environment);
    if (withoutDataPlane !== undefined) {
      context.skip(withoutDataPlane);
      return;
    }
    // Its figures are of the last 20 s.
    await eventually("figures of Prometheus", timeLimits.firstRequest, async () => {
      await page.next();
      return clusterIn(page.model, "west").figures?.from === "prometheus" ? true : undefined;
    });
    await sleep(25_000);
    await compare(context, "prometheus");
    const { table } = await environment.status();
    assert.match(table, /^west → east +\d[\d.]*\/s +100 %/m);
    context.diagnostic(table);
  });

  test("says that Prometheus is away, and what the proxies tell, until it is back", async (context) => {
    if (withoutDataPlane !== undefined) {
      context.skip(withoutDataPlane);
      return;
    }
    const prometheus = deploymentPath(observabilityNamespace, prometheusName);
    const becomes = (from: "proxies" | "prometheus") =>
      eventually(`figures of ${from}`, timeLimits.firstRequest, async () => {
        await page.next();
        const { figures } = clusterIn(page.model, "west");
        return figures?.from === from ? figures : undefined;
      });
    await west.patch(prometheus, { spec: { replicas: 0 } });
    const { instead = "" } = await becomes("proxies");
    context.diagnostic(instead);
    assert.match(instead, /^Prometheus /);
    assert.equal(clusterIn(page.model, "east").figures?.from, "prometheus");
    const { table } = await environment.status();
    assert.match(table, /^west → east +unknown +– /m);
    assert.match(table, /^west: Prometheus /m);
    await west.patch(prometheus, { spec: { replicas: 1 } });
    await becomes("prometheus");
  });
});

function clusterIn({ clusters }: PageModel, name: string) {
  const found = clusters.find((one) => one.name === name);
  assert.ok(found, `the page has no cluster ${name}`);
  return found;
}

/** The command's process with one page open, as a browser has it. */
class OpenPage {
  readonly #child: ReturnType<typeof start>;
  readonly #closing = new AbortController();
  readonly #reading: Promise<void>;
  #shown = new Deferred<PageModel>();
  #model: PageModel | undefined;
  looks = 0;

  private constructor(child: ReturnType<typeof start>, url: string) {
    this.#child = child;
    this.#reading = this.#read(url).catch((error: unknown) => {
      this.#shown.reject(error as Error);
    });
  }

  static async open(environment: TestEnvironment): Promise<OpenPage> {
    const child = start(environment);
    const address = new Deferred<string>();
    child.stdout.setEncoding("utf8").once("data", address.resolve);
    void child.then(() => {
      address.reject(new Error("the command has ended"));
    });
    return new OpenPage(child, (await address.promise).trim());
  }

  get model(): PageModel {
    assert.ok(this.#model, "the page has shown nothing yet");
    return this.#model;
  }

  /** Waits for the next look. */
  async next(): Promise<PageModel> {
    return this.#shown.promise;
  }

  async #read(url: string): Promise<void> {
    const { body } = await fetch(new URL("events", url), { signal: this.#closing.signal });
    assert.ok(body);
    let text = "";
    for await (const part of body.pipeThrough(new TextDecoderStream())) {
      const events = (text + part).split("\n\n");
      text = events.pop() ?? "";
      for (const event of events) {
        const [, data] = /^event: model\ndata: (.*)$/s.exec(event) ?? [];
        if (data !== undefined) this.#show(JSON.parse(data) as PageModel);
      }
    }
    throw new Error("the page was closed");
  }

  #show(model: PageModel): void {
    this.#model = model;
    this.looks += 1;
    this.#shown.resolve(model);
    this.#shown = new Deferred();
  }

  /** Seconds of a processor that the process has used. */
  async used(): Promise<number> {
    const stat = await readFile(`/proc/${this.#child.pid ?? 0}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // Of the kernel's 100 ticks a second: utime and stime.
    return (Number(fields[11]) + Number(fields[12])) / 100;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#child.kill("SIGKILL");
    await Promise.all([this.#child, this.#reading]);
  }
}

function start({ stack, env }: TestEnvironment) {
  const file = path.join(import.meta.dirname, "ui-child.ts");
  return execa(process.execPath, [file, stack.name, stack.file], {
    env,
    reject: false,
    stderr: "inherit",
  });
}
