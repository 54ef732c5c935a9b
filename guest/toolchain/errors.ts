import { AmbrosiaError } from '@ambrosia/primitives/Errors'

/**
 * A guest could not be built or checked. Codes: `Guest.Usage`, `Guest.Toolchain`, `Guest.Overlay`,
 * `Guest.Compile`, `Guest.Opcode`, `Guest.Layout`, `Guest.NotReproduced`.
 */
export class GuestError extends AmbrosiaError {}
