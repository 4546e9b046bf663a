import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { Namespace } from "@pulumi/kubernetes/core/v1/namespace.js";
import { Release } from "@pulumi/kubernetes/helm/v3/release.js";
import { Provider } from "@pulumi/kubernetes/provider.js";
import * as pulumi from "@pulumi/pulumi";
import { LocalWorkspace } from "@pulumi/pulumi/automation/index.js";
import { execa } from "execa";
import { stringify } from "yaml";
import { multiclusterValues } from "../../components/multicluster-values.ts";
import { splitImage } from "../../components/values.ts";
import { bringPulumi } from "../../environments/tools.ts";
import type { KubernetesNode, List } from "../../kubernetes/objects.ts";
import { lookAtInjection } from "../../linkerd/signals/injection.ts";
import { defaults } from "../../planning/defaults.ts";
import { cacheDirectory } from "../../system/cache-directory.ts";
import { timeLimits } from "../../system/time-limits.ts";
import { ensureArtifact } from "../../toolchain/artifact.ts";
import { linkerdCli } from "../../toolchain/tools/linkerd.ts";
import { makeAuthority } from "../unit/authority.ts";
import { createAll } from "./create-all.ts";
import { eventually } from "./environment.ts";
import type { OutsideCluster } from "./outside-clusters.ts";
import type { OutsidePair } from "./outside-pair.ts";

/** Installs a mesh of two clusters that this package has no part in. */
export type InstallMesh = (pair: OutsidePair, directory: string) => Promise<void>;

/** Runs Linkerd's own command line on a cluster. */
type Linkerd = (cluster: OutsideCluster, ...args: readonly string[]) => Promise<string>;

async function linkerdIn(directory: string): Promise<Linkerd> {
  const { folder } = await ensureArtifact(linkerdCli, {
    cache: cacheDirectory(process.env),
    env: process.env,
    onProgress: () => undefined,
  });
  return async ({ kubeconfig }, ...args) => {
    const options = ["--kubeconfig", kubeconfig];
    const { stdout } = await execa(path.join(folder, "linkerd"), [...options, ...args], {
      cwd: directory,
    });
    return stdout;
  };
}

/** Values of the control plane: the images of the tests, and nothing else that matters. */
function controlPlaneValues(pair: OutsidePair): Record<string, unknown> {
  const { controller, proxy } = pair.sources?.images ?? {};
  const image = controller === undefined ? undefined : splitImage(controller);
  return {
    disableHeartBeat: true,
    ...(image && { controllerImage: image.name, controllerImageVersion: image.version }),
    ...(proxy !== undefined && { proxy: { image: splitImage(proxy) } }),
  };
}

/** Values of the extension of a cluster that has a Link to the other one. */
function extensionValues(pair: OutsidePair, { name }: OutsideCluster): Record<string, unknown> {
  const { controller, pause } = pair.sources?.images ?? {};
  return multiclusterValues({
    trustDomain: defaults.trustDomain,
    gateway: {
      serviceType: "NodePort",
      port: defaults.gatewayNodePort,
      probePort: defaults.probeNodePort,
    },
    targets: [
      {
        name: name === "north" ? "south" : "north",
        probePort: defaults.probeNodePort,
        headless: true,
      },
    ],
    highAvailability: false,
    images: { controller, pause },
    // link-gen takes a Link's credentials from the chart's own account.
    values: { remoteMirrorServiceAccount: true },
  });
}

function makeRoot() {
  return makeAuthority({ subject: "root.linkerd.cluster.local", pathLength: 1 });
}

function makeIssuer(root: ReturnType<typeof makeRoot>) {
  return makeAuthority({
    subject: "identity.linkerd.cluster.local",
    signedBy: root,
    pathLength: 0,
  });
}

async function injects({ name, api }: OutsideCluster): Promise<void> {
  await eventually(`proxies in ${name}`, timeLimits.helmRelease, async () => {
    const look = await lookAtInjection(api);
    return look.done ? true : undefined;
  });
}

/** Installs Linkerd and its extension with Linkerd's CLI, as its documentation says. */
export const installByCli: InstallMesh = async (pair, directory) => {
  const linkerd = await linkerdIn(directory);
  const root = makeRoot();
  const file = (name: string): string => path.join(directory, name);
  await writeFile(file("root.crt"), root.certificate);
  await writeFile(file("linkerd.yaml"), stringify(controlPlaneValues(pair)));
  await Promise.all(
    [pair.north, pair.south].map(async (cluster) => {
      const { name, api } = cluster;
      const issuer = makeIssuer(root);
      await writeFile(file(`${name}.crt`), issuer.certificate);
      await writeFile(file(`${name}.key`), issuer.key);
      await writeFile(file(`${name}.yaml`), stringify(extensionValues(pair, cluster)));
      const crds = ["--crds", "--set", "installGatewayAPI=true", "--ignore-cluster"];
      await createAll(api, await linkerd(cluster, "install", ...crds));
      const certificates = [
        "--identity-trust-anchors-file=root.crt",
        `--identity-issuer-certificate-file=${name}.crt`,
        `--identity-issuer-key-file=${name}.key`,
      ];
      const values = ["--ignore-cluster", "--values=linkerd.yaml"];
      await createAll(api, await linkerd(cluster, "install", ...values, ...certificates));
      await injects(cluster);
      const extension = ["--ignore-cluster", `--values=${name}.yaml`];
      await createAll(api, await linkerd(cluster, "multicluster", "install", ...extension));
    }),
  );
  await linkBoth(pair, linkerd);
};

