import { Secret } from "@pulumi/kubernetes/core/v1/secret.js";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount.js";
import { ClusterRole } from "@pulumi/kubernetes/rbac/v1/clusterRole.js";
import { ClusterRoleBinding } from "@pulumi/kubernetes/rbac/v1/clusterRoleBinding.js";
import * as pulumi from "@pulumi/pulumi";
import { accessRights } from "../planning/access/rights.ts";
import { accessAccount, accessToken, multiclusterNamespace } from "../planning/names.ts";
import { timeLimits } from "../system/time-limits.ts";
import type { LinkMode } from "../planning/topology.ts";
import { inCluster, type MeshCluster } from "./mesh-cluster.ts";
import { refuseOutputs } from "./plain-inputs.ts";

/** Arguments of {@link AccessAccount}. */
export interface AccessAccountArgs {
  /** The target, whose API server the source watches. */
  readonly cluster: MeshCluster;
  /** The target's multicluster extension. The account lives in its namespace. */
  readonly extension: { readonly namespace: pulumi.Resource };
  /** Name of the source, the only user of the account. */
  readonly source: string;
  /** Which kinds of export the Link carries. linkerd-destination needs more rights than a service mirror. */
  readonly mode: LinkMode;
  /**
   * Another number creates another token. The old one is deleted at the end of the same update, when
   * everything that depends on the new one works. @default 1
   */
  readonly tokenGeneration?: number;
  /** Removes the account's rights and its token, so that the source is cut off. @default false */
  readonly revoked?: boolean;
}

/** What a source needs to watch a target's Services. */
export interface AccessCredentials {
  /** Bearer token of the access account. Secret. */
  readonly token: pulumi.Output<string>;
  /**
   * PEM of the authority that signed the API server's certificate. Secret, because the Secret that it comes
   * from is.
   */
  readonly caCertificate: pulumi.Output<string>;
  /** Changes whenever the token changes, and reveals nothing about it. */
  readonly revision: pulumi.Output<string>;
}

/**
 * The account with which one source watches one target. It has the rights that Linkerd's controllers need
 * there and no more (docs/secrets.md). It replaces the account of Linkerd's chart, which has more rights
 * and a token that nobody uses, rotates or can leave out.
 *
 * @example
 * ```ts
 * const access = new AccessAccount("west-in-east", {
 *   cluster: east, extension: eastExtension, source: "west", mode: "flat",
 * });
 * new Link("west-to-east", { source: west, target: "east", access: access.credentials,
 *   rights: access.rights, ... });
 * ```
 */
export class AccessAccount extends pulumi.ComponentResource {
  /** Name of the service account, in the namespace of the extension. */
  readonly account: string;
  /** Undefined while the account is revoked. */
  readonly credentials: AccessCredentials | undefined;
  /** Depend on these to wait until the account's rights were granted or removed. */
  readonly rights: readonly pulumi.Resource[];

  constructor(name: string, args: AccessAccountArgs, opts?: pulumi.ComponentResourceOptions) {
    refuseOutputs("AccessAccount", name, args, ["cluster", "extension"]);
    super("linkerd-topology:index:AccessAccount", name, {}, opts);
    const { cluster, extension, revoked = false, tokenGeneration = 1 } = args;
    const account = accessAccount(args.source);
    const serviceAccount = new ServiceAccount(
      name,
      {
        metadata: {
          name: account,
          namespace: multiclusterNamespace,
          ...(revoked && { annotations: { "linkerd-topology.dev/revoked": "true" } }),
        },
        // No pod runs under it.
        automountServiceAccountToken: false,
      },
      inCluster(cluster, this, {
        dependsOn: [extension.namespace],
        // The end of a revocation creates another account. A token contains only the names and the uid of its
        // account, so a token of the same account would be the revoked one again.
        replaceOnChanges: revoked ? [] : ["metadata"],
        deleteBeforeReplace: true,
      }),
    );
    const role = new ClusterRole(
      name,
      { metadata: { name: account }, rules: revoked ? nothing : rulesOf(args.mode) },
      inCluster(cluster, this),
    );
    const binding = new ClusterRoleBinding(
      name,
      {
        metadata: { name: account },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: account },
        subjects: [{ kind: "ServiceAccount", name: account, namespace: multiclusterNamespace }],
      },
      inCluster(cluster, this, { dependsOn: [role] }),
    );
    this.account = account;
    this.rights = [role, binding];
    this.credentials = revoked
      ? undefined
      : credentialsOf(name, { account, tokenGeneration, cluster, parent: this, serviceAccount });
    this.registerOutputs({});
  }
}

/**
 * A right that everybody who is logged in has. If the list of rules is empty, the API server returns none,
 * and the provider would take that for a change at every `up`.
 */
const nothing = [{ nonResourceURLs: ["/version"], verbs: ["get"] }];

function rulesOf(mode: LinkMode) {
  return accessRights(mode).map(({ apiGroup, resource, name, verbs }) => ({
    apiGroups: [apiGroup],
    resources: [resource],
    ...(name !== undefined && { resourceNames: [name] }),
    verbs: [...verbs],
  }));
}

interface TokenContext {
  readonly account: string;
  readonly tokenGeneration: number;
  readonly cluster: MeshCluster;
  readonly parent: pulumi.Resource;
  readonly serviceAccount: pulumi.Resource;
}

/** The provider waits until Kubernetes has written the token. */
function credentialsOf(
  name: string,
  { account, tokenGeneration, cluster, parent, serviceAccount }: TokenContext,
): AccessCredentials {
  const secretName = accessToken(account, tokenGeneration);
  const secret = new Secret(
    `${name}.token-${String(tokenGeneration)}`,
    {
      metadata: {
        name: secretName,
        namespace: multiclusterNamespace,
        annotations: { "kubernetes.io/service-account.name": account },
      },
      type: "kubernetes.io/service-account-token",
    },
    inCluster(cluster, parent, {
      dependsOn: [serviceAccount],
      customTimeouts: { create: `${String(timeLimits.accessToken / 1000)}s` },
    }),
  );
  const field = (key: string) =>
    pulumi.secret(secret.data.apply((data) => decoded(data, key, account, secretName)));
  return {
    token: field("token"),
    caCertificate: field("ca.crt"),
    revision: secret.metadata.uid,
  };
}

function decoded(
  data: Record<string, string>,
  key: string,
  account: string,
  secret: string,
): string {
  const value = data[key];
  if (value === undefined) {
    throw new pulumi.RunError(
      `access account ${account}: its token Secret ${multiclusterNamespace}/${secret} has no ` +
        `"${key}"; Kubernetes' token controller has not filled it. Run the same command again.`,
    );
  }
  return Buffer.from(value, "base64").toString("utf8");
}
