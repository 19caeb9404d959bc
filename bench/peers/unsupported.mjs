/** What a contender cannot do, as a reason that a reader understands: it is shown, and is no failure. */
export class Unsupported extends Error {}
