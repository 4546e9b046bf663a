import { furtherPort, type FurtherServer } from "./further-servers.ts";
import {
  clientAccount,
  clientPod,
  expiresAnnotation,
  probeContainer,
  serverAccount,
  serverLabel,
  serverPort,
  verificationLabel,
} from "./names.ts";
import type { ProbeService } from "./probe-plan.ts";

/** Where the client finds the authorities of the API servers that it asks. They are not secret. */
const authoritiesFolder = "/authorities";
const authorities = "authorities";

/** File with the authority of a target's API server. */
export function authorityFile(target: string): string {
  return `${authoritiesFolder}/${target}.crt`;
}

/** The objects of one cluster, each with the collection that it is posted to. */
export interface ProbeObjects {
  readonly cluster: string;
  readonly namespace: string;
  readonly id: string;
  /** By then whoever made it has certainly ended. */
  readonly expires: Date;
  readonly image: string;
  /** Host name of the server's pod. */
  readonly server: string;
  readonly services: readonly ProbeService[];
  /** Target → the authority of its API server, PEM. */
  readonly authorities: Readonly<Record<string, string>>;
  /** Servers beside the first one, which answers one path with its name. */
  readonly further: readonly FurtherServer[];
}

export function namespaceObject({ namespace, id, expires }: ProbeObjects): object {
  return {
    metadata: {
      name: namespace,
      labels: {
        [verificationLabel]: id,
        // Linkerd's init container sets up the pod's packet filter.
        "pod-security.kubernetes.io/enforce": "privileged",
      },
      annotations: {
        [expiresAnnotation]: expires.toISOString(),
        "linkerd.io/inject": "enabled",
        // Clusters may deny by default; this asks only whether traffic arrives.
        "config.linkerd.io/default-inbound-policy": "all-unauthenticated",
      },
    },
  };
}

/** Everything in the namespace, by kind as in paths, in the order of creation. */
export function contentOf(objects: ProbeObjects): readonly { kind: string; object: object }[] {
  const { cluster, services, further } = objects;
  return [
    { kind: "configmaps", object: authoritiesObject(objects) },
    { kind: "serviceaccounts", object: { metadata: { name: serverAccount } } },
    { kind: "serviceaccounts", object: { metadata: { name: clientAccount(cluster) } } },
    ...services.map((service) => ({ kind: "services", object: serviceObject(service, further) })),
    { kind: "pods", object: serverObject(objects) },
    { kind: "pods", object: clientObject(objects) },
  ];
}

function authoritiesObject(objects: ProbeObjects): object {
  const data = Object.entries(objects.authorities).map(([target, pem]) => [`${target}.crt`, pem]);
  return { metadata: { name: authorities }, data: Object.fromEntries(data) as object };
}

/** Not exported yet: its labels come later. */
function serviceObject(
  { name, headless }: ProbeService,
  further: readonly FurtherServer[],
): object {
  return {
    metadata: { name },
    spec: {
      ...(headless && { clusterIP: "None" }),
      selector: serverLabel,
      ports: [
        { name: "http", port: servicePort(headless), targetPort: serverPort },
        ...(headless ? [] : further.map(furtherPort)),
      ],
    },
  };
}

/** Port of a Service. That of a headless one is the pods' own. */
export function servicePort(headless: boolean): number {
  return headless ? serverPort : 80;
}

function serverObject({ image, server, services, further }: ProbeObjects): object {
  const headless = services.find((service) => service.headless)?.name;
  const { containers, ...spec } = podSpec(serverAccount, image, [
    "netexec",
    `--http-port=${serverPort}`,
  ]);
  const readinessProbe = { httpGet: { path: "/readyz", port: serverPort }, periodSeconds: 1 };
  return {
    metadata: {
      name: server,
      labels: serverLabel,
      annotations: { "linkerd.io/inject": "enabled" },
    },
    spec: {
      ...spec,
      containers: containers.flatMap((container) => [
        { ...container, readinessProbe },
        ...further.map(({ name, args, readinessProbe: probe }) => ({
          ...container,
          ...{ name, args, readinessProbe: probe },
        })),
      ]),
      hostname: server,
      ...(headless !== undefined && { subdomain: headless }),
    },
  };
}

function clientObject({ cluster, image }: ProbeObjects): object {
  const { containers, ...spec } = podSpec(clientAccount(cluster), image, ["pause"]);
  return {
    metadata: { name: clientPod, annotations: { "linkerd.io/inject": "enabled" } },
    spec: {
      ...spec,
      containers: containers.map((container) => ({
        ...container,
        volumeMounts: [{ name: authorities, mountPath: authoritiesFolder, readOnly: true }],
      })),
      volumes: [{ name: authorities, configMap: { name: authorities } }],
    },
  };
}

function podSpec(serviceAccountName: string, image: string, args: readonly string[]) {
  return {
    serviceAccountName,
    terminationGracePeriodSeconds: 0,
    // Any node will do, because this proves the mesh.
    tolerations: [{ operator: "Exists", effect: "NoSchedule" }],
    securityContext: {
      runAsUser: 65534,
      runAsNonRoot: true,
      seccompProfile: { type: "RuntimeDefault" },
    },
    containers: [
      {
        name: probeContainer,
        image,
        imagePullPolicy: "IfNotPresent",
        args,
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
      },
    ],
  };
}
