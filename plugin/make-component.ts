import { Network } from "@pulumi/kind";
import * as pulumi from "@pulumi/pulumi";
import { AccessAccount } from "../components/access-account.ts";
import { ControlPlane } from "../components/control-plane.ts";
import { definedOnly } from "../components/defined-only.ts";
import { ExistingCluster } from "../components/existing-cluster.ts";
import { givenIssuer, givenTrustAnchor } from "../components/given-certificates.ts";
import { Issuer, type IssuerKeyPair } from "../components/issuer.ts";
import type { CertManagerIssuer } from "../components/issuer-in-cluster.ts";
import { KindCluster } from "../components/kind-cluster.ts";
import { Link } from "../components/link.ts";
import { LoadBalancer } from "../components/load-balancer.ts";
import { Multicluster } from "../components/multicluster.ts";
import { PodRoutes } from "../components/pod-routes.ts";
import { DefaultDeny } from "../components/policy/default-deny.ts";
import { GatewayAdmission } from "../components/policy/gateway-admission.ts";
import { ServicePolicy } from "../components/policy/service-policy.ts";
import { namedSources } from "../components/sources.ts";
import { Topology } from "../components/topology.ts";
import { topologyOutputs } from "../components/topology-outputs.ts";
import { Alias, Failover, RouteTo, Split } from "../components/traffic-entries.ts";
import { TrustAnchor } from "../components/trust-anchor.ts";
import { planPortMappings } from "../planning/clusters/plan.ts";
import { defaults } from "../planning/defaults.ts";
import { planSelectors } from "../planning/links/selectors.ts";
import { gatewayIdentity } from "../planning/names.ts";
import type { MakeComponent, Properties, ResourceSchema } from "../providers/server/index.ts";
import type { served } from "./component-schemas.ts";
import { releaseSources } from "./release-sources.ts";

/** Registers what a schema describes. Its inputs have to be arguments of the class: that is checked by their types. */
type Make<S extends ResourceSchema> = (
  name: string,
  inputs: Properties<S["inputs"]>,
  opts: pulumi.ComponentResourceOptions,
) => {
  readonly component: pulumi.Resource;
  readonly outputs: Readonly<Record<keyof S["outputs"], unknown>>;
};

/** A component, and those of its properties that are outputs. */
function made<C extends pulumi.Resource, K extends keyof C>(
  component: C,
  ...outputs: readonly K[]
) {
  const found = Object.fromEntries(outputs.map((key) => [key, component[key]]));
  return { component, outputs: found as Pick<C, K> };
}

