export * from "./cluster.ts";
export * from "./network.ts";
