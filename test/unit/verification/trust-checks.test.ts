import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { planOrThrow } from "../../../planning/plan.ts";
import { rotationState } from "../../../planning/trust/rotation/state.ts";
import { issuerValid } from "../../../verification/checks/issuer-valid.ts";
import { trustAnchorShared } from "../../../verification/checks/trust-anchor-shared.ts";
import { observeCertificates } from "../../../linkerd/trust/certificates.ts";
import { silentTrust } from "../../../linkerd/trust/trust-facts.ts";
import { connect } from "../../../kubernetes/connect.ts";
import type { KubernetesApi } from "../../../kubernetes/api.ts";
import { renderRotation } from "../../../verification/render/status.ts";
import { styleOf } from "../../../verification/render/style.ts";
import type { ClusterStatus, MeshStatus } from "../../../verification/status.ts";
import { makeAuthority, type Authority } from "../authority.ts";
import { anchorNamed } from "../planning/rotation/simulated-mesh.ts";
import { makeGeneration, TrustingCluster } from "../mesh/trusting-cluster.ts";

const first = makeGeneration("1");
const day = 86_400_000;
const later = (days: number) => new Date(Date.now() + days * day);

describe("checks of what a cluster trusts", () => {
  let cluster: TrustingCluster;
  let api: KubernetesApi;
  beforeEach(async () => {
    cluster = await TrustingCluster.start(first);
    api = await connect({ kubeconfig: cluster.fake.kubeconfig });
  });
  afterEach(() => cluster.fake.stop());

  const plan = planOrThrow({ clusters: [{ name: "west" }] }, { name: "lab" });
  const look = async (): Promise<ClusterStatus> =>
    ({
      name: "west",
      reachable: true,
      ...(await observeCertificates(api)),
    }) as Partial<ClusterStatus> as ClusterStatus;
  const anchors = async () => {
    const status = { clusters: [await look()] } as Partial<MeshStatus> as MeshStatus;
    return trustAnchorShared.run({ plan, status });
  };
  const issuer = async () => {
    const [planned] = plan.clusters;
    assert.ok(planned);
    return issuerValid.run({
      plan: planned,
      found: false,
      status: await look(),
      serviceMirrors: [],
      viz: false,
      revoked: [],
    });
  };
  const install = (authority: Authority, ...between: Authority[]) => {
    const certificate = [authority, ...between].map((one) => one.certificate).join("");
    cluster.install({ ...authority, certificate });
  };

  it("look at every generation, and tell of two that a rotation is under way", async () => {
    const second = makeAuthority({ subject: "root 2", pathLength: 1 });
    cluster.trust(first.root, second);
    const found = await anchors();
    assert.equal(found.state, "passed");
    assert.match("detail" in found ? (found.detail ?? "") : "", /and .*: a rotation is under way$/);
    const ended = makeAuthority({ subject: "root 3", pathLength: 1, to: -1 });
    cluster.trust(first.root, ended);
    assert.match(JSON.stringify(await anchors()), /"failed".*the trust anchor .* expired at/);
  });

  it("take an issuer that an authority between it and the anchor signed", async () => {
    const between = makeAuthority({ subject: "between", signedBy: first.root, pathLength: 1 });
    install(makeAuthority({ subject: "x", signedBy: between, pathLength: 0 }), between);
    assert.equal((await issuer()).state, "passed");
    install(makeAuthority({ subject: "y", signedBy: between, pathLength: 0 }));
    assert.match(JSON.stringify(await issuer()), /no trust anchor of this cluster signed/);
  });

  it("say when an anchor ends before the issuer that it signed", async () => {
    const root = makeAuthority({ subject: "short", pathLength: 1, to: 20 * 24 });
    cluster.trust(root);
    install(makeAuthority({ subject: "long", signedBy: root, to: 300 * 24 }));
    const found = await issuer();
    assert.equal(found.state, "passed");
    const [end, own] = [later(20), later(300)].map((time) => time.toISOString().slice(0, 10));
    assert.match(
      "detail" in found ? (found.detail ?? "") : "",
      new RegExp(`^until ${end ?? ""}, when its trust anchor expires; its own end is ${own ?? ""}`),
    );
  });
});

describe("a rotation as status shows it", () => {
  const anchor = (generation: number) => ({ generation, ...anchorNamed(generation) });
  const trusting = (...generations: number[]) => ({
    ...silentTrust("west", ""),
    problem: undefined,
    anchors: generations.map(anchorNamed),
    issuer: { fingerprint: "x", expires: "", anchor: "key-1", inUseSince: "2026-01-01T00:00:00Z" },
  });
  const shown = (anchors: number[], facts: number[]) =>
    renderRotation(
      rotationState({ anchors: anchors.map(anchor), signers: { west: 1 } }, [trusting(...facts)]),
      styleOf(),
    );

  it("is nothing where there is one anchor", () => {
    assert.deepEqual(shown([1], [1]), []);
  });

  it("has what is done, what is missing and where, and the next step", () => {
    assert.deepEqual(shown([1, 2], [1, 2]), [
      "Rotation      from generation 1 to generation 2",
      "              ✓ every cluster trusts generation 2",
      "              ✓ every proxy trusts generation 2",
      "              – generation 2 signs every issuer: not yet west",
      "              ✓ every certificate comes from generation 2",
      "              – no cluster trusts an older generation: not yet the topology, which lists generation 1, west",
      "              ✓ no proxy trusts an older generation",
      "              Next: Write trust.signer: 2, and run `up`.",
    ]);
  });
});
