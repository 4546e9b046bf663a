import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { planOrThrow } from "../../planning/plan.ts";
import { beginRotation, editTrust } from "../../planning/trust/rotation/edit.ts";
import type { Topology } from "../../planning/topology.ts";
import { prefixOf } from "./expected-resources.ts";
import { TestEngine, topologyName } from "./test-engine.ts";
import { pair } from "./topologies.ts";

const ours = "linkerd-topology:index";
const plan = planOrThrow(pair, { name: topologyName });
const prefixes = plan.clusters.map(({ name }) => prefixOf(plan, name));
const each = (line: (prefix: string) => string): string[] => prefixes.map(line);

/** What changes wherever clusters get other anchors. */
const bundles = [
  ...each((prefix) => `update kubernetes:core/v1:Secret ${prefix}-control-plane-issuer`),
  ...each((prefix) => `update kubernetes:helm.sh/v3:Release ${prefix}-control-plane`),
  ...each((prefix) => `update ${ours}:InjectorReady ${prefix}-control-plane`),
];

const anchor = (operation: string, name: string) => [
  `${operation} ${ours}:TrustAnchor ${name}`,
  `${operation} tls:index/privateKey:PrivateKey ${name}`,
  `${operation} tls:index/selfSignedCert:SelfSignedCert ${name}`,
];

const replaced = (type: string, name: string) => `replace ${type} ${name}`;

const reissued = (cluster: string): string[] => [
  replaced("tls:index/locallySignedCert:LocallySignedCert", `${topologyName}-${cluster}`),
  `update kubernetes:core/v1:Secret ${prefixOf(plan, cluster)}-control-plane-issuer`,
];

const proxiesOf = (operation: string) =>
  each((prefix) => `${operation} ${ours}:ProxiesCurrent ${prefix}-proxies`);

/** Each step with the topology that it is, and with exactly what an `up` does for it. */
const steps: readonly {
  readonly title: string;
  readonly make: (topology: Topology) => Topology;
  readonly changes: readonly string[];
}[] = [
  {
    title: "one issuer is rotated alone, key and certificate",
    make: (topology) => withWest(topology, { rotation: "2" }),
    changes: [
      replaced("tls:index/privateKey:PrivateKey", `${topologyName}-west`),
      replaced("tls:index/certRequest:CertRequest", `${topologyName}-west`),
      ...reissued("west"),
    ],
  },
  {
    title: "the next generation is added to what every cluster trusts",
    make: beginRotation,
    changes: [
      ...anchor("create", `${topologyName}-anchor-2`),
      `create ${ours}:TrustStep ${topologyName}`,
      ...bundles,
      ...proxiesOf("update"),
    ],
  },
  {
    title: "it signs the issuer of one cluster",
    make: (topology) => withWest(topology, { rotation: "2", signer: 2 }),
    changes: [
      `update ${ours}:TrustStep ${topologyName}`,
      ...reissued("west"),
      `update ${ours}:ProxiesCurrent ${prefixOf(plan, "west")}-proxies`,
    ],
  },
  {
    title: "it signs all issuers",
    make: (topology) => editTrust(topology, { type: "sign", generation: 2 }),
    changes: [
      `update ${ours}:TrustStep ${topologyName}`,
      ...reissued("east"),
      `update ${ours}:ProxiesCurrent ${prefixOf(plan, "east")}-proxies`,
    ],
  },
  {
    title: "the old generation is taken out",
    make: (topology) => editTrust(topology, { type: "retire", generation: 2 }),
    changes: [
      ...anchor("delete", topologyName),
      `update ${ours}:TrustStep ${topologyName}`,
      ...bundles,
      ...proxiesOf("update"),
    ],
  },
];

describe("a rotation of the trust anchor", () => {
  let engine: TestEngine;
  let topology = pair;
  before(async () => {
    engine = await TestEngine.start({ inline: true });
    await engine.up(topology);
  });
  after(async () => {
    await engine.close();
  });

  for (const { title, make, changes } of steps) {
    test(title, async () => {
      topology = make(topology);
      const update = await engine.up(topology);
      assert.deepEqual(summary(update.changes), [...changes].sort());
      assert.doesNotMatch(update.transcript, /BEGIN (EC |RSA )?PRIVATE KEY/);
    });

    test(`${title}: the next up changes nothing`, async () => {
      engine.world.takeCalls();
      assert.deepEqual((await engine.up(topology)).changes, []);
      assert.deepEqual(engine.world.takeCalls(), []);
    });
  }

  test("leaves no key in the state in plaintext", async () => {
    assert.doesNotMatch(await engine.exportState(), /BEGIN (EC |RSA )?PRIVATE KEY/);
  });
});

function withWest(topology: Topology, trust: object): Topology {
  return {
    ...topology,
    clusters: topology.clusters.map((cluster) =>
      cluster.name === "west" ? { ...cluster, trust } : cluster,
    ),
  };
}

/** A resource that is replaced shows as up to three operations. */
function summary(changes: readonly string[]): string[] {
  const replacements = /^(create-replacement|delete-replaced|replace) /;
  return [...new Set(changes.map((change) => change.replace(replacements, "replace ")))].sort();
}
