import { AmbrosiaError } from '@ambrosia/primitives/Errors'

/** True for the magic bytes of gzip (RFC 1952, section 2.3.1). */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b
}

type Zlib = {
  gunzipSync: (bytes: Uint8Array, options: { maxOutputLength: number }) => Uint8Array
}

/**
 * The content of a gzip file, refused before it grows past the limit. The platform's own module is
 * asked for at run time, so that a bundle for the browser, where it does not exist, can hold this
 * file.
 */
export function gunzip(bytes: Uint8Array, limitBytes: number, tooLarge: () => Error): Uint8Array {
  const host = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } }
  const zlib = host.process?.getBuiltinModule?.('node:zlib') as Zlib | undefined
  if (!zlib) throw new GzipError('this platform has no gzip here; unpack the file first')
  try {
    return zlib.gunzipSync(bytes, { maxOutputLength: limitBytes })
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge()
    throw new GzipError('the gzip data is damaged or cut off')
  }
}

export class GzipError extends AmbrosiaError {
  constructor(what: string) {
    super('Bundle.Gzip', what, { hint: 'Check the file with gzip -t, or give it unpacked.' })
  }
}
