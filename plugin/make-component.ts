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

const makers: { readonly [Name in keyof typeof served]: Make<(typeof served)[Name]> } = {
  Topology: (name, { sourcesFile, ...args }, opts) => {
    const sources = namedSources(sourcesFile);
    const component = new Topology(name, definedOnly({ ...args, sources }), opts);
    const outputs = { ...topologyOutputs(component), kubeconfigs: component.kubeconfigs };
    return { component, outputs };
  },
  TrustAnchor: (name, args, opts) => {
    const component = new TrustAnchor(name, args, opts);
    const { certificatePem, privateKeyPem, fingerprint, expiry } = component;
    const outputs = {
      certificatePem,
      privateKeyPem: pulumi.secret(privateKeyPem),
      fingerprint,
      expiry,
    };
    return { component, outputs };
  },
  Issuer: (name, { trustAnchor, trustAnchorKeyPair, ...args }, opts) => {
    const signer = oneOf("Issuer", name, {
      trustAnchor,
      trustAnchorKeyPair: trustAnchorKeyPair && (() => givenTrustAnchor(trustAnchorKeyPair)),
    });
    const component = new Issuer(name, { ...args, trustAnchor: signer }, opts);
    const { certificatePem, privateKeyPem, expiry } = component;
    return {
      component,
      outputs: { certificatePem, privateKeyPem: pulumi.secret(privateKeyPem), expiry },
    };
  },
  Network: (name, args, opts) => {
    const component = new Network(name, args, opts);
    const { name: networkName, owner, subnet, networkId } = component;
    return { component, outputs: { name: networkName, owner, subnet, networkId } };
  },
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
    const { kubeconfig, kubeconfigPath, kubernetesVersion, nodes } = component;
    const { fixedAddress, clusterUid } = component;
    return {
      component,
      outputs: { kubeconfig, kubeconfigPath, kubernetesVersion, nodes, fixedAddress, clusterUid },
    };
  },
  ExistingCluster: (name, args, opts) => {
    const component = new ExistingCluster(name, args, opts);
    const { kubeconfig, kubeconfigPath, context, uid } = component;
    return { component, outputs: { kubeconfig, kubeconfigPath, context, uid } };
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
    const { proxyImage, revision } = component;
    return { component, outputs: { proxyImage, revision } };
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
    return { component, outputs: {} };
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
    return { component, outputs: { controllerPod: component.controllerPod } };
  },
  PodRoutes: (name, { cluster, peers, image, sourcesFile }, opts) => {
    const pause = namedSources(sourcesFile)?.images?.pause;
    const component = new PodRoutes(name, { cluster, peers, image: image ?? pause }, opts);
    return { component, outputs: {} };
  },
  LoadBalancer: (name, { sourcesFile, ...args }, opts) => {
    const sources = namedSources(sourcesFile)?.metallb;
    return { component: new LoadBalancer(name, { ...args, sources }, opts), outputs: {} };
  },
  DefaultDeny: (name, args, opts) => ({
    component: new DefaultDeny(name, args, opts),
    outputs: {},
  }),
  GatewayAdmission: (name, { identities, podSubnet, ...args }, opts) => {
    const from = podSubnet === undefined ? "anywhere" : ({ docker: true, podSubnet } as const);
    const component = new GatewayAdmission(
      name,
      { ...args, admission: { identities, from } },
      opts,
    );
    return { component, outputs: {} };
  },
  ServicePolicy: (name, { port, ...args }, opts) => {
    const isNumber = /^\d+$/.test(port);
    const component = new ServicePolicy(
      name,
      { ...args, port: isNumber ? Number(port) : port },
      opts,
    );
    return { component, outputs: {} };
  },
  Failover: (name, args, opts) => ({ component: new Failover(name, args, opts), outputs: {} }),
  Split: (name, args, opts) => ({ component: new Split(name, args, opts), outputs: {} }),
  RouteTo: (name, args, opts) => ({ component: new RouteTo(name, args, opts), outputs: {} }),
  Alias: (name, args, opts) => ({ component: new Alias(name, args, opts), outputs: {} }),
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
