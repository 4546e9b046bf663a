// Written by `npm run sdks`, out of the provider's package schema.
import * as pulumi from "@pulumi/pulumi";

const version = "0.1.0";

/** What the constructor of pulumi.CustomResource takes. A resource that is looked up has no inputs. */
function registration(type, { inputs, outputs, secrets }, name, args, opts = {}) {
  const given = opts.id === undefined ? args : {};
  const input = (key) =>
    given[key] !== undefined && secrets.includes(key) ? pulumi.secret(given[key]) : given[key];
  const properties = Object.fromEntries([
    ...inputs.map((key) => [key, input(key)]),
    ...outputs.map((key) => [key, undefined]),
  ]);
  const own = { version, additionalSecretOutputs: secrets };
  return [type, name, properties, pulumi.mergeOptions(own, opts)];
}

export class ClusterIdentity extends pulumi.CustomResource {
  static get(name, id, opts) {
    return new ClusterIdentity(name, {}, { ...opts, id });
  }

  constructor(name, args, opts) {
    super(
      ...registration(
        "linkerd-topology:index:ClusterIdentity",
        {
          inputs: ["kubeconfig", "kubeconfigPath", "context"],
          outputs: ["uid", "usedContext"],
          secrets: ["kubeconfig"],
        },
        name,
        args,
        opts,
      ),
    );
  }
}

export class ClusterGuard extends pulumi.CustomResource {
  static get(name, id, opts) {
    return new ClusterGuard(name, {}, { ...opts, id });
  }

  constructor(name, args, opts) {
    super(
      ...registration(
        "linkerd-topology:index:ClusterGuard",
        {
          inputs: ["kubeconfig", "kubeconfigPath", "context", "clusterUid"],
          outputs: [],
          secrets: ["kubeconfig"],
        },
        name,
        args,
        opts,
      ),
    );
  }
}

export class InjectorReady extends pulumi.CustomResource {
  static get(name, id, opts) {
    return new InjectorReady(name, {}, { ...opts, id });
  }

  constructor(name, args, opts) {
    super(
      ...registration(
        "linkerd-topology:index:InjectorReady",
        {
          inputs: ["kubeconfig", "kubeconfigPath", "context", "clusterUid", "triggers"],
          outputs: ["proxyImage"],
          secrets: ["kubeconfig"],
        },
        name,
        args,
        opts,
      ),
    );
  }
}

export class LinkReady extends pulumi.CustomResource {
  static get(name, id, opts) {
    return new LinkReady(name, {}, { ...opts, id });
  }

  constructor(name, args, opts) {
    super(
      ...registration(
        "linkerd-topology:index:LinkReady",
        {
          inputs: [
            "kubeconfig",
            "kubeconfigPath",
            "context",
            "clusterUid",
            "namespace",
            "link",
            "gateway",
            "discovery",
            "credentials",
            "revoked",
            "triggers",
          ],
          outputs: ["controllerPod", "trouble"],
          secrets: ["kubeconfig"],
        },
        name,
        args,
        opts,
      ),
    );
  }
}

export class MirrorCleanup extends pulumi.CustomResource {
  static get(name, id, opts) {
    return new MirrorCleanup(name, {}, { ...opts, id });
  }

  constructor(name, args, opts) {
    super(
      ...registration(
        "linkerd-topology:index:MirrorCleanup",
        {
          inputs: ["kubeconfig", "kubeconfigPath", "context", "clusterUid", "namespace", "link"],
          outputs: [],
          secrets: ["kubeconfig"],
        },
        name,
        args,
        opts,
      ),
    );
  }
}

export class OwnGateway extends pulumi.CustomResource {
  static get(name, id, opts) {
    return new OwnGateway(name, {}, { ...opts, id });
  }

  constructor(name, args, opts) {
    super(
      ...registration(
        "linkerd-topology:index:OwnGateway",
        {
          inputs: [
            "kubeconfig",
            "kubeconfigPath",
            "context",
            "clusterUid",
            "namespace",
            "selector",
            "serviceAccount",
            "identity",
            "serviceType",
            "port",
            "probePort",
            "loadBalancerIP",
            "annotations",
            "identities",
            "networks",
          ],
          outputs: ["state"],
          secrets: ["kubeconfig"],
        },
        name,
        args,
        opts,
      ),
    );
  }
}

export class ServiceExport extends pulumi.CustomResource {
  static get(name, id, opts) {
    return new ServiceExport(name, {}, { ...opts, id });
  }

  constructor(name, args, opts) {
    super(
      ...registration(
        "linkerd-topology:index:ServiceExport",
        {
          inputs: [
            "kubeconfig",
            "kubeconfigPath",
            "context",
            "clusterUid",
            "namespace",
            "service",
            "labels",
          ],
          outputs: ["state"],
          secrets: ["kubeconfig"],
        },
        name,
        args,
        opts,
      ),
    );
  }
}

export class TrafficRoute extends pulumi.CustomResource {
  static get(name, id, opts) {
    return new TrafficRoute(name, {}, { ...opts, id });
  }

  constructor(name, args, opts) {
    super(
      ...registration(
        "linkerd-topology:index:TrafficRoute",
        {
          inputs: [
            "kubeconfig",
            "kubeconfigPath",
            "context",
            "clusterUid",
            "namespace",
            "service",
            "port",
            "protocol",
            "alias",
            "annotations",
            "serviceAnnotations",
            "rules",
            "exported",
          ],
          outputs: ["state"],
          secrets: ["kubeconfig"],
        },
        name,
        args,
        opts,
      ),
    );
  }
}

