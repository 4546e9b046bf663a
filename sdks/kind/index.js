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

export class Cluster extends pulumi.CustomResource {
  static get(name, id, opts) {
    return new Cluster(name, {}, { ...opts, id });
  }

  constructor(name, args, opts) {
    super(
      ...registration(
        "kind:index:Cluster",
        {
          inputs: [
            "name",
            "network",
            "generation",
            "owner",
            "kubernetesVersion",
            "nodeImage",
            "controlPlanes",
            "workers",
            "podSubnet",
            "serviceSubnet",
            "clusterDomain",
            "fixedAddress",
            "extraPortMappings",
            "containerdConfigPatches",
            "registryMirrors",
            "options",
            "imageArchives",
            "dnsTtlSeconds",
            "kubeconfigPath",
          ],
          outputs: [
            "kubeconfig",
            "endpoint",
            "internalEndpoint",
            "clusterCaCertificate",
            "nodes",
            "loadBalancerAddress",
            "uid",
          ],
          secrets: ["kubeconfig"],
        },
        name,
        args,
        opts,
      ),
    );
  }
}

export class Network extends pulumi.CustomResource {
  static get(name, id, opts) {
    return new Network(name, {}, { ...opts, id });
  }

  constructor(name, args, opts) {
    super(
      ...registration(
        "kind:index:Network",
        {
          inputs: ["name", "labels", "owner", "subnet", "ipRange"],
          outputs: ["networkId"],
          secrets: [],
        },
        name,
        args,
        opts,
      ),
    );
  }
}
