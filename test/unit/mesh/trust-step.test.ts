import assert from "node:assert/strict";
import path from "node:path";
import { writeFile } from "node:fs/promises";
import { afterEach, describe, it } from "node:test";
import { assertEach } from "../../assert-each.ts";
import { trustStep } from "../../../providers/mesh/trust-step.ts";
import type { PropertyMap } from "../../../providers/server/index.ts";
import { unknown } from "../../../providers/server/index.ts";
import { makeAuthority } from "../authority.ts";
import { testContext } from "./context.ts";
import { both, bringUpToDate, first, second, trustingPair, urn } from "./trusting-pair.ts";

const pair = trustingPair();

const step = (anchors: Record<string, string>, signers: Record<string, string>): PropertyMap => ({
  anchors,
  signers,
  kubeconfigPaths: pair.files,
  contexts: {},
});

const allow = (inputs: PropertyMap, oldInputs?: PropertyMap) => {
  const { context } = testContext();
  return oldInputs === undefined
    ? trustStep.create({ urn, inputs }, context)
    : trustStep.update({ id: "x", urn, oldInputs, oldOutputs: {}, newInputs: inputs }, context);
};

const one = { "1": first.root.certificate };
const two = { ...one, "2": second.root.certificate };
const only = { "2": second.root.certificate };
const signers = (signer: string) => ({ west: signer, east: signer });

