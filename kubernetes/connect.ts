import http from "node:http";
import https from "node:https";
import path from "node:path";
import type { KubeConfig } from "@kubernetes/client-node/dist/config.js";
import type { Cluster, Context, User } from "@kubernetes/client-node/dist/config_types.js";
import { pluginPath } from "../planning/clusters/plugin-path.ts";
import { machineAuthorities } from "../system/authorities.ts";
import { messageOf } from "../system/message-of.ts";
import { proxyFor, proxyFault } from "../system/proxy-for.ts";
import type { ClusterAccess, KubernetesApi } from "./api.ts";
import { execInPod } from "./exec.ts";
import { type Connection, HttpApi } from "./http-api.ts";
import { knownCluster } from "./known-cluster.ts";
import type { Lanes } from "./lanes.ts";
import { getThroughPortForward, withPodPort } from "./port-forward.ts";
import { readKubeconfig } from "./read-kubeconfig.ts";

export interface ConnectOptions {
  readonly signal?: AbortSignal | undefined;
  /** Bearer token of another user, in place of the kubeconfig's credentials. */
  readonly token?: string;
  /** Lanes that it shares with other clusters. @default lanes of its own */
  readonly lanes?: Lanes | undefined;
}

/**
 * Opens a cluster's API by its kubeconfig. It sends nothing yet.
 * @throws Error if the kubeconfig can't be used; the message has nothing of its content
 */
export async function connect(
  access: ClusterAccess,
  options: ConnectOptions = {},
): Promise<KubernetesApi> {
  const way = await open(access, options.token);
  // Sockets to pods have the same credentials as requests.
  let { config } = way;
  const renew = async (): Promise<Connection> => {
    const again = await open(access, options.token);
    ({ config } = again);
    return again.connection;
  };
  const api = new HttpApi(
    way.server,
    way.connection,
    options.signal,
    (request, signal) => getThroughPortForward(config, request, signal),
    {
      exec: (request, signal) => execInPod(config, request, signal),
      atPort: (port, use) => withPodPort(config, port, use),
    },
    options.lanes,
    options.token === undefined && mayExpire(config) ? renew : undefined,
  );
  // Another user's token may have no right to read the UID, and its caller has compared already.
  if (access.uid === undefined || access.uid === "" || options.token !== undefined) return api;
  return knownCluster(api, { uid: access.uid, way: wayOf(access, way.config) });
}

interface Way {
  readonly config: KubeConfig;
  readonly server: string;
  readonly connection: Connection;
}

async function open(access: ClusterAccess, token: string | undefined): Promise<Way> {
  const config = await load(access);
  const cluster = config.getCurrentCluster();
  if (cluster === null) {
    const current = config.getCurrentContext() as string | undefined;
    throw new Error(
      current === undefined || current === ""
        ? `${nameOf(access)} has no current context`
        : `the context ${quote(current)} of ${nameOf(access)} names no cluster`,
    );
  }
  const fault = cluster.proxyUrl === undefined ? undefined : proxyFault(cluster.proxyUrl);
  if (fault) {
    throw new Error(`proxy-url of ${wayOf(access, config)} ${fault.message}: ${fault.fix}`);
  }
  goAsKubectl(cluster);
  if (token !== undefined) config.loadFromClusterAndUser(cluster, { name: "token", token });
  // The library uses the system's trust store and plugins (exec, OIDC) if the kubeconfig asks for them.
  const prepared: https.RequestOptions = {};
  try {
    await config.applyToHTTPSOptions(prepared);
  } catch (error) {
    throw new Error(
      `the credentials of ${wayOf(access, config)} can't be had: ${whyNoCredentials(error, config)}`,
      { cause: error },
    );
  }
  // The library's agent opens a connection per request. This one keeps connections, which makes a wait with
  // many requests faster.
  const proxied = cluster.proxyUrl !== undefined;
  const agent = proxied
    ? prepared.agent
    : new (cluster.server.startsWith("http:") ? http : https).Agent({
        // The lanes limit their number. A request that waited here would run out of time.
        keepAlive: true,
        ...defined({
          ca: prepared.ca,
          cert: prepared.cert,
          key: prepared.key,
          servername: cluster.tlsServerName ?? prepared.servername,
          rejectUnauthorized: cluster.skipTLSVerify ? false : prepared.rejectUnauthorized,
        }),
      });
  const connection = {
    options: defined({ agent, auth: prepared.auth ?? undefined }),
    headers: { ...(prepared.headers as http.OutgoingHttpHeaders | undefined) },
  };
  return { config, server: cluster.server, connection };
}

/**
 * What kubectl and Pulumi's Kubernetes provider take from the environment where a kubeconfig doesn't say: the
 * proxy, and the machine's authorities.
 */
