// Constants of Pulumi's protocol, which are in its states, too. Importing them from the SDK's runtime/rpc would load
// the whole SDK and cost a plugin half a second at every start.

/** The key whose value says that an object stands for something else. */
export const signatureKey = "4dabf18193072939515e22adb298388d";
export const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
export const outputSignature = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
export const resourceSignature = "5cf8f73096256a8f31e491e813e4eb8e";