describe("TrustStep", () => {
  it("lets a whole rotation pass, step by step, on running clusters", async () => {
    const all = [pair.west, pair.east];
    const everywhere = ["shop", "bank"];
    await allow(step(two, signers("1")));
    for (const cluster of all) {
      cluster.trust(first.root, second.root);
      await bringUpToDate(cluster, both, everywhere);
    }
    await allow(step(two, signers("2")), step(two, signers("1")));
    for (const cluster of all) {
      cluster.install(makeAuthority({ subject: "issuer 2", signedBy: second.root }));
      await bringUpToDate(cluster, both, everywhere);
    }
    await allow(step(only, signers("2")), step(two, signers("2")));
    for (const cluster of all) {
      cluster.trust(second.root);
      await bringUpToDate(cluster, second.root.certificate, everywhere);
      assertEach("pods with the new bundle", cluster.pods, ({ bundle }) =>
        ["", second.root.certificate].includes(bundle),
      );
    }
  });

  it("refuses what would cost traffic, with where and why, and changes nothing", async () => {
    await assert.rejects(allow(step(only, signers("2"))), (error: Error) => {
      assert.match(error.message, /refused; nothing was changed in any cluster/);
      assert.match(
        error.message,
        /CN=root 1 .*can't be taken out.* signs the issuer of "west", "east"/,
      );
      assert.match(error.message, /generation 2, CN=root 2 .*not trusted in "west", "east"/);
      return true;
    });
    pair.west.trust(first.root, second.root);
    pair.east.trust(first.root, second.root);
    await bringUpToDate(pair.west, both, ["shop", "bank"]);
    const writes = () =>
      [pair.west, pair.east].flatMap(({ fake }) =>
        fake.requests.filter((one) => !one.startsWith("GET")),
      );
    const before = writes();
    await assert.rejects(
      allow(step(two, signers("2"))),
      /proxies started before they could trust it, of east: bank\/Deployment\/web, linkerd-multicluster\/Deployment\/linkerd-gateway, shop\/Deployment\/web/,
    );
    assert.deepEqual(writes(), before);
  });

  it("waits until certificates are renewed, which proxies tell by when theirs ends", async () => {
    pair.west.trust(first.root, second.root);
    pair.east.trust(first.root, second.root);
    for (const cluster of [pair.west, pair.east])
      await bringUpToDate(cluster, both, ["shop", "bank"]);
    for (const cluster of [pair.west, pair.east]) {
      cluster.install(makeAuthority({ subject: "issuer 2", signedBy: second.root }));
      await bringUpToDate(cluster, both, ["shop"]);
    }
    const next = () => allow(step(only, signers("2")), step(two, signers("2")));
    await assert.rejects(
      next(),
      /it may have issued certificates that are still in use, of west: bank\/Deployment\/web/,
    );
    for (const cluster of [pair.west, pair.east]) {
      cluster.tick(24 * 3600);
      const pod = cluster.fake.get("/apis/apps/v1/namespaces/linkerd/deployments/linkerd-identity");
      assert.ok(pod);
      const args = ["-identity-issuance-lifetime=24h0m0s"];
      (pod["spec"] as { template: object }).template = {
        metadata: { annotations: {} },
        spec: { containers: [{ name: "identity", args }] },
      };
      const expiry = Date.parse(cluster.now) / 1000 + 24 * 3600;
      const { items } = (
        cluster.fake.answers.get("/api/v1/pods") as {
          body: { items: { metadata: { name: string; namespace: string } }[] };
        }
      ).body;
      for (const { metadata } of items) {
        cluster.fake.answers.set(
          `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}:4191/proxy/metrics`,
          { status: 200, body: `control_identity_cert_expiration_timestamp_seconds ${expiry}\n` },
        );
      }
    }
    await next();
  });

  describe("of clusters without a kubeconfig", () => {
    const { PATH } = process.env;
    const docker = async (script: string): Promise<void> => {
      const file = path.join(pair.directory, "docker");
      await writeFile(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
      process.env["PATH"] = `${pair.directory}:${PATH ?? ""}`;
    };
    afterEach(() => {
      process.env["PATH"] = PATH;
    });
    const kinds = { west: "lab-west", east: "lab-east" };
    const lost = (inputs: PropertyMap): PropertyMap => ({
      ...inputs,
      kubeconfigPaths: {
        west: path.join(pair.directory, "a"),
        east: path.join(pair.directory, "b"),
      },
      kindNames: kinds,
    });

    it("lets a topology begin with any generation where Docker has no cluster", async () => {
      await docker("exit 0");
      await allow(lost(step(only, signers("2"))));
    });

    const node = (running: boolean): string =>
      JSON.stringify([
        {
          Id: "1",
          Name: "/lab-east-control-plane",
          Config: { Image: "node", Labels: { "io.x-k8s.kind.role": "control-plane" } },
          State: { Running: running },
          Mounts: [],
          HostConfig: { PortBindings: { "6443/tcp": [{ HostIp: "127.0.0.1", HostPort: "1" }] } },
          NetworkSettings: { Networks: {} },
        },
      ]);
    /** A Docker that has the nodes of east, and none of west. */
    const nodesOfEast = (running: boolean, exec: string): Promise<void> =>
      docker(
        `case "$*" in *lab-west*) ;; ps*) echo 1;; exec*) ${exec};; *) echo '${node(running)}';; esac`,
      );

    it("refuses where Docker has nodes that don't run, whatever was asked before", async () => {
      await nodesOfEast(false, "exit 1");
      for (const before of [undefined, lost(step(one, signers("1"))), {}]) {
        await assert.rejects(
          allow(lost(step(two, signers("2"))), before),
          /its kubeconfig .* is gone: its nodes don't run: lab-east-control-plane/,
        );
      }
    });

    it("goes by what the nodes hold where they run", async () => {
      const data = Buffer.from("PEM").toString("base64");
      const conf = JSON.stringify({
        clusters: [{ cluster: { "certificate-authority-data": data } }],
        users: [{ user: { "client-certificate-data": data, "client-key-data": data } }],
      });
      await nodesOfEast(true, `echo '${conf}'`);
      // Nothing answers there; that it was asked is what counts.
      await assert.rejects(
        allow(lost(step(two, signers("2")))),
        /east: its kubeconfig .*b is gone: .*PEM/,
      );
    });

    it("refuses where Docker can't be asked", async () => {
      await docker("echo no daemon >&2; exit 1");
      await assert.rejects(allow(lost(step(two, signers("2")))), /no daemon/);
    });

    it("refuses where it is not a kind cluster, which is never yet to be made", async () => {
      const inputs = { ...lost(step(two, signers("2"))), kindNames: {} };
      await assert.rejects(
        allow(inputs),
        /"west", "east" is ready.*west: its kubeconfig .*a is gone/,
      );
      // Somebody else may decide who signs: the anchors are asked for all the same.
      await assert.rejects(
        allow({ ...inputs, signers: { west: "", east: "" } }),
        /its kubeconfig .*a is gone/,
      );
    });

    it("refuses where another cluster answers", async () => {
      const inputs = {
        ...step(one, signers("1")),
        clusterUids: { west: pair.west.fake.uid, east: "x" },
      };
      await assert.rejects(
        allow(inputs),
        /east: the context "fake" .* leads to a different cluster/,
      );
    });
  });

  it("tells in a preview already which step comes too early", async () => {
    const check = async (olds: PropertyMap, news: PropertyMap) =>
      (await trustStep.check({ urn, olds, news })).failures ?? [];
    const reasons = async (olds: PropertyMap, news: PropertyMap) =>
      (await check(olds, news)).map(({ reason }) => reason).join("\n");
    const unmade = { ...one, "2": unknown } as never;
    assert.match(
      await reasons(step(one, signers("1")), step(unmade, signers("2"))),
      /^signers.west: generation 2 .*same update in which it is added/,
    );
    assert.match(
      await reasons(step(two, signers("1")), step(only, signers("2"))),
      /signers.east: generation 1 .*can't be taken out in the same update/,
    );
    for (const [olds, news] of [
      [{}, step(only, signers("2"))],
      [step(one, signers("1")), step(unmade, signers("1"))],
      [step(two, signers("1")), step(two, signers("2"))],
      [step(two, signers("2")), step(only, signers("2"))],
    ] as const) {
      assert.deepEqual(await check(olds, news), []);
    }
  });
});