function goAsKubectl(cluster: { -readonly [K in keyof Cluster]: Cluster[K] }): void {
  const proxy = cluster.proxyUrl ?? proxyFor(cluster.server);
  // The library would look up the server's name itself, which may mean something only behind the proxy.
  if (proxy !== undefined) cluster.proxyUrl = proxy.replace(/^socks5:/i, "socks5h:");
  const isJudged = cluster.server.startsWith("https:") && !cluster.skipTLSVerify;
  if (!isJudged || (cluster.caData ?? cluster.caFile) !== undefined) return;
  cluster.caData = Buffer.from(machineAuthorities().join("\n")).toString("base64");
}

/** Credentials of a plug-in or a file end after minutes or hours, and there are newer ones then. */
function mayExpire(config: KubeConfig): boolean {
  const { exec, authProvider } = (config.getCurrentUser() ?? {}) as {
    readonly exec?: unknown;
    readonly authProvider?: unknown;
  };
  return (exec ?? authProvider) !== undefined;
}

/** The contexts of a kubeconfig, and which of them is the current one. */
export interface Contexts {
  /** Undefined if none is current. */
  readonly current: string | undefined;
  readonly names: readonly string[];
  /** Those among them whose cluster or user isn't in the file. */
  readonly incomplete: readonly string[];
}

/** The contexts of a kubeconfig. @throws as {@link connect} does */
export async function readContexts(access: ClusterAccess): Promise<Contexts> {
  const config = await load(access);
  const current = config.getCurrentContext() as string | undefined;
  const contexts = config.getContexts();
  const isIncomplete = ({ cluster, user }: Context): boolean =>
    config.getCluster(cluster) === null || (Boolean(user) && config.getUser(user) === null);
  return {
    current: current === "" ? undefined : current,
    names: contexts.map(({ name }) => name),
    incomplete: contexts.filter(isIncomplete).map(({ name }) => name),
  };
}

function wayOf(access: ClusterAccess, config: KubeConfig): string {
  return `the context ${quote(config.getCurrentContext())} of ${nameOf(access)}`;
}

async function load(access: ClusterAccess): Promise<KubeConfig> {
  const text = "kubeconfig" in access ? access.kubeconfig : readKubeconfig(access.kubeconfigPath);
  // The package's index takes twice as long to load as this one module.
  const { KubeConfig } = await import("@kubernetes/client-node/dist/config.js");
  const config = new KubeConfig();
  try {
    config.loadFromString(text);
  } catch {
    // The parser's own message quotes the line that it couldn't parse: a key or a token.
    throw new Error(
      `${nameOf(access)} is not a kubeconfig: it can't be read as YAML with clusters`,
    );
  }
  if ("kubeconfigPath" in access)
    await startPathsAt(path.dirname(access.kubeconfigPath), config, text);
  if (access.context !== undefined) {
    if (config.getContextObject(access.context) === null) {
      const known = config.getContexts().map((context) => quote(context.name));
      throw new Error(
        `${nameOf(access)} has no context ${quote(access.context)}; it has ${known.join(", ") || "none"}`,
      );
    }
    config.setCurrentContext(access.context);
  }
  return config;
}

/** Lets relative paths start from the kubeconfig's directory, as kubectl does. */
async function startPathsAt(directory: string, config: KubeConfig, text: string): Promise<void> {
  config.makePathsAbsolute(directory);
  const tokenFiles = text.includes("tokenFile")
    ? await readTokenFiles(text)
    : new Map<string, string>();
  const users = config.getUsers() as { -readonly [K in keyof User]: User[K] }[];
  for (const user of users) {
    const { exec } = user as { exec?: { command?: string } };
    if (typeof exec?.command === "string") exec.command = pluginPath(exec.command, directory);
    const tokenFile = tokenFiles.get(user.name);
    // The library knows the file by another key, which no kubeconfig has.
    if (tokenFile !== undefined) {
      user.authProvider = {
        name: "tokenFile",
        config: { tokenFile: path.resolve(directory, tokenFile) },
      };
    }
  }
}

/** By the user's name. */
async function readTokenFiles(text: string): Promise<Map<string, string>> {
  const { parse } = await import("yaml");
  const { users = [] } = (parse(text) ?? {}) as {
    users?: { name?: string; user?: { tokenFile?: string } }[];
  };
  return new Map(
    users.flatMap(({ name, user }): [string, string][] =>
      name === undefined || user?.tokenFile === undefined ? [] : [[name, user.tokenFile]],
    ),
  );
}

function whyNoCredentials(error: unknown, config: KubeConfig): string {
  const { exec } = (config.getCurrentUser() ?? {}) as { exec?: { command?: string } };
  const { code } = error as NodeJS.ErrnoException;
  if (exec?.command === undefined) return messageOf(error);
  return code === "ENOENT"
    ? `there is no plug-in ${exec.command}: install it, or put its folder into the PATH`
    : `the plug-in ${exec.command} failed: ${messageOf(error).trim() || "it said nothing"}`;
}

function nameOf(access: ClusterAccess): string {
  return "kubeconfig" in access ? "the kubeconfig" : access.kubeconfigPath;
}

function quote(text: string): string {
  return JSON.stringify(text);
}

function defined<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
