import assert from "node:assert/strict";
import { createWriteStream } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { after, before, describe, test } from "node:test";
import { pack } from "tar-stream";
import {
  allowDataPlane,
  bringSources,
  chooseSources,
  plannedSources,
} from "../../../environments/choose-sources.ts";
import type { ChooseRequest, DataPlaneRequest } from "../../../environments/choose-sources.ts";
import type { CommandError } from "../../../environments/command-error.ts";
import { exitCodes } from "../../../environments/exit-codes.ts";
import { planOrThrow } from "../../../planning/plan.ts";
import type { Sources } from "../../../planning/sources/sources.ts";
import { nothingGiven } from "../../../toolchain/given-parts.ts";
import type { Internet } from "../../../toolchain/internet.ts";

/** An internet in which these hosts answer as registries do, and nothing else answers. */
function internetWith(...registries: readonly string[]): Internet & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    text: () => Promise.resolve(undefined),
    has: () => Promise.resolve(false),
    isRegistry: (host) => {
      asked.push(host);
      return Promise.resolve(registries.includes(host));
    },
    silenceOf: () => undefined,
  };
}

/** As `docker save` writes it, without the layers. */
async function save(folder: string, name: string, reference: string): Promise<void> {
  const tar = pack();
  tar.entry({ name: "manifest.json" }, JSON.stringify([{ RepoTags: [reference] }]));
  tar.finalize();
  await pipeline(tar, createWriteStream(path.join(folder, `${name}.tar`)));
}

const stack = { name: "lab", file: "lab.yaml" };
const built: Sources = { nodeImage: "linkerd-topology/node:v1-0", archives: [], dataPlane: "none" };

