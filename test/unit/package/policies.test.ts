import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ResourceValidationArgs } from "@pulumi/policy";
import { topologyPolicies } from "../../../policies.ts";
import { certificatePem } from "../../graph/certificate.ts";
import { X509Certificate } from "node:crypto";

interface Given {
  readonly type: string;
  readonly parent?: string;
  readonly stack?: string;
  readonly protect?: boolean;
  readonly props?: object;
  readonly config?: object;
}

/** What all policies say of a resource, each with its policy's name. */
function violations({ type, parent, stack = "shop-prod", ...given }: Given): readonly string[] {
  const { protect = false, props = {}, config = {} } = given;
  const types = parent === undefined ? type : `${parent}$${type}`;
  const args = {
    type,
    urn: `urn:pulumi:${stack}::project::${types}::lab`,
    name: "lab",
    opts: { protect },
    props,
    getConfig: () => config,
  } as unknown as ResourceValidationArgs;
  return topologyPolicies.flatMap(({ name, validateResource }) => {
    assert.ok(typeof validateResource === "function");
    const said: string[] = [];
    void validateResource(args, (message: string) => said.push(`${name}: ${message}`));
    return said;
  });
}

const cluster = { type: "kind:index:Cluster" };

describe("the policies", () => {
  test("refuse clusters, identities and anchors without protection in stacks named for production", () => {
    const parent = "linkerd-topology:index:Topology$linkerd-topology:index:TrustAnchor";
    const types = ["privateKey:PrivateKey", "selfSignedCert:SelfSignedCert"];
    for (const one of [
      cluster,
      { type: "linkerd-topology:index:ClusterIdentity" },
      ...types.map((type) => ({ type: `tls:index/${type}`, parent })),
    ]) {
      assert.match(violations(one).join(), /-protected: the .* lab is not protected/);
      assert.deepEqual(violations({ ...one, protect: true }), []);
    }
  });

  test("are for these stacks only, or for those that the configuration names", () => {
    for (const stack of ["prod", "live", "shop.production", "prod-eu"]) {
      assert.equal(violations({ ...cluster, stack }).length, 1, stack);
    }
    for (const stack of ["lab", "product", "reproduction", "delivery"]) {
      assert.deepEqual(violations({ ...cluster, stack }), [], stack);
    }
    const config = { stacks: ["^lab$"] };
    assert.equal(violations({ ...cluster, stack: "lab", config }).length, 1);
    assert.deepEqual(violations({ ...cluster, config }), []);
  });

  test("leave every other resource alone", () => {
    assert.deepEqual(violations({ type: "tls:index/privateKey:PrivateKey" }), []);
    assert.deepEqual(violations({ type: "kubernetes:core/v1:Secret" }), []);
  });

  test("refuse leave to replace clusters, protected or not", (t) => {
    process.env["LINKERD_TOPOLOGY_REPLACE"] = "lab-east@1a2b";
    t.after(() => {
      delete process.env["LINKERD_TOPOLOGY_REPLACE"];
    });
    assert.match(
      violations({ ...cluster, protect: true }).join(),
      /LINKERD_TOPOLOGY_REPLACE is set \(lab-east@1a2b\)/,
    );
  });

  test("keep the listed anchors in every control plane, whatever else it trusts", () => {
    const release = {
      type: "kubernetes:helm.sh/v3:Release",
      props: {
        chart: "/charts/linkerd-control-plane",
        values: { identityTrustAnchorsPEM: certificatePem },
      },
    };
    const anchors = [new X509Certificate(certificatePem).fingerprint256.toLowerCase()];
    assert.deepEqual(violations({ ...release, config: { anchors } }), []);
    const lost = violations({ ...release, config: { anchors: [...anchors, "AB:CD"] } });
    assert.match(lost.join(), /^trust-anchors-kept: lab would no longer trust AB:CD: /);
    const others = { ...release.props, chart: "linkerd-crds" };
    assert.deepEqual(violations({ ...release, props: others, config: { anchors: ["AB"] } }), []);
  });
});
