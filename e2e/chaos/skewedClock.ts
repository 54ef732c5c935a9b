/**
 * Loaded before a program (`--import`): its clock differs by AMBROSIA_CHAOS_SKEW_MS from that of
 * the machine.
 */
const skewMs = Number(process.env['AMBROSIA_CHAOS_SKEW_MS'] ?? 0)
const now = Date.now.bind(Date)
Date.now = () => now() + skewMs