describe("where a stack's images and charts come from", () => {
  let images: string;
  before(async () => {
    images = await mkdtemp(path.join(os.tmpdir(), "choose-sources-test-"));
    await save(images, "pause", "registry.k8s.io/pause:3.10.1");
  });
  after(() => rm(images, { recursive: true }));

  const choose = (sources: Sources | undefined, over: Partial<ChooseRequest> = {}) =>
    chooseSources({
      settled: { stack, state: undefined, madeFrom: sources && { sources } },
      linkerd: "edge-26.1.1",
      env: {},
      internet: internetWith(),
      ...over,
    });

  test("is what it was made from before, and no registry is asked", async () => {
    for (const recorded of [built, {}]) {
      const internet = internetWith();
      const choice = await choose(recorded, { internet });
      assert.deepEqual(choice, { type: "recorded", sources: recorded });
      assert.deepEqual(internet.asked, []);
    }
  });

  test("is looked for where nothing is recorded, and where that is asked for", async () => {
    for (const choice of [await choose(undefined), await choose(built, { newSources: true })]) {
      assert.equal(choice.type === "found" && choice.found.plan.node, "built");
    }
  });

  test("is what was recorded with the images that are given now in their places", async () => {
    for (const over of [{ images }, { env: { IMAGES: images } }]) {
      const choice = await choose(built, over);
      assert.deepEqual(choice, {
        type: "recorded",
        sources: {
          ...built,
          archives: [path.join(images, "pause.tar")],
          images: { pause: "registry.k8s.io/pause:3.10.1" },
        },
        forDocker: [],
        notes: [],
      });
    }
  });

  test("with images of what Docker itself runs, goes to Docker, and into no node", async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), "choose-sources-test-"));
    const [log, envoy] = [path.join(folder, "log"), "docker.io/envoyproxy/envoy:v1.36.2"];
    try {
      await save(folder, "balancer", envoy);
      // Has no image yet.
      const docker = `#!/bin/sh\necho "$*" >> ${log}\n[ "$1" = load ]\n`;
      await writeFile(path.join(folder, "docker"), docker, { mode: 0o755 });
      const everything = internetWith("registry-1.docker.io", "cr.l5d.io", "registry.k8s.io");
      const internet = { ...everything, has: () => Promise.resolve(true) };
      for (const recorded of [undefined, {}]) {
        await rm(log, { force: true });
        const choice = await choose(recorded, { images: folder, internet });
        const sources = await bringSources(choice, {
          env: { PATH: folder },
          makesNodes: true,
          notice: () => undefined,
        });
        assert.deepEqual(sources.archives ?? [], []);
        assert.deepEqual((await readFile(log, "utf8")).trim().split("\n"), [
          `image inspect --format {{.Id}} ${envoy}`,
          `load --quiet --input ${path.join(folder, "balancer.tar")}`,
        ]);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  describe("with images of a newer Linkerd", () => {
    const newer = "edge-26.8.3";
    const [controller, proxy] = ["controller", "proxy"].map(
      (part) => `cr.l5d.io/linkerd/${part}:${newer}`,
    );
    let folder: string;
    let charts: string;
    before(async () => {
      folder = await mkdtemp(path.join(os.tmpdir(), "choose-sources-test-"));
      charts = path.join(folder, "charts");
      const chart = path.join(charts, "linkerd-control-plane");
      await mkdir(chart, { recursive: true });
      await writeFile(path.join(chart, "Chart.yaml"), `appVersion: ${newer}\n`);
      await save(folder, "controller", controller ?? "");
      await save(folder, "proxy", proxy ?? "");
    });
    after(() => rm(folder, { recursive: true }));
    const publicCharts = { ...internetWith("cr.l5d.io"), has: () => Promise.resolve(true) };

    test("is refused as wrong input, for a new stack and for one that is there", async () => {
      const newAndThere = [undefined, built, { ...built, charts: "/gone" }];
      for (const sources of newAndThere) {
        await assert.rejects(choose(sources, { images: folder }), (error: CommandError) => {
          assert.equal(error.exitCode, exitCodes.badInput);
          assert.match(error.message, /another version of Linkerd than edge-26\.1\.1/);
          return true;
        });
      }
    });

    test("is what it asks for where the topology does, and charts of any version can be had", async () => {
      const over = { images: folder, linkerd: newer };
      const choice = await choose(undefined, { ...over, internet: publicCharts });
      assert.equal(choice.type === "found" && choice.found.plan.linkerd, "given");
      // Charts that are built are the package's.
      await assert.rejects(choose(undefined, over), /than edge-26\.1\.1/);
    });

    test("is what all of them are of, where the topology doesn't say and charts of any can be had", async () => {
      const over = { images: folder, linkerd: undefined };
      const choice = await choose(undefined, { ...over, internet: publicCharts });
      assert.ok(choice.type === "found");
      assert.equal(choice.found.plan.linkerd, "given");
      assert.deepEqual(plannedSources(choice), { linkerdVersion: newer });
    });

    test("replaces the recorded one if the topology asks for it and charts come from the repository", async () => {
      const images = { controller: "lab/controller:edge-26.6.3", proxy: "lab/proxy:edge-26.6.3" };
      const choice = await choose({ images }, { images: folder, linkerd: newer });
      assert.ok(choice.type === "recorded");
      assert.equal(choice.sources.linkerdVersion, newer);
      assert.deepEqual(choice.sources.images, { controller, proxy });
      const unasked = choose({ images }, { images: folder, linkerd: undefined });
      await assert.rejects(unasked, /another version of Linkerd than edge-26\.6\.3/);
    });

    test("is what the stack's own charts are of", async () => {
      const choice = await choose({ charts }, { images: folder });
      assert.deepEqual(choice.type === "recorded" && choice.sources.images, { controller, proxy });
    });
  });

  test("holds one release of Linkerd where it is built, and every one where it is public", async () => {
    const held = async (internet: Internet) =>
      plannedSources(await choose(undefined, { linkerd: undefined, internet }));
    const chartsToo = (...registries: string[]) => ({
      ...internetWith(...registries),
      has: () => Promise.resolve(true),
    });
    assert.deepEqual(await held(internetWith()), { linkerdVersion: "edge-26.1.1" });
    // Images alone are no help: charts that are built are of one release, and so are stand-ins.
    assert.deepEqual(await held(internetWith("cr.l5d.io")), { linkerdVersion: "edge-26.1.1" });
    assert.deepEqual(await held(chartsToo()), { linkerdVersion: "edge-26.1.1" });
    assert.deepEqual(await held(chartsToo("cr.l5d.io")), {});
    assert.deepEqual(plannedSources(await choose({ linkerdVersion: "edge-26.8.3" })), {
      linkerdVersion: "edge-26.8.3",
    });
  });

  test("keeps its stand-ins where half of Linkerd is given, and says so", async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), "choose-sources-test-"));
    try {
      await save(folder, "proxy", "cr.l5d.io/linkerd/proxy:edge-26.1.1");
      const choice = await choose(built, { images: folder });
      assert.ok(choice.type === "recorded");
      assert.equal(choice.sources.dataPlane, "none");
      const told: string[] = [];
      await bringSources(
        { ...choice, sources: {} },
        { env: {}, makesNodes: false, notice: (text) => told.push(text) },
      );
      assert.equal(told.length, 1);
      assert.match(told[0] ?? "", /Add the controller image/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test("that is not there any more is an error, and nothing else is taken in its place", async () => {
    const sources = { gatewayApi: path.join(images, "gone.yaml") };
    await assert.rejects(
      bringSources(
        { type: "recorded", sources },
        {
          env: {},
          makesNodes: false,
          notice: () => undefined,
          find: () =>
            Promise.resolve({
              given: nothingGiven,
              reach: { node: true, linkerd: true, pause: true, charts: true, gatewayApi: true },
              plan: {
                ...{
                  node: "public",
                  linkerd: "public",
                  pause: "public",
                  probe: "public",
                  prometheus: "public",
                  jaeger: "public",
                  viz: "public",
                  loadBalancer: "public",
                },
                ...{ charts: "public", gatewayApi: "public", dataPlane: "real", notes: [] },
              },
            } as const),
        },
      ),
      /are missing: .*gone\.yaml.*--new-sources/s,
    );
  });
});