const makers: { readonly [Name in keyof typeof served]: Make<(typeof served)[Name]> } = {
  Topology: (name, { sourcesFile, ...args }, opts) => {
    const sources = namedSources(sourcesFile);
    const component = new Topology(name, definedOnly({ ...args, sources }), opts);
    const outputs = { ...topologyOutputs(component), kubeconfigs: component.kubeconfigs };
    return { component, outputs };
  },
  TrustAnchor: (name, args, opts) => {
    const component = new TrustAnchor(name, args, opts);
    const { outputs } = made(component, "certificatePem", "fingerprint", "expiry");
    const privateKeyPem = pulumi.secret(component.privateKeyPem);
    return { component, outputs: { ...outputs, privateKeyPem } };
  },
  Issuer: (name, { trustAnchor, trustAnchorKeyPair, ...args }, opts) => {
    const signer = oneOf("Issuer", name, {
      trustAnchor,
      trustAnchorKeyPair: trustAnchorKeyPair && (() => givenTrustAnchor(trustAnchorKeyPair)),
    });
    const component = new Issuer(name, { ...args, trustAnchor: signer }, opts);
    const { outputs } = made(component, "certificatePem", "expiry");
    const privateKeyPem = pulumi.secret(component.privateKeyPem);
    return { component, outputs: { ...outputs, privateKeyPem } };
  },
  Network: (name, args, opts) =>
    made(new Network(name, args, opts), "name", "owner", "subnet", "networkId"),
  KindCluster: (name, { sourcesFile, linkerdVersion, ...args }, opts) => {
    const { sources } = releaseSources(`the KindCluster ${name}`, "linkerdVersion", {
      asked: linkerdVersion,
      file: sourcesFile,
    });
    const component = new KindCluster(
      name,
      {
        ...args,
        portMappings: planPortMappings(args.portMappings ?? []),
        nodeImage: args.nodeImage ?? sources.nodeImage,
        imageArchives: [...new Set([...(sources.archives ?? []), ...(args.imageArchives ?? [])])],
      },
      opts,
    );
    const access = ["kubeconfig", "kubeconfigPath"] as const;
    const found = ["kubernetesVersion", "nodes", "fixedAddress", "clusterUid"] as const;
    return made(component, ...access, ...found);
  },
  ExistingCluster: (name, args, opts) => {
    const component = new ExistingCluster(name, args, opts);
    return made(component, "kubeconfig", "kubeconfigPath", "context", "uid");
  },
  ControlPlane: (name, inputs, opts) => {
    const { issuer, issuerKeyPair, certManager, sourcesFile, version, ...args } = inputs;
    const release = releaseSources(`the ControlPlane ${name}`, "version", {
      asked: version,
      file: sourcesFile,
    });
    const component = new ControlPlane(
      name,
      {
        ...args,
        issuer: oneOf<IssuerKeyPair | CertManagerIssuer>("ControlPlane", name, {
          issuer,
          issuerKeyPair: issuerKeyPair && (() => givenIssuer(issuerKeyPair)),
          certManager: certManager && (() => byCertManager(certManager)),
        }),
        charts: args.charts ?? release.charts,
        // Charts of one's own may hold any release.
        version: args.charts === undefined ? release.version : version,
        gatewayApi: args.gatewayApi ?? release.sources.gatewayApi,
        images: args.images ?? release.sources.images,
      },
      opts,
    );
    return made(component, "proxyImage", "revision");
  },
  Multicluster: (name, { sourcesFile, version, gateway, targets = [], ...args }, opts) => {
    const release = releaseSources(`the Multicluster ${name}`, "version", {
      asked: version,
      file: sourcesFile,
    });
    const component = new Multicluster(
      name,
      {
        ...args,
        charts: args.charts ?? release.charts,
        images: args.images ?? release.sources.images,
        gateway: gateway && exposed(gateway),
        targets: targets.map(({ name: target, probePort, headless = false }) => ({
          name: target,
          probePort,
          headless,
        })),
      },
      opts,
    );
    return made(component);
  },
  AccessAccount: (name, args, opts) => {
    const component = new AccessAccount(name, args, opts);
    const { account, credentials } = component;
    const { token, caCertificate } = credentials ?? {};
    return { component, outputs: { account, token, caCertificate } };
  },
  Link: (name, { access, gateway, selectors, ...args }, opts) => {
    const { trustDomain = defaults.trustDomain } = args;
    const component = new Link(
      name,
      {
        ...args,
        access: access.credentials,
        rights: access.rights,
        ...(selectors && { selectors: planSelectors(args.mode, selectors) }),
        gateway: gateway && {
          port: defaults.gatewayNodePort,
          probePort: defaults.probeNodePort,
          identity: gatewayIdentity(trustDomain),
          ...gateway,
        },
      },
      opts,
    );
    return made(component, "controllerPod");
  },
  PodRoutes: (name, { cluster, peers, image, sourcesFile }, opts) => {
    const pause = namedSources(sourcesFile)?.images?.pause;
    const component = new PodRoutes(name, { cluster, peers, image: image ?? pause }, opts);
    return made(component);
  },
  LoadBalancer: (name, { sourcesFile, ...args }, opts) => {
    const sources = namedSources(sourcesFile)?.metallb;
    return made(new LoadBalancer(name, { ...args, sources }, opts));
  },
  DefaultDeny: (name, args, opts) => made(new DefaultDeny(name, args, opts)),
  GatewayAdmission: (name, { identities, podSubnet, ...args }, opts) => {
    const from = podSubnet === undefined ? "anywhere" : ({ docker: true, podSubnet } as const);
    const component = new GatewayAdmission(
      name,
      { ...args, admission: { identities, from } },
      opts,
    );
    return made(component);
  },
  ServicePolicy: (name, { port, ...args }, opts) => {
    const isNumber = /^\d+$/.test(port);
    const component = new ServicePolicy(
      name,
      { ...args, port: isNumber ? Number(port) : port },
      opts,
    );
    return made(component);
  },
  Failover: (name, args, opts) => made(new Failover(name, args, opts)),
  Split: (name, args, opts) => made(new Split(name, args, opts)),
  RouteTo: (name, args, opts) => made(new RouteTo(name, args, opts)),
  Alias: (name, args, opts) => made(new Alias(name, args, opts)),
};

export const makeComponent: MakeComponent = ({ type, name, inputs, options }) => {
  const make = makers[
    (type.split(":").at(-1) ?? "") as keyof typeof makers
  ] as Make<ResourceSchema>;
  return make(name, inputs, options);
};

/** The one of several inputs that is given, as it is or as it is made of it. */
function oneOf<T extends object>(
  component: string,
  name: string,
  inputs: Readonly<Record<string, T | (() => T) | undefined>>,
): T {
  const given = Object.values(inputs).filter((one) => one !== undefined);
  const [one] = given;
  if (one !== undefined && given.length === 1) return typeof one === "function" ? one() : one;
  const keys = Object.keys(inputs);
  throw new pulumi.RunError(
    `${component} "${name}" has ${one === undefined ? "none" : "several"} of ${keys.join(", ")}, but needs exactly ` +
      `one: it says who signs. Write one of them.`,
  );
}

function byCertManager({
  name,
  kind = "ClusterIssuer",
  group = "cert-manager.io",
  ...lifetimes
}: NonNullable<Properties<(typeof served)["ControlPlane"]["inputs"]>["certManager"]>) {
  return { certManager: { name, kind, group }, ...lifetimes };
}

function exposed({
  serviceType = "NodePort",
  ...gateway
}: NonNullable<Properties<(typeof served)["Multicluster"]["inputs"]>["gateway"]>) {
  const [port, probePort] =
    serviceType === "NodePort"
      ? [defaults.gatewayNodePort, defaults.probeNodePort]
      : [defaults.gatewayPort, defaults.probePort];
  return { serviceType, port, probePort, ...gateway };
}
