import * as pulumi from "@pulumi/pulumi";

/**
 * Refuses outputs and promises where a component needs plain values. TypeScript says it too, but not to programs in
 * JavaScript, nor where something is `any`.
 *
 * @param component name of its class
 * @param name of the resource
 * @param inputs the arguments that may be outputs, or hold some; of an object also a member alone
 * @throws pulumi.RunError with every place, before anything is registered
 */
export function refuseOutputs<A extends object>(
  component: string,
  name: string,
  args: A,
  inputs: readonly ((keyof A & string) | `${keyof A & string}.${string}`)[],
): void {
  const mayBe = (place: string) =>
    inputs.some(
      (input) => place.startsWith(input) && ["", ".", "["].includes(place.charAt(input.length)),
    );
  const places = Object.entries(args)
    .flatMap(([key, value]) => (mayBe(key) ? [] : outputsIn(value, key)))
    .filter((place) => !mayBe(place));
  if (places.length === 0) return;
  const [are, values] =
    places.length === 1 ? ["is an output", "a plain value"] : ["are outputs", "plain values"];
  throw new pulumi.RunError(
    `${component} "${name}": ${places.join(", ")} ${are} or a promise, but must be ${values}, because the names and ` +
      "the number of resources depend on what it says. Write it down, read it from the stack's configuration, or " +
      "await it before the component is made, such as the value of StackReference.getOutputDetails.",
  );
}

function outputsIn(value: unknown, place: string): string[] {
  if (pulumi.Output.isInstance(value) || value instanceof Promise) return [place];
  if (Array.isArray(value)) {
    return value.flatMap((one, index) => outputsIn(one, `${place}[${index}]`));
  }
  if (typeof value !== "object" || value === null || pulumi.Resource.isInstance(value)) return [];
  return Object.entries(value).flatMap(([key, one]) => outputsIn(one, `${place}.${key}`));
}
