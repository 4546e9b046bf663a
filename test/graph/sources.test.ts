import assert from "node:assert/strict";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, describe, it } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { crdsByName } from "../../components/gateway-api.ts";
import { inContext } from "../../components/program-context.ts";
import { readSources, sourcesVariable } from "../../components/sources.ts";
import { Topology } from "../../components/topology.ts";
import {
  gatewayApiText,
  pair,
  registerTopology,
  sources,
  temporaryDirectory,
  writeTemporary,
} from "./fixtures.ts";
import { register } from "./monitor.ts";

after(() => rmSync(temporaryDirectory, { recursive: true }));

const releaseType = "kubernetes:helm.sh/v3:Release";

void describe("a sources file", () => {
  void it("has its paths relative to itself", () => {
    for (const chart of ["linkerd-crds", "linkerd-control-plane", "linkerd-multicluster"]) {
      writeTemporary(`bundle/charts/${chart}/Chart.yaml`, "");
    }
    writeTemporary("bundle/proxy.tar", "");
    writeTemporary("bundle/gateway-api.yaml", "");
    const file = writeTemporary(
      "bundle/sources.json",
      JSON.stringify({
        nodeImage: "node:1",
        archives: ["proxy.tar"],
        charts: "charts",
        gatewayApi: "gateway-api.yaml",
        images: { proxy: "l/proxy:1" },
        dataPlane: "none",
      }),
    );
    const beside = (name: string) => join(dirname(file), name);
    assert.deepEqual(readSources(file), {
      nodeImage: "node:1",
      archives: [beside("proxy.tar")],
      charts: beside("charts"),
      gatewayApi: beside("gateway-api.yaml"),
      images: { proxy: "l/proxy:1" },
      dataPlane: "none",
    });
  });

  const refused: [string, unknown, RegExp[]][] = [
    [
      "unknown keys",
      { image: {}, images: { prox: "a:b" } },
      [
        /unknown "image"; known are nodeImage/,
        /images: unknown "prox"; known are controller, proxy, pause/,
      ],
    ],
    ["wrong types", { archives: "a", dataPlane: "maybe" }, [/archives: /, /dataPlane: /]],
    [
      "what isn't there",
      { archives: ["no.tar"], gatewayApi: "no.yaml" },
      [/archives\[0\]: there is no file .*no\.tar/, /gatewayApi: there is no file/],
    ],
    [
      "charts that aren't there",
      { charts: "." },
      [/charts: there is no file .*linkerd-crds.Chart\.yaml/],
    ],
    [
      "images the charts can't name",
      { images: { proxy: "a@sha256:1" } },
      [/images\.proxy: .*need a name and a tag/],
    ],
  ];
  for (const [title, content, messages] of refused) {
    void it(`is refused for ${title}, all at once`, () => {
      const file = writeTemporary("refused/sources.json", JSON.stringify(content));
      assert.throws(
        () => readSources(file),
        (error) => {
          // Pulumi shows the message of such an error, and no stack.
          assert.ok(pulumi.RunError.isInstance(error));
          for (const message of messages) assert.match(error.message, message);
          return error.message.includes(file);
        },
      );
    });
  }

  void it("that is missing or no JSON is named", () => {
    assert.throws(
      () => readSources("/nowhere/sources.json"),
      /\/nowhere\/sources\.json.*cannot be read.*LINKERD_TOPOLOGY_SOURCES/s,
    );
    assert.throws(() => readSources(writeTemporary("bad.json", "{")), /it is not valid JSON/);
  });
});

