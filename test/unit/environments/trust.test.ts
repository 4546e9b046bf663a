import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CommandError } from "../../../environments/command-error.ts";
import { exitCodes } from "../../../environments/exit-codes.ts";
import { rotateOutlook } from "../../../environments/rotate.ts";
import { readTopologySource } from "../../../environments/topology-source.ts";
import { refuseEarlyStep } from "../../../environments/trust.ts";
import { planOrThrow } from "../../../planning/plan.ts";
import type { TrustSpec } from "../../../planning/topology.ts";
import { both, bringUpToDate, first, second, trustingPair } from "../mesh/trusting-pair.ts";

const planOf = (trust: TrustSpec = {}) =>
  planOrThrow({ clusters: [{ name: "west" }, { name: "east" }], trust }, { name: "lab" });
const output = (generation: number, { root }: typeof first) => ({
  generation,
  certificatePem: root.certificate,
  fingerprint: "",
  expiry: "",
});
const generations = [{ generation: 1 }, { generation: 2 }];

describe("what an up refuses before it begins", () => {
  const pair = trustingPair();
  /** What the last `up` told. */
  const outputs = (trust: TrustSpec, ...anchors: object[]) => ({
    plan: planOf(trust),
    clusters: Object.entries(pair.files).map(([name, kubeconfigPath]) => ({
      name,
      kubeconfigPath,
    })),
    trustAnchors: anchors,
  });
  const writes = () =>
    [pair.west, pair.east].flatMap(({ fake }) =>
      fake.requests.filter((one) => !one.startsWith("GET")),
    );
  const isRefused = (why: RegExp) => (error: unknown) => {
    assert.ok(error instanceof CommandError);
    assert.equal(error.exitCode, exitCodes.badInput);
    assert.match(error.message, why);
    return true;
  };

  it("is a generation that signs before it was made", async () => {
    await assert.rejects(
      refuseEarlyStep(planOf({ anchors: generations, signer: 2 }), outputs({}, output(1, first))),
      isRefused(/generation 2, yet to be made .*can't sign .*not trusted in "west", "east"/),
    );
    assert.deepEqual(writes(), []);
  });

  it("is a generation taken out that signs, or that certificates come from", async () => {
    await assert.rejects(
      refuseEarlyStep(
        planOf({ anchors: [{ generation: 2 }] }),
        outputs({ anchors: generations }, output(1, first), output(2, second)),
      ),
      isRefused(/root 1 .*can't be taken out: it signs the issuer of "west", "east"/),
    );
  });

  it("is nothing of a step that may be taken, and of a mesh that never was up", async () => {
    await refuseEarlyStep(planOf({ anchors: generations }), outputs({}, output(1, first)));
    await refuseEarlyStep(planOf({ anchors: generations, signer: 2 }), {});
    for (const cluster of [pair.west, pair.east]) {
      cluster.trust(first.root, second.root);
      await bringUpToDate(cluster, both, ["shop", "bank"]);
    }
    await refuseEarlyStep(
      planOf({ anchors: generations, signer: 2 }),
      outputs({ anchors: generations }, output(1, first), output(2, second)),
    );
  });

  it("asks no cluster where nothing about trust is to change", async () => {
    const before = pair.west.fake.requests.length;
    await refuseEarlyStep(planOf(), outputs({}, output(1, first)));
    assert.equal(pair.west.fake.requests.length, before);
  });
});

describe("a rotation of a topology that no file of one's own holds", () => {
  it("tells the edits in place of making them", async () => {
    const topology = { clusters: [{ name: "west" }] };
    const silent = { terminal: false, write: () => undefined };
    for (const source of [
      { topology },
      { file: "/project/node_modules/linkerd-topology/stacks/Pulumi.flat.yaml" },
    ]) {
      await assert.rejects(rotateOutlook({ source, output: silent }), (error: unknown) => {
        assert.ok(error instanceof CommandError);
        assert.equal(error.exitCode, exitCodes.badInput);
        assert.match(error.message, /1\. list both in trust\.anchors.*\n.*2\. write trust\.signer/);
        return true;
      });
    }
  });
});

describe("certificates' files", () => {
  it("are found from where the topology is", async () => {
    const trust = {
      anchors: [{ generation: 1, certificateFile: "root.crt", keyFile: "/x/root.key" }],
    };
    const issuer = { certificateFile: "west.crt", keyFile: "west.key" };
    const { topology } = await readTopologySource({
      topology: { clusters: [{ name: "west", trust: { issuer } }], trust },
      directory: "/lab",
    });
    assert.deepEqual(topology, {
      clusters: [
        {
          name: "west",
          trust: { issuer: { certificateFile: "/lab/west.crt", keyFile: "/lab/west.key" } },
        },
      ],
      trust: {
        anchors: [{ generation: 1, certificateFile: "/lab/root.crt", keyFile: "/x/root.key" }],
      },
    });
  });
});