/**
 * Installs Linkerd and its extension with Helm, whose values have the certificates and the issuer's key, as
 * Linkerd's documentation says. It is the Helm in Pulumi's provider; the state is thrown away.
 */
export const installByHelm: InstallMesh = async (pair, directory) => {
  const charts = pair.sources?.charts;
  if (charts === undefined) throw new Error("the sources have no charts");
  const root = makeRoot();
  const both = [pair.north, pair.south];
  const texts = await Promise.all(both.map(({ kubeconfig }) => readFile(kubeconfig, "utf8")));
  const control = controlPlaneValues(pair);
  const program = (extensions: boolean) => (): Promise<void> => {
    both.forEach((cluster, index) => {
      const { name } = cluster;
      const provider = new Provider(name, { kubeconfig: pulumi.secret(texts[index] ?? "") });
      const release = (
        chart: string,
        namespace: string,
        values: Record<string, unknown>,
        dependsOn: readonly pulumi.Resource[],
      ): Release =>
        new Release(
          `${name}-${chart}`,
          { name: chart, chart: path.join(charts, chart), namespace, values, skipAwait: true },
          { provider, dependsOn: [...dependsOn], ignoreChanges: ["values"] },
        );
      const namespaceOf = (namespace: string): Namespace =>
        new Namespace(
          `${name}-${namespace}`,
          {
            metadata: {
              name: namespace,
              ...(namespace === "linkerd-multicluster" && {
                labels: { "linkerd.io/extension": "multicluster" },
              }),
            },
          },
          { provider },
        );
      const namespace = namespaceOf("linkerd");
      const issuer = makeIssuer(root);
      // South has the Gateway API already, and Helm takes over nothing of others.
      const gatewayApi = { installGatewayAPI: name === "north" };
      const crds = release("linkerd-crds", "linkerd", gatewayApi, [namespace]);
      const installed = release(
        "linkerd-control-plane",
        "linkerd",
        {
          ...control,
          identityTrustAnchorsPEM: root.certificate,
          identity: { issuer: { tls: { crtPEM: issuer.certificate, keyPEM: issuer.key } } },
        },
        [crds],
      );
      if (!extensions) return;
      release("linkerd-multicluster", "linkerd-multicluster", extensionValues(pair, cluster), [
        installed,
        namespaceOf("linkerd-multicluster"),
      ]);
    });
    return Promise.resolve();
  };
  const state = path.join(directory, "helm");
  await mkdir(state);
  const install = async (extensions: boolean): Promise<void> => {
    const stack = await LocalWorkspace.createOrSelectStack(
      { stackName: "helm", projectName: "helm", program: program(extensions) },
      {
        workDir: state,
        envVars: {
          ...(await bringPulumi(process.env)),
          PULUMI_BACKEND_URL: `file://${state}`,
          PULUMI_CONFIG_PASSPHRASE: "of a state that is thrown away",
          // The provider leaves the kubeconfigs that it was given in the temporary directory.
          TMPDIR: state,
        },
      },
    );
    await stack.up();
  };
  await install(false);
  // The extension's pods need proxies.
  await Promise.all(both.map(injects));
  await install(true);
  await rm(state, { recursive: true });
  await linkBoth(pair, await linkerdIn(directory));
};

/** Of the cluster's only node. */
export async function addressOf({ name, api }: OutsideCluster): Promise<string> {
  const { items } = await api.get<List<KubernetesNode>>("/api/v1/nodes");
  const found = items[0]?.status?.addresses?.find(({ type }) => type === "InternalIP");
  if (found === undefined) throw new Error(`the node of ${name} has no address`);
  return found.address;
}

/** A Link in each direction, by Linkerd's CLI, which is the way for every kind of installation. */
async function linkBoth(pair: OutsidePair, linkerd: Linkerd): Promise<void> {
  await Promise.all(
    [pair.north, pair.south].map(async (target) => {
      const source = target.name === "north" ? pair.south : pair.north;
      const address = await addressOf(target);
      const link = await eventually(`a token of ${target.name}`, timeLimits.apiServerAnswers, () =>
        linkerd(
          target,
          ...["multicluster", "link-gen", "--cluster-name", target.name],
          ...["--api-server-address", `https://${target.node}:6443`],
          ...["--gateway-addresses", address],
        ),
      );
      await createAll(source.api, link);
    }),
  );
}
