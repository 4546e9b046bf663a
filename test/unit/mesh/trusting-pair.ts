import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, afterEach, before, beforeEach } from "node:test";
import { proxiesCurrent } from "../../../providers/mesh/proxies-current.ts";
import { testContext } from "./context.ts";
import { makeGeneration, TrustingCluster } from "./trusting-cluster.ts";

/** URN of whatever is tested. */
export const urn = "urn:pulumi:test::test::linkerd-topology:index:TrustStep::lab";

/** Two generations of a trust anchor. */
export const first = makeGeneration("1");
export const second = makeGeneration("2");

/** PEM of both, as a cluster has them in between. */
export const both = first.root.certificate + second.root.certificate;

/** Two clusters that trust the first generation. */
export interface TrustingPair {
  west: TrustingCluster;
  east: TrustingCluster;
  /** Cluster → file with its kubeconfig. */
  files: Record<string, string>;
  /** For more files; removed in the end. */
  directory: string;
}

/** Has the two clusters recreated for every test of a file. */
export function trustingPair(): TrustingPair {
  const pair = {} as TrustingPair;
  before(async () => {
    pair.directory = await mkdtemp(path.join(tmpdir(), "linkerd-topology-trust-"));
  });
  after(() => rm(pair.directory, { recursive: true }));
  beforeEach(async () => {
    pair.west = await TrustingCluster.start(first);
    pair.east = await TrustingCluster.start(first);
    pair.files = {};
    for (const [name, { fake }] of Object.entries({ west: pair.west, east: pair.east })) {
      pair.files[name] = path.join(pair.directory, `${name}.kubeconfig`);
      await writeFile(pair.files[name], fake.kubeconfig);
    }
  });
  afterEach(async () => {
    await Promise.all([pair.west.fake.stop(), pair.east.fake.stop()]);
  });
  return pair;
}

/** Brings the proxies of a cluster up to date. @returns what was said */
export async function bringUpToDate(
  cluster: TrustingCluster,
  anchors: string | undefined,
  namespaces: string[] = [],
  upgradeNamespaces: string[] = [],
): Promise<string[]> {
  const { context, said } = testContext();
  const inputs = {
    kubeconfig: cluster.fake.kubeconfig,
    ...(anchors !== undefined && { anchors }),
    namespaces,
    upgradeNamespaces,
    triggers: [],
  };
  await proxiesCurrent.create({ urn, inputs }, context);
  return said;
}