export class FederatedReady extends pulumi.CustomResource {
  static get(name, id, opts) {
    return new FederatedReady(name, {}, { ...opts, id });
  }

  constructor(name, args, opts) {
    super(
      ...registration(
        "linkerd-topology:index:FederatedReady",
        {
          inputs: [
            "namespace",
            "service",
            "views",
            "kubeconfigPaths",
            "kubeconfigs",
            "contexts",
            "clusterUids",
            "triggers",
          ],
          outputs: ["state"],
          secrets: ["kubeconfigs"],
        },
        name,
        args,
        opts,
      ),
    );
  }
}

export class ReleaseComplete extends pulumi.CustomResource {
  static get(name, id, opts) {
    return new ReleaseComplete(name, {}, { ...opts, id });
  }

  constructor(name, args, opts) {
    super(
      ...registration(
        "linkerd-topology:index:ReleaseComplete",
        {
          inputs: [
            "kubeconfig",
            "kubeconfigPath",
            "context",
            "clusterUid",
            "namespace",
            "releases",
            "missing",
          ],
          outputs: [],
          secrets: ["kubeconfig"],
        },
        name,
        args,
        opts,
      ),
    );
  }
}

export class DefinitionsCleanup extends pulumi.CustomResource {
  static get(name, id, opts) {
    return new DefinitionsCleanup(name, {}, { ...opts, id });
  }

  constructor(name, args, opts) {
    super(
      ...registration(
        "linkerd-topology:index:DefinitionsCleanup",
        {
          inputs: ["kubeconfig", "kubeconfigPath", "context", "clusterUid", "definitions"],
          outputs: ["absent"],
          secrets: ["kubeconfig"],
        },
        name,
        args,
        opts,
      ),
    );
  }
}

export class DefinitionsKept extends pulumi.CustomResource {
  static get(name, id, opts) {
    return new DefinitionsKept(name, {}, { ...opts, id });
  }

  constructor(name, args, opts) {
    super(
      ...registration(
        "linkerd-topology:index:DefinitionsKept",
        {
          inputs: [
            "kubeconfig",
            "kubeconfigPath",
            "context",
            "clusterUid",
            "namespace",
            "release",
            "ownNamespaces",
          ],
          outputs: [],
          secrets: ["kubeconfig"],
        },
        name,
        args,
        opts,
      ),
    );
  }
}

export class Vacancy extends pulumi.CustomResource {
  static get(name, id, opts) {
    return new Vacancy(name, {}, { ...opts, id });
  }

  constructor(name, args, opts) {
    super(
      ...registration(
        "linkerd-topology:index:Vacancy",
        {
          inputs: ["kubeconfig", "kubeconfigPath", "context", "clusterUid", "namespaces"],
          outputs: ["installation", "adopted"],
          secrets: ["kubeconfig"],
        },
        name,
        args,
        opts,
      ),
    );
  }
}

export class TrustStep extends pulumi.CustomResource {
  static get(name, id, opts) {
    return new TrustStep(name, {}, { ...opts, id });
  }

  constructor(name, args, opts) {
    super(
      ...registration(
        "linkerd-topology:index:TrustStep",
        {
          inputs: ["anchors", "signers", "kubeconfigPaths", "contexts", "clusterUids", "kindNames"],
          outputs: [],
          secrets: [],
        },
        name,
        args,
        opts,
      ),
    );
  }
}

export class VersionStep extends pulumi.CustomResource {
  static get(name, id, opts) {
    return new VersionStep(name, {}, { ...opts, id });
  }

  constructor(name, args, opts) {
    super(
      ...registration(
        "linkerd-topology:index:VersionStep",
        {
          inputs: ["kubeconfig", "kubeconfigPath", "context", "clusterUid", "version"],
          outputs: [],
          secrets: ["kubeconfig"],
        },
        name,
        args,
        opts,
      ),
    );
  }
}

export class ProxiesCurrent extends pulumi.CustomResource {
  static get(name, id, opts) {
    return new ProxiesCurrent(name, {}, { ...opts, id });
  }

  constructor(name, args, opts) {
    super(
      ...registration(
        "linkerd-topology:index:ProxiesCurrent",
        {
          inputs: [
            "kubeconfig",
            "kubeconfigPath",
            "context",
            "clusterUid",
            "anchors",
            "namespaces",
            "upgradeNamespaces",
            "triggers",
          ],
          outputs: ["trouble"],
          secrets: ["kubeconfig"],
        },
        name,
        args,
        opts,
      ),
    );
  }
}

export class AnchorsShared extends pulumi.CustomResource {
  static get(name, id, opts) {
    return new AnchorsShared(name, {}, { ...opts, id });
  }

  constructor(name, args, opts) {
    super(
      ...registration(
        "linkerd-topology:index:AnchorsShared",
        {
          inputs: [
            "source",
            "target",
            "kubeconfigPaths",
            "kubeconfigs",
            "contexts",
            "clusterUids",
            "triggers",
          ],
          outputs: [],
          secrets: ["kubeconfigs"],
        },
        name,
        args,
        opts,
      ),
    );
  }
}

export class IssuerReady extends pulumi.CustomResource {
  static get(name, id, opts) {
    return new IssuerReady(name, {}, { ...opts, id });
  }

  constructor(name, args, opts) {
    super(
      ...registration(
        "linkerd-topology:index:IssuerReady",
        {
          inputs: ["kubeconfig", "kubeconfigPath", "context", "clusterUid", "anchors", "triggers"],
          outputs: [],
          secrets: ["kubeconfig"],
        },
        name,
        args,
        opts,
      ),
    );
  }
}
