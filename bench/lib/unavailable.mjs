/** A peer that cannot be had here. The run goes on without it, and says why. */
export class Unavailable extends Error {}