describe("a mesh without a data plane", () => {
  const kind = planOrThrow({ clusters: [{ name: "west" }] }, { name: "lab" });
  const lent = planOrThrow(
    { clusters: [{ name: "west" }, { name: "lent", kubeconfig: "/lent.kubeconfig" }] },
    { name: "lab" },
  );
  const stateWith = (outputs: Record<string, unknown>) => ({
    version: 3,
    deployment: {
      resources: [
        {
          urn: "urn:pulumi:lab::linkerd-topology::pulumi:pulumi:Stack::lab",
          custom: false,
          outputs,
        },
      ],
    },
  });
  const unreachable = () => chooseFound();
  const chooseFound = async (...registries: string[]) =>
    chooseSources({
      settled: { stack, state: undefined, madeFrom: undefined },
      linkerd: "edge-26.1.1",
      env: {},
      internet: internetWith(...registries),
    });
  const allow = async (over: Partial<DataPlaneRequest>): Promise<string> => {
    const told: string[] = [];
    await allowDataPlane({
      plan: kind,
      choice: await unreachable(),
      state: undefined,
      notice: (text) => told.push(text),
      ...over,
    });
    return told.join("\n");
  };

  test("is refused unless it is allowed, with what to write", async () => {
    await assert.rejects(allow({}), /No container registry can be reached.*--allow-no-data-plane/s);
    assert.match(await allow({ allowNoDataPlane: true }), /nothing is encrypted/);
  });

  test("may be made where no registry at all can be reached, and that is said", async () => {
    assert.match(await allow({ withoutRegistry: true }), /^No container registry can be reached/);
  });

  test("is not made without a word where the machine's own settings keep it from the registries", async () => {
    const silent = async (isUntrusted: boolean, env: Record<string, string> = {}) =>
      chooseSources({
        settled: { stack, state: undefined, madeFrom: undefined },
        linkerd: "edge-26.1.1",
        env,
        internet: {
          ...internetWith(),
          silenceOf: () => ({ message: "no way", isUntrusted }),
        },
      });
    const alone = await silent(false);
    assert.match(
      await allow({ choice: alone, withoutRegistry: true }),
      /^No container registry can be reached \(cr\.l5d\.io: no way\), and no Linkerd images/,
    );
    const proxy = { HTTPS_PROXY: "http://me:hunter2@proxy.test" };
    for (const [choice, message] of [
      [await silent(true), /doesn't trust the authority .* SSL_CERT_FILE.*--allow-no-data-plane/s],
      [await silent(false, proxy), /proxy of HTTPS_PROXY doesn't lead .*--allow-no-data-plane/s],
    ] as const) {
      await assert.rejects(allow({ choice, withoutRegistry: true }), (error: Error) => {
        assert.match(error.message, message);
        assert.ok(!error.message.includes("hunter2"));
        return true;
      });
    }
    const excluded = await silent(false, { ...proxy, NO_PROXY: "cr.l5d.io" });
    assert.match(await allow({ choice: excluded, withoutRegistry: true }), /nothing is encrypted/);
  });

  test("is not made because one registry is silent while others answer", async () => {
    const choice = await chooseFound("registry-1.docker.io", "registry.k8s.io");
    await assert.rejects(
      allow({ choice, withoutRegistry: true }),
      /cr\.l5d\.io.* does not answer as a registry; others do/,
    );
    const real = await chooseFound("cr.l5d.io");
    assert.equal(await allow({ choice: real }), "");
  });

  test("takes no cluster that exists, and no mesh that has one, without a word", async () => {
    await assert.rejects(allow({ plan: lent, withoutRegistry: true }), /"lent" exists already/);
    await assert.rejects(
      allow({ state: stateWith({ dataPlane: "real" }), withoutRegistry: true }),
      /the running mesh has a data plane/,
    );
  });

  test("goes on as it was, but not into a cluster that joins it", async () => {
    const choice = { type: "recorded", sources: built } as const;
    const before = { dataPlane: "none", plan: kind };
    assert.equal(await allow({ choice, state: stateWith(before) }), "");
    await assert.rejects(
      allow({ choice, plan: lent, state: stateWith(before), withoutRegistry: true }),
      /"lent" exists already/,
    );
    const joined = stateWith({ ...before, plan: lent });
    assert.equal(await allow({ choice, plan: lent, state: joined }), "");
  });

  test("is asked about where somebody can be asked", async () => {
    const questions: string[] = [];
    const answer = (yes: boolean) => (question: string) => {
      questions.push(question);
      return Promise.resolve(yes);
    };
    await assert.rejects(allow({ allowNoDataPlane: answer(false) }), /--allow-no-data-plane/);
    await allow({ allowNoDataPlane: answer(true) });
    assert.match(questions.join(), /Continue without a data plane\?/);
  });
});