void describe("what sources lead to", () => {
  void it("charts from the directory", async () => {
    const all = await registerTopology(pair);
    const charts = all.filter(({ type }) => type === releaseType).map(({ inputs }) => inputs);
    assert.equal(charts.length, 8);
    for (const { chart, repositoryOpts } of charts) {
      assert.match(String(chart), /^\/charts\/linkerd-|\/charts\/gateway-api-/);
      assert.equal(repositoryOpts, undefined);
    }
  });

  void it("charts from Linkerd's repository, by version, where there is no directory", async () => {
    const { gatewayApi } = sources;
    const all = await registerTopology(pair, {
      charts: undefined as never,
      ...(gatewayApi !== undefined && { gatewayApi }),
    });
    const inputs = all
      .filter(({ type, name }) => type === releaseType && !name.endsWith("gateway-api"))
      .map((one) => one.inputs);
    assert.equal(inputs.length, 6);
    for (const one of inputs) {
      assert.equal(one["version"], "2026.6.3");
      assert.deepEqual(one["repositoryOpts"], { repo: "https://helm.linkerd.io/edge" });
    }
  });

  void it("charts from the file that the environment names, where the program names none", async () => {
    for (const chart of ["linkerd-crds", "linkerd-control-plane", "linkerd-multicluster"]) {
      writeTemporary(`named/charts/${chart}/Chart.yaml`, "");
    }
    const { gatewayApi } = sources;
    const file = writeTemporary(
      "named/sources.json",
      JSON.stringify({ charts: "charts", gatewayApi }),
    );
    const context = { env: { [sourcesVariable]: file }, directory: temporaryDirectory };
    const all = await inContext(context, () =>
      register(() => new Topology("lab", { topology: pair })),
    );
    const charts = all
      .filter(({ type, name }) => type === releaseType && !name.endsWith("gateway-api"))
      .map(({ inputs }) => dirname(String(inputs["chart"])));
    assert.equal(charts.length, 6);
    assert.deepEqual([...new Set(charts)], [join(dirname(file), "charts")]);
  });

  void it("the node image and the archives reach every cluster, the images every release", async () => {
    const all = await registerTopology(pair, {
      nodeImage: "node:1",
      archives: ["/a.tar"],
      images: { controller: "l/controller:1", proxy: "l/proxy:1", pause: "l/pause:1" },
    });
    const clusters = all.filter(({ type }) => type === "kind:index:Cluster");
    assert.equal(clusters.length, 2);
    for (const { inputs } of clusters) {
      assert.equal(inputs["nodeImage"], "node:1");
      assert.deepEqual(inputs["imageArchives"], ["/a.tar"]);
    }
    for (const { name, inputs } of all.filter(({ type }) => type === releaseType)) {
      const text = JSON.stringify(inputs["values"]);
      if (name.endsWith("-multicluster")) {
        assert.match(text, /"localServiceMirror":{"image":{"name":"l\/controller","version":"1"}/);
        assert.match(text, /"controllerDefaults":{"image":{"name":"l\/controller"/);
        assert.match(text, /"pauseImage":"l\/pause:1"/);
      }
      if (name.endsWith("-control-plane")) assert.match(text, /"name":"l\/proxy","version":"1"/);
    }
  });
});

void describe("the Gateway API's chart", () => {
  void it("has one file per definition, and nothing else of the release", async () => {
    assert.deepEqual(
      [...crdsByName(gatewayApiText).keys()],
      ["httproutes.gateway.networking.k8s.io", "gateways.gateway.networking.k8s.io"],
    );
    const all = await registerTopology(pair);
    const chart = String(
      all.find(({ name, type }) => type === releaseType && name.endsWith("gateway-api"))?.inputs[
        "chart"
      ],
    );
    assert.deepEqual(readdirSync(chart).sort(), ["Chart.yaml", "crds"]);
    assert.match(
      readFileSync(join(chart, "Chart.yaml"), "utf8"),
      /version: 1\.2\.1\+[0-9a-f]{12}\n/,
    );
    assert.equal(readdirSync(join(chart, "crds")).length, 2);
    assert.match(
      readFileSync(join(chart, "crds", "gateways.gateway.networking.k8s.io.yaml"), "utf8"),
      /^apiVersion: apiextensions/,
    );
  });

  void it("are found whatever ends their lines, and wherever a comment stands", () => {
    const text = `# of a release\n---\n${gatewayApiText}`.replaceAll("\n", "\r\n");
    assert.deepEqual(
      [...crdsByName(text).keys()],
      ["httproutes.gateway.networking.k8s.io", "gateways.gateway.networking.k8s.io"],
    );
    for (const definition of crdsByName(text).values()) {
      assert.equal((parse(definition) as { kind: string }).kind, "CustomResourceDefinition");
    }
  });

  void it("that are no YAML are refused", () => {
    assert.throws(() => crdsByName("kind: [CustomResourceDefinition"), /not valid YAML/);
  });

  void it("without HTTPRoute is refused", async () => {
    const gatewayApi = writeTemporary("empty.yaml", "---\nkind: Namespace\n");
    await assert.rejects(registerTopology(pair, { gatewayApi }), /HTTPRoute is missing/);
  });
});
