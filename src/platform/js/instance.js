// What is known of the wasm instance beyond its end, for the entry that worker-build makes.
export const state = { criticalError: false, instanceId: 0 };
