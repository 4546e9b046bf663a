import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { certificatePem } from "./certificate.ts";

/** What the program asked the engine for, for one resource. */
export interface Registration {
  readonly type: string;
  readonly name: string;
  /** `type::name`, which is how other registrations refer to it. */
  readonly key: string;
  readonly parent: string | undefined;
  /** Name of the provider resource; undefined for the default one. */
  readonly provider: string | undefined;
  readonly deletedWith: string | undefined;
  /** Direct dependencies, from `dependsOn` and from inputs. */
  readonly dependencies: readonly string[];
  /** As sent: secrets as `{ secret: value }`. */
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly secretOutputs: readonly string[];
  readonly deleteBeforeReplace: boolean;
  /** The engine refuses to delete or replace it. */
  readonly protect: boolean;
  readonly replaceOnChanges: readonly string[];
  readonly ignoreChanges: readonly string[];
  /** Empty for what is created. */
  readonly importId: string;
  readonly retainOnDelete: boolean;
  readonly aliases: number;
  readonly replacementTrigger: unknown;
}

interface RegisterRequest {
  getType(): string;
  getName(): string;
  getParent(): string;
  getProvider(): string;
  getDeletedwith(): string;
  getDependenciesList(): string[];
  getObject(): { toJavaScript(): Record<string, unknown> };
  getAdditionalsecretoutputsList(): string[];
  getDeletebeforereplace(): boolean;
  getProtect(): boolean;
  getReplaceonchangesList(): string[];
  getIgnorechangesList(): string[];
  getImportid(): string;
  getRetainondelete(): boolean;
  getAliasesList(): unknown[];
  getReplacementTrigger(): { toJavaScript(): unknown } | undefined;
}

interface Monitor {
  registerResource(request: RegisterRequest, callback: unknown): unknown;
}

/**
 * Runs a program against Pulumi's mocks and reads the raw registration requests: the mocks themselves
 * show neither parents nor dependencies, `deletedWith` or secrets (pulumi/pulumi#14421).
 */
export function register(program: () => unknown): Promise<Registration[]> {
  // The mocks are one for the process.
  const mine = turn.then(() => registerNow(program));
  turn = mine.catch(() => []);
  return mine;
}

let turn: Promise<unknown> = Promise.resolve();

async function registerNow(program: () => unknown): Promise<Registration[]> {
  const registrations: Registration[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ name, type, inputs }) => answer(name, type, inputs as object),
      call: () => ({}),
    },
    "linkerd-topology",
    "lab",
  );
  const monitor = pulumi.runtime.getMonitor() as unknown as Monitor;
  const original = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, callback) => {
    registrations.push(readRequest(request));
    return original(request, callback);
  };
  await program();
  await quiescence();
  return registrations;
}

/** Waits until every request is answered and no answer led to another request. */
async function quiescence(): Promise<void> {
  const { waitForRPCs } = pulumi.runtime as unknown as { waitForRPCs: () => Promise<void> };
  await waitForRPCs();
}

/** The one registration of that type and name. */
export function find(all: readonly Registration[], type: string, name: string): Registration {
  const found = all.filter((one) => one.type === type && one.name === name);
  assert.equal(found.length, 1, `${type} ${name} among\n${all.map(({ key }) => key).join("\n")}`);
  return found[0] as Registration;
}

/** Keys of everything that a registration depends on, directly or indirectly. */
export function closure(all: readonly Registration[], start: Registration): Set<string> {
  const byKey = new Map(all.map((one) => [one.key, one]));
  const seen = new Set<string>();
  const visit = (one: Registration | undefined) => {
    for (const key of one?.dependencies ?? []) {
      if (seen.has(key)) continue;
      seen.add(key);
      visit(byKey.get(key));
    }
  };
  visit(start);
  return seen;
}

/** Where a value is secret, at any depth. */
export function isSecret(value: unknown): value is { secret: unknown } {
  return typeof value === "object" && value !== null && "secret" in value;
}

const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

function readRequest(request: RegisterRequest): Registration {
  const type = request.getType();
  const name = request.getName();
  return {
    type,
    name,
    key: `${type}::${name}`,
    parent: keyOf(request.getParent()),
    provider: keyOf(request.getProvider().split("::").slice(0, -1).join("::")),
    deletedWith: keyOf(request.getDeletedwith()),
    dependencies: request
      .getDependenciesList()
      .map(keyOf)
      .filter((key) => key !== undefined),
    inputs: plain(request.getObject().toJavaScript()) as Record<string, unknown>,
    secretOutputs: request.getAdditionalsecretoutputsList(),
    deleteBeforeReplace: request.getDeletebeforereplace(),
    protect: request.getProtect(),
    replaceOnChanges: request.getReplaceonchangesList(),
    ignoreChanges: request.getIgnorechangesList(),
    importId: request.getImportid(),
    retainOnDelete: request.getRetainondelete(),
    aliases: request.getAliasesList().length,
    replacementTrigger: request.getReplacementTrigger()?.toJavaScript(),
  };
}

/** The mocks' URNs leave out grandparents; type and name are right. */
function keyOf(urn: string): string | undefined {
  if (urn === "") return undefined;
  const [type, name] = urn.split("::").slice(-2);
  return `${type?.split("$").at(-1) ?? ""}::${name ?? ""}`;
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  const object = value as Record<string, unknown>;
  if (object[signatureKey] === secretSignature) return { secret: plain(object["value"]) };
  return Object.fromEntries(Object.entries(object).map(([key, item]) => [key, plain(item)]));
}

function answer(name: string, type: string, inputs: object): { id: string; state: object } {
  return { id: `${name}-id`, state: { ...inputs, ...outputsOf(name, type, inputs) } };
}

function outputsOf(name: string, type: string, inputs: { readonly context?: string }): object {
  switch (type) {
    case "kind:index:Network":
      return { subnet: "172.18.0.0/16" };
    case "kind:index:Cluster":
      return {
        kubeconfig: `kubeconfig of ${name}`,
        kubeconfigPath: `/state/${name}.kubeconfig`,
        kubernetesVersion: "v1.34.2",
        uid: `uid of ${name}`,
        nodes: [{ name: `node-of-${name}`, address: "172.18.0.2", podCidr: "10.0.0.0/24" }],
      };
    case "tls:index/privateKey:PrivateKey":
      return { privateKeyPem: `private key ${name}` };
    case "tls:index/certRequest:CertRequest":
      return { certRequestPem: `request ${name}` };
    case "tls:index/selfSignedCert:SelfSignedCert":
    case "tls:index/locallySignedCert:LocallySignedCert":
      return { certPem: certificatePem, validityEndTime: "2036-01-01T00:00:00Z" };
    case "kubernetes:helm.sh/v3:Release":
      return { status: { revision: 1 } };
    case "kubernetes:core/v1:Secret":
      return {
        metadata: { uid: `uid of ${name}` },
        data: {
          token: Buffer.from(`token ${name}`).toString("base64"),
          "ca.crt": Buffer.from("authority").toString("base64"),
        },
      };
    case "linkerd-topology:index:ClusterIdentity":
      return { uid: `uid of ${name}`, usedContext: inputs.context ?? "current" };
    case "linkerd-topology:index:Vacancy":
      return { installation: `mark of ${name}` };
    case "linkerd-topology:index:InjectorReady":
      return { proxyImage: "proxy" };
    case "linkerd-topology:index:LinkReady":
      return { controllerPod: "controller" };
    default:
      return {};
  }
}
